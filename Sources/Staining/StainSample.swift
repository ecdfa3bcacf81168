internal import Kernels
public import Pixels

/// Pixels of several tiles from which one stain matrix is fitted for a whole slide.
///
/// One fit of the pooled pixels takes the place of the median over per-tile matrices: a tile with a single
/// stain then adds its pixels instead of a matrix that means nothing.
///
/// The memory is bounded: when more than ``capacity`` pixels have come together, a fixed half of all pixels
/// is dropped and later ones are thinned alike, as often as needed. Whether a pixel stays depends only on its
/// number in the sequence of all pixels added, so adding the same tiles in the same order gives the same
/// sample, whoever decoded them.
public struct StainSample: Sendable {
    /// Most pixels kept. The default takes 4 MiB here, and 20 MiB more while a matrix is fitted.
    public let capacity: Int
    /// The recipe that the sample is for; `.paper` brightens every tile by itself.
    public let match: StainMatch
    /// Four bytes a pixel: R, G, B and the pixel's rank, the level of thinning that it survives.
    package private(set) var pixels: [UInt8] = []
    private var added = 0
    private var level: UInt8 = 0

    static let bytesPerPixel = 4

    public init(match: StainMatch = .vahadane, capacity: Int = 1 << 20) {
        precondition(capacity > 0, "a sample of \(capacity) pixels")
        self.match = match
        self.capacity = capacity
    }

    /// Pixels in the sample now.
    public var count: Int { pixels.count / Self.bytesPerPixel }

    /// Adds every `step`-th pixel of every `step`-th row of `image`.
    public mutating func add(_ image: RGBImage, step: Int = 2) {
        precondition(step >= 1, "a step of \(step)")
        let table = match.brightness(of: image)?.table ?? Array(0...255)
        for row in stride(from: 0, to: image.height, by: step) {
            for column in stride(from: 0, to: image.width, by: step) {
                add(image.pixels, at: (row * image.width + column) * 3, table: table)
            }
        }
    }

    private mutating func add(_ bytes: [UInt8], at offset: Int, table: [UInt8]) {
        var generator = SeededGenerator(seed: UInt64(added))
        let rank = UInt8(generator.next().trailingZeroBitCount)
        added += 1
        guard rank >= level else { return }
        pixels.append(table[Int(bytes[offset])])
        pixels.append(table[Int(bytes[offset + 1])])
        pixels.append(table[Int(bytes[offset + 2])])
        pixels.append(rank)
        while count > capacity { thin() }
    }

    /// Half of the ranks are 0, half of the others 1, and so on.
    private mutating func thin() {
        level += 1
        var kept = 0
        for start in stride(from: 0, to: pixels.count, by: Self.bytesPerPixel)
        where pixels[start + 3] >= level {
            for byte in 0..<Self.bytesPerPixel { pixels[kept + byte] = pixels[start + byte] }
            kept += Self.bytesPerPixel
        }
        pixels.removeLast(pixels.count - kept)
    }
}
