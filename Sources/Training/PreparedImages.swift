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
    public var bad: [BadImage] { notes.bad }
    /// Number of images by the side, in pixels, of the square in their files.
    public var fileSides: [Int: Int] { notes.fileSides }
    private let notes: Notes
    /// [slot][side][side][channels]; shared by parts of the images.
    private let pixels: [UInt8]
    /// Where each image's pixels are.
    private var slots: [Int] { notes.slots }

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
        notes = Notes(slots: Array(names.indices), bad: bad, fileSides: fileSides)
    }

    /// Some of the images, in the order of `indices`. Their pixels are not copied.
    package func part(_ indices: [Int]) -> PreparedImages { PreparedImages(self, indices) }

    private init(_ whole: PreparedImages, _ indices: [Int]) {
        side = whole.side
        channels = whole.channels
        names = indices.map { whole.names[$0] }
        pixels = whole.pixels
        notes = Notes(slots: indices.map { whole.slots[$0] }, bad: [], fileSides: whole.fileSides)
    }

    /// Where the images are, and what was found out about the files. By reference: Swift 6.3.1 reserves too little memory
    /// for asynchronous functions that return two values larger than this one is now.
    private final class Notes: Sendable {
        let slots: [Int]
        let bad: [BadImage]
        let fileSides: [Int: Int]

        init(slots: [Int], bad: [BadImage], fileSides: [Int: Int]) {
            self.slots = slots
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
                UnsafeBufferPointer(
                    rebasing: buffer[(slots[index] * bytesPerImage)..<((slots[index] + 1) * bytesPerImage)]))
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
    var sha256: String {
        slots.count == pixels.count / max(1, bytesPerImage) && slots.elementsEqual(0..<slots.count)
            ? Checksum.sha256(pixels)
            : Checksum.sha256(names.indices.flatMap { index in withPixels(of: index) { [UInt8]($0) } })
    }

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
