internal import Flow
internal import Foundation
internal import ImageFiles
internal import Kernels
internal import Networks
internal import Pixels

extension PreparedImages {
    /// Prepares images on all cores.
    ///
    /// - Parameters:
    ///   - memoryLimit: in bytes, for the prepared images; checked before anything is read.
    ///   - maximumBad: more images that cannot be used end the preparation.
    ///   - progress: called after each image.
    /// - Throws: ``PreparationError``, `CancellationError`.
    public static func prepare(
        _ images: [ImageListing.Image], with preparation: ImagePreparation, layout: Layout,
        memoryLimit: Int, maximumBad: BadImageAllowance = .fraction(0.05),
        workers: Int = CoreCount.available,
        progress: @Sendable (PreparationProgress) -> Void = { _ in }
    ) async throws -> PreparedImages {
        let (side, channels) = shape(layout, preparation.recipe)
        let bytesPerImage = side * side * channels
        let bytes = bytes(of: images.count, layout, preparation.recipe)
        guard bytes <= memoryLimit else {
            throw PreparationError.tooLarge(bytes: bytes, limit: memoryLimit, images: images.count)
        }
        var pixels = [UInt8](repeating: 0, count: bytes)
        var defects = [ImageDefect?](repeating: nil, count: images.count)
        var fileSides: [Int: Int] = [:]
        var (done, bad) = (0, 0)
        let crew = (0..<max(1, workers)).map { _ in
            ImagePreparer(images: images, preparation: preparation, layout: layout)
        }
        try await ParallelMap(workers: crew).run(count: images.count) { index, result in
            switch result {
            case .success(let prepared):
                Self.copy(prepared.image, channels: channels, into: &pixels, at: index * bytesPerImage)
                fileSides[prepared.fileSide, default: 0] += 1
            case .failure(let defect):
                defects[index] = defect
                bad += 1
            }
            done += 1
            progress(PreparationProgress(done: done, total: images.count, bad: bad))
        }
        return try PreparedImages(
            side: side, channels: channels, images: images, pixels: &pixels, defects: defects,
            fileSides: fileSides, maximumBad: maximumBad)
    }

    private static func shape(_ layout: Layout, _ recipe: Recipe) -> (side: Int, channels: Int) {
        let side = if case .field(let side) = layout { side } else { recipe.input }
        return (side, recipe.color == .grey ? 1 : 3)
    }

    /// Memory that `count` images take; more than any machine has if it does not fit into a number.
    static func bytes(of count: Int, _ layout: Layout, _ recipe: Recipe) -> Int {
        let (side, channels) = shape(layout, recipe)
        let (bytes, overflows) = count.multipliedReportingOverflow(by: side * side * channels)
        return overflows ? .max >> 1 : bytes
    }

    private static func copy(
        _ image: RGBImage, channels: Int, into pixels: inout [UInt8], at offset: Int
    ) {
        // A grey image has the same value in all three channels.
        let stride = channels == 1 ? 3 : 1
        for index in 0..<(image.pixelCount * channels) {
            pixels[offset + index] = image.pixels[index * stride]
        }
    }

    /// Closes the gaps that bad images left.
    private init(
        side: Int, channels: Int, images: [ImageListing.Image], pixels: inout [UInt8],
        defects: [ImageDefect?], fileSides: [Int: Int], maximumBad: BadImageAllowance
    ) throws(PreparationError) {
        let bad = zip(images, defects).compactMap { image, defect in
            defect.map { BadImage(name: image.name, defect: $0) }
        }
        guard maximumBad.allows(bad.count, of: images.count) else {
            throw .tooManyBad(count: bad.count, total: images.count, first: Array(bad.prefix(3)))
        }
        guard bad.count < images.count else { throw .nothingLeft(total: images.count, bad: bad) }
        let size = side * side * channels
        var kept = 0
        for index in images.indices where defects[index] == nil {
            if kept < index {
                for byte in 0..<size { pixels[kept * size + byte] = pixels[index * size + byte] }
            }
            kept += 1
        }
        pixels.removeLast(pixels.count - kept * size)
        let names = zip(images, defects).filter { $0.1 == nil }.map(\.0.name)
        self.init(
            side: side, channels: channels, names: names, pixels: pixels, bad: bad, fileSides: fileSides)
    }
}

/// An image as the network takes it.
private struct PreparedImage: Sendable {
    let image: RGBImage
    /// Of the square in the file, in pixels.
    let fileSide: Int
}

/// Worker that reads and prepares single images.
private actor ImagePreparer: StageWorker {
    private let executor = BlockingExecutor(label: "prepare image")
    private let images: [ImageListing.Image]
    private let preparation: ImagePreparation
    private let layout: PreparedImages.Layout
    private var scratch = DensitySample()

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(images: [ImageListing.Image], preparation: ImagePreparation, layout: PreparedImages.Layout) {
        self.images = images
        self.preparation = preparation
        self.layout = layout
    }

    func process(_ index: Int) -> Numbered<Result<PreparedImage, ImageDefect>> {
        do throws(ImageDefect) {
            return Numbered(index: index, value: .success(try prepared(images[index].path)))
        } catch {
            return Numbered(index: index, value: .failure(error))
        }
    }

    private func prepared(_ path: String) throws(ImageDefect) -> PreparedImage {
        let image: RGBImage
        do throws(ImageFileError) {
            image = try ImageFile.read(URL(fileURLWithPath: path))
        } catch { throw .file(error) }
        let result =
            switch layout {
            case .scored: try preparation.scored(image, scratch: &scratch)
            case .field(let side): try preparation.field(image, side: side, scratch: &scratch)
            }
        return PreparedImage(image: result, fileSide: min(image.width, image.height))
    }
}
