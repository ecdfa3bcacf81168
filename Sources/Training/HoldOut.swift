internal import Kernels

/// The division of the normal images into those that are trained on and those whose scores tell what is normal.
///
/// Groups stay whole, and so do sets of identical files: the same picture under two names never lies on both
/// sides. Where the manifest names validation rows, they are the hold-out; an identical copy of one is left out
/// of the training. A manifest whose own split divides a group, or trains on a copy of a test image, is refused.
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
        let digests = try await ContentDigests.of(listing.images, workers: workers)
        // Only files of equal size can be copies.
        let suspects = ContentDigests.ofEqualSize(listing.test, as: listing.images)
        let testDigests = try await ContentDigests.of(suspects, workers: workers)
        let tests = zip(testDigests, suspects).compactMap { digest, image in digest.map { ($0, image.name) } }
        return try HoldOut(
            listing, digests: digests, tests: Dictionary(tests) { first, _ in first }, fraction: fraction,
            seed: seed)
    }

    /// - Parameters:
    ///   - digests: a name for the content of each file; nil for files that cannot be read, which later steps
    ///     report.
    ///   - tests: the names of test images by their content.
    package init(
        _ listing: ImageListing, digests: [String?], tests: [String: String] = [:], fraction: Double,
        seed: UInt64
    ) throws(HoldOutError) {
        let images = listing.images
        try Self.checkGroups(listing)
        try Self.checkCopies(images, digests, of: tests)
        let isHeldOut: [Bool]
        var dropped: Set<Int> = []
        if !images.contains(where: \.isValidation) {
            let sets = InseparableSets(images, digests).numbers
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

    /// What the manifest's split divides nobody can hold together.
    package static func checkGroups(_ listing: ImageListing) throws(HoldOutError) {
        let groups: [ImagePart: Set<String>] = [
            .training: Set(listing.images.filter { !$0.isValidation }.compactMap(\.groupKey)),
            .validation: Set(listing.images.filter(\.isValidation).compactMap(\.groupKey)),
            .test: Set(listing.test.compactMap(\.groupKey)),
        ]
        for (one, other) in [
            (ImagePart.training, ImagePart.validation), (.training, .test), (.validation, .test),
        ] {
            let shared = groups[one, default: []].intersection(groups[other, default: []])
            guard shared.isEmpty else {
                throw .dividedGroups(one, other, count: shared.count, first: Array(shared.sorted().prefix(3)))
            }
        }
    }

    package static func checkCopies(
        _ images: [ImageListing.Image], _ digests: [String?], of tests: [String: String]
    ) throws(HoldOutError) {
        let copies = zip(images, digests).compactMap { image, digest in
            digest.flatMap { tests[$0] }.map { "'\(image.name)' of '\($0)'" }
        }
        guard copies.isEmpty else {
            throw .copiesOfTests(count: copies.count, first: Array(copies.prefix(3)))
        }
    }

    /// Draws sets until the wanted number of images is reached as closely as whole sets allow.
    package static func choose(
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
