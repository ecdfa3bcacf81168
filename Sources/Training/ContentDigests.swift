internal import Flow
internal import Foundation
internal import Records

/// Names for the content of files, equal for files of the same bytes.
package enum ContentDigests {
    /// Reads every file once.
    ///
    /// - Returns: a digest for each image; nil for files that cannot be read.
    package static func of(_ images: [ImageListing.Image], workers: Int) async throws -> [String?] {
        var digests = [String?](repeating: nil, count: images.count)
        let crew = (0..<max(1, workers)).map { _ in ContentHasher(images: images) }
        try await ParallelMap(workers: crew).run(count: images.count) { index, digest in
            digests[index] = digest
        }
        return digests
    }

    /// Those of `images` whose file is as long as that of one of `others`.
    package static func ofEqualSize(
        _ images: [ImageListing.Image], as others: [ImageListing.Image]
    ) -> [ImageListing.Image] {
        if images.isEmpty { return [] }
        let sizes = Set(others.compactMap(size))
        return images.filter { size(of: $0).map(sizes.contains) ?? false }
    }

    private static func size(of image: ImageListing.Image) -> Int? {
        // Through links, which `attributesOfItem` does not follow.
        let path = URL(fileURLWithPath: image.path).resolvingSymlinksInPath().path
        return (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
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
