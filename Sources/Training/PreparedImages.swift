internal import Flow
internal import Foundation
internal import ImageFiles
internal import Kernels
internal import Networks
public import Pixels
internal import Records

/// Images in memory as the network takes them: decoded, stain-normalized and resized once, 8 bits a channel.
///
/// The images are in the order of the listing; neither order nor bytes depend on the number of workers.
public struct PreparedImages: Sendable {
    /// What an image is prepared for.
    public enum Layout: Sendable, Equatable {
        /// The center crop, as it is scored.
        case scored
        /// The whole tile with sides of this many pixels, from which crops are taken at random.
        case field(side: Int)
    }

    /// Side of each image in pixels.
    public let side: Int
    /// 3 (RGB) or 1 (grey).
    public let channels: Int
    /// Name of each image, as its listing has it.
    public let names: [String]
    /// Images that were left out.
    public var bad: [BadImage] { findings.bad }
    /// Number of images by the side, in pixels, of the square in their files.
    public var fileSides: [Int: Int] { findings.fileSides }
    private let findings: Findings
    /// [count][side][side][channels].
    private let pixels: [UInt8]

    public var count: Int { names.count }
    public var bytesPerImage: Int { side * side * channels }

    /// Takes over images that are already prepared. Traps if the number of bytes does not fit.
    public init(
        side: Int, channels: Int, names: [String], pixels: [UInt8], bad: [BadImage] = [],
        fileSides: [Int: Int] = [:]
    ) {
        precondition(pixels.count == names.count * side * side * channels, "\(pixels.count) bytes of images")
        self.side = side
        self.channels = channels
        self.names = names
        self.pixels = pixels
        findings = Findings(bad: bad, fileSides: fileSides)
    }

    /// What was found out about the files. By reference: Swift 6.3.1 reserves too little memory for asynchronous
    /// functions that return two values larger than this one is now.
    private final class Findings: Sendable {
        let bad: [BadImage]
        let fileSides: [Int: Int]

        init(bad: [BadImage], fileSides: [Int: Int]) {
            self.bad = bad
            self.fileSides = fileSides
        }
    }

    /// The pixels of one image: rows of pixels of channels.
    public func withPixels<Result, Failure: Error>(
        of index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try pixels.withUnsafeBufferPointer { buffer throws(Failure) in
            try body(
                UnsafeBufferPointer(rebasing: buffer[(index * bytesPerImage)..<((index + 1) * bytesPerImage)])
            )
        }
    }

    /// An image as RGB; grey in all three channels.
    public func image(_ index: Int) -> RGBImage {
        withPixels(of: index) { bytes in
            let pixels = channels == 3 ? [UInt8](bytes) : bytes.flatMap { [$0, $0, $0] }
            return RGBImage(width: side, height: side, pixels: pixels)
        }
    }

    /// Lower-case SHA-256 of all pixels.
    var sha256: String { Checksum.sha256(pixels) }

    /// Writes the center of an image, `side` x `side` pixels, as floats v / 127.5 - 1.
    public func writeCenter(of index: Int, side crop: Int, into target: UnsafeMutablePointer<Float>) {
        precondition(crop <= side, "a crop of \(crop) pixels of an image of \(side)")
        let offset = (side - crop) / 2
        let rowLength = crop * channels
        withPixels(of: index) { bytes in
            for row in 0..<crop {
                let source = ((row + offset) * side + offset) * channels
                for column in 0..<rowLength {
                    target[row * rowLength + column] = PixelScale.signed(bytes[source + column])
                }
            }
        }
    }
}

/// How bytes become the network's input.
enum PixelScale {
    /// 0...255 to -1...1.
    @inline(__always)
    static func signed(_ byte: UInt8) -> Float { Float(byte) / 127.5 - 1 }
}

/// How many images may turn out bad before preparation gives up.
public enum BadImageAllowance: Sendable, Equatable {
    case count(Int)
    /// Part of all images.
    case fraction(Double)

    func allows(_ bad: Int, of total: Int) -> Bool {
        switch self {
        case .count(let most): bad <= most
        case .fraction(let most): Double(bad) <= most * Double(total)
        }
    }
}

/// How far preparation is.
public struct PreparationProgress: Sendable, Equatable {
    public let done: Int
    public let total: Int
    /// Images left out so far.
    public let bad: Int

    public init(done: Int, total: Int, bad: Int) {
        self.done = done
        self.total = total
        self.bad = bad
    }
}

/// Why images cannot be prepared.
public enum PreparationError: Error, Equatable, CustomStringConvertible {
    case tooLarge(bytes: Int, limit: Int, images: Int)
    case tooManyBad(count: Int, total: Int, first: [BadImage])
    case nothingLeft(total: Int, bad: [BadImage])

    public var description: String {
        switch self {
        case .tooLarge(let bytes, let limit, let images):
            "\(images) images take \(Self.mebibytes(bytes)) of memory, more than the limit of "
                + "\(Self.mebibytes(limit)): use fewer images, a smaller field, or a higher limit"
        case .tooManyBad(let count, let total, let first):
            "\(count) of \(total) images cannot be used, such as \(Self.list(first))"
        case .nothingLeft(let total, let bad):
            "none of \(total) images can be used" + (bad.isEmpty ? "" : ", such as ")
                + Self.list(bad.prefix(3))
        }
    }

    private static func list(_ images: some Sequence<BadImage>) -> String {
        images.map { "'\($0.name)' (\($0.defect))" }.joined(separator: "; ")
    }

    private static func mebibytes(_ bytes: Int) -> String { "\((bytes + (1 << 20) - 1) >> 20) MiB" }
}

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
