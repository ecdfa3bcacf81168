import Foundation
import ImageFiles
import Pixels
import TestSupport
import Testing

@Suite struct `Kinds of PNG` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ bytes: [UInt8]) throws -> URL {
        URL(fileURLWithPath: try folder.file("image.png", bytes))
    }

    private static let palette: [UInt8] = (0..<768).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 / 3) }

    private static func builder(_ kind: PNGBuilder.Kind, depth: Int, interlaced: Bool) -> PNGBuilder {
        let most = (1 << depth) - 1
        var builder = PNGBuilder(
            kind: kind, depth: depth, width: 13, height: 11, isInterlaced: interlaced,
            sample: { x, y, channel in (x * 31 + y * 17 + channel * 91) * 257 & most })
        if kind == .palette { builder.chunks = [("PLTE", Array(palette.prefix(3 << depth)))] }
        return builder
    }

    /// The sample as 8 bits, rounded.
    private static func eightBits(_ sample: Int, depth: Int) -> Int {
        let most = (1 << depth) - 1
        return (sample * 255 * 2 + most) / (2 * most)
    }

    private static func color(_ builder: PNGBuilder, x: Int, y: Int) -> [Int] {
        let samples = (0..<builder.kind.channels).map { builder.sample(x, y, $0) }
        if builder.kind == .palette { return (0..<3).map { Int(palette[3 * samples[0] + $0]) } }
        let values = samples.map { eightBits($0, depth: builder.depth) }
        switch builder.kind {
        case .grey: return [values[0], values[0], values[0]]
        case .greyAlpha: return [Int](repeating: onWhite(values[0], values[1]), count: 3)
        case .rgbAlpha: return values.prefix(3).map { onWhite($0, values[3]) }
        default: return values
        }
    }

    private static func onWhite(_ sample: Int, _ alpha: Int) -> Int {
        Int((Double(sample * alpha + 255 * (255 - alpha)) / 255).rounded())
    }

    @Test(arguments: PNGBuilder.Kind.allCases, [false, true])
    func `every kind and depth has the samples of the file`(kind: PNGBuilder.Kind, interlaced: Bool) throws {
        for depth in kind.depths {
            let builder = Self.builder(kind, depth: depth, interlaced: interlaced)
            let url = try file(builder.bytes())
            let (image, grey) = (try PNGFile.read(url), try PNGFile.readGrey(url))
            var (differences, greyDifferences): (Int, Int) = (0, 0)
            for y in 0..<11 {
                for x in 0..<13 {
                    let color = Self.color(builder, x: x, y: y)
                    let found = image[x, y]
                    let channels = [found.red, found.green, found.blue].map { Int($0) }
                    differences += channels == color ? 0 : 1
                    let luma = (19595 * color[0] + 38470 * color[1] + 7471 * color[2] + 32768) >> 16
                    greyDifferences += Int(grey[x, y]) == luma ? 0 : 1
                }
            }
            #expect(differences == 0 && greyDifferences == 0, "\(depth) bits")
        }
    }

    @Test func `gamma does not change the numbers, transparency by color becomes white`() throws {
        var builder = Self.builder(.grey, depth: 8, interlaced: false)
        let plain = try PNGFile.readGrey(try file(builder.bytes()))
        builder.chunks = [("gAMA", [0, 0, 0x40, 0])]
        #expect(try PNGFile.readGrey(try file(builder.bytes())) == plain)
        let key = builder.sample(4, 5, 0)
        builder.chunks = [("tRNS", [0, UInt8(key)])]
        let keyed = try PNGFile.readGrey(try file(builder.bytes()))
        #expect(keyed[4, 5] == 255 && keyed[5, 5] == plain[5, 5])
    }

    @Test func `a broken checksum, missing pixels and a size that is a bomb are refused`() throws {
        let builder = Self.builder(.rgb, depth: 8, interlaced: false)
        let good = builder.bytes()
        var broken = good
        broken[good.count - 30] ^= 1
        #expect(throws: ImageFileError.self) { try PNGFile.read(try file(broken)) }
        for count in [0, 1, 8, 20, 33, 60, good.count - 20] {
            #expect(throws: ImageFileError.self) { try PNGFile.read(try file(Array(good.prefix(count)))) }
        }
        var bomb = PNGBuilder(kind: .grey, depth: 8, width: 1, height: 1, sample: { _, _, _ in 0 })
        for (width, height) in [(1_000_000, 1_000_000), (16_385, 1), (16_000, 16_000), (1, 2_000_000)] {
            (bomb.width, bomb.height) = (width, height)
            let header = bomb.header()
            #expect(throws: ImageFileError.self, "\(width) x \(height)") {
                try PNGFile.readGrey(try file(header + PNGBuilder.chunk("IDAT", [0x78, 0x01])))
            }
        }
    }

    @Test func `what stands behind the image is not looked at, and animations show their first picture`()
        throws
    {
        let builder = Self.builder(.grey, depth: 8, interlaced: false)
        let plain = try PNGFile.readGrey(try file(builder.bytes()))
        #expect(try PNGFile.readGrey(try file(builder.bytes() + [1, 2, 3])) == plain)
        var animated = builder
        animated.chunks = [("acTL", [0, 0, 0, 2, 0, 0, 0, 0])]
        #expect(try PNGFile.readGrey(try file(animated.bytes())) == plain)
    }
}
