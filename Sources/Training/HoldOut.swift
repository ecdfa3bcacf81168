internal import Flow
internal import Foundation
internal import Kernels
internal import Records

/// The division of the normal images into those that are trained on and those whose scores tell what is normal.
///
/// Groups stay whole, and so do sets of identical files: the same picture under two names never lies on both
/// sides. Where the manifest names validation rows, they are the hold-out; an identical copy of one is left out
/// of the training.
public struct HoldOut: Sendable, Equatable {
    /// To be trained on, in the listing's order.
    public let training: [ImageListing.Image]
    /// Held out, in the listing's order.
    public let heldOut: [ImageListing.Image]
    /// Training images that were left out because a validation image has the same bytes.
    public let leftOut: Int

    /// Reads every file once to compare its bytes.
    ///
    /// - Parameters:
    ///   - fraction: wanted part of the images; at least one group is held out, and never all.
    ///   - seed: decides which groups.
    /// - Throws: ``HoldOutError``, `CancellationError`.
    public static func divide(
        _ listing: ImageListing, fraction: Double, seed: UInt64, workers: Int = CoreCount.available
    ) async throws -> HoldOut {
        let images = listing.images
        var digests = [String?](repeating: nil, count: images.count)
        let crew = (0..<max(1, workers)).map { _ in ContentHasher(images: images) }
        try await ParallelMap(workers: crew).run(count: images.count) { index, digest in
            digests[index] = digest
        }
        return try HoldOut(listing, digests: digests, fraction: fraction, seed: seed)
    }

    /// - Parameter digests: a name for the content of each file; nil for files that cannot be read, which later
    ///   steps report.
    package init(
        _ listing: ImageListing, digests: [String?], fraction: Double, seed: UInt64
    ) throws(HoldOutError) {
        let images = listing.images
        let isHeldOut: [Bool]
        var dropped: Set<Int> = []
        if !images.contains(where: \.isValidation) {
            let sets = Self.inseparable(images, digests)
            let chosen = try Self.choose(sets, fraction: fraction, seed: seed)
            isHeldOut = sets.map(chosen.contains)
        } else {
            isHeldOut = images.map(\.isValidation)
            let held = Set(images.indices.filter { isHeldOut[$0] }.compactMap { digests[$0] })
            dropped = Set(
                images.indices.filter { index in
                    !isHeldOut[index] && digests[index].map(held.contains) ?? false
                })
        }
        training = images.indices.filter { !isHeldOut[$0] && !dropped.contains($0) }.map { images[$0] }
        heldOut = images.indices.filter { isHeldOut[$0] }.map { images[$0] }
        leftOut = dropped.count
        if training.isEmpty { throw .nothingToTrainOn(images: images.count) }
    }

    /// A number for each image, equal for those that must stay together: of one group, or identical.
    private static func inseparable(_ images: [ImageListing.Image], _ digests: [String?]) -> [Int] {
        var parent = Array(images.indices)
        func root(_ index: Int) -> Int {
            var index = index
            while parent[index] != index {
                parent[index] = parent[parent[index]]
                index = parent[index]
            }
            return index
        }
        var firstOfGroup: [String: Int] = [:]
        var firstOfContent: [String: Int] = [:]
        for index in images.indices {
            if let group = images[index].group {
                parent[root(index)] = root(firstOfGroup[group] ?? index)
                if firstOfGroup[group] == nil { firstOfGroup[group] = index }
            }
            if let digest = digests[index] {
                parent[root(index)] = root(firstOfContent[digest] ?? index)
                if firstOfContent[digest] == nil { firstOfContent[digest] = index }
            }
        }
        return images.indices.map(root)
    }

    /// Draws sets until the wanted number of images is reached as closely as whole sets allow.
    private static func choose(
        _ sets: [Int], fraction: Double, seed: UInt64
    ) throws(HoldOutError) -> Set<Int> {
        let sizes = Dictionary(sets.map { ($0, 1) }, uniquingKeysWith: +)
        var order = sizes.keys.sorted()
        guard order.count > 1 else { throw .oneGroup(images: sets.count) }
        var generator = SeededGenerator(seed: SeededGenerator.hash(seed, 0x486F, 0x6C64))
        order.shuffle(using: &generator)
        let wanted = max(1, Int((fraction * Double(sets.count)).rounded()))
        var chosen: Set<Int> = []
        var count = 0
        for set in order where chosen.count + 1 < order.count {
            let size = sizes[set, default: 0]
            // Overshooting by less than it falls short otherwise.
            guard count < wanted, count + size - wanted <= wanted - count else { continue }
            chosen.insert(set)
            count += size
        }
        if chosen.isEmpty, let smallest = order.min(by: { sizes[$0, default: 0] < sizes[$1, default: 0] }) {
            chosen = [smallest]
        }
        return chosen
    }
}

/// Why the images cannot be divided.
public enum HoldOutError: Error, Equatable, CustomStringConvertible {
    case oneGroup(images: Int)
    case nothingToTrainOn(images: Int)

    public var description: String {
        switch self {
        case .oneGroup(let images):
            "all \(images) images belong to one group (or are identical), so none can be held out: "
                + "give images of at least two slides or patients"
        case .nothingToTrainOn(let images):
            "all \(images) images are held out, so none is left to train on: mark some rows as train"
        }
    }
}

/// Worker that names the content of files.
private actor ContentHasher: StageWorker {
    private let executor = BlockingExecutor(label: "hash")
    private let images: [ImageListing.Image]

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(images: [ImageListing.Image]) { self.images = images }

    func process(_ index: Int) -> Numbered<String?> {
        Numbered(index: index, value: try? Checksum.sha256(ofFile: images[index].path))
    }
}
