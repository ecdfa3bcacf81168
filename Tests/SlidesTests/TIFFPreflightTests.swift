import Kernels
import Slides
import TestSupport
import Testing

private func check(_ tiff: HandmadeTIFF) throws -> TileCensus? {
    let folder = try TemporaryFolder()
    return try SlidePreflight.check(folder.file("a.tif", tiff.bytes())).tiles
}

private func reason(_ tiff: HandmadeTIFF) throws -> SlideFailureReason? {
    let folder = try TemporaryFolder()
    let path = try folder.file("a.tif", tiff.bytes())
    return #expect(throws: SlideFailure.self) { try SlidePreflight.check(path) }?.reason
}

private let flavors = [(false, true), (false, false), (true, true), (true, false)]

@Suite struct `Preflight of handmade TIFFs` {
    @Test(arguments: flavors)
    func `tiles beyond the end are counted exactly in every flavor of TIFF`(
        isBig: Bool, isLittleEndian: Bool
    ) throws {
        var random = SeededGenerator(seed: 11)
        let count = 300
        func make(_ offsets: [UInt64], _ lengths: [UInt64]) -> HandmadeTIFF {
            .tiled(
                offsets: offsets, lengths: lengths, isBig: isBig, isLittleEndian: isLittleEndian,
                dataBytes: 5_000)
        }
        // The size of the file does not depend on the numbers in it.
        let blank = [UInt64](repeating: 0, count: count)
        let size = make(blank, blank).bytes().count
        var offsets = (0..<count).map { _ in UInt64(random.next(in: 16..<(2 * size))) }
        let lengths = (0..<count).map { _ in
            UInt64(random.next(in: 0..<4) == 0 ? 0 : random.next(in: 1..<900))
        }
        // The edge: one tile ends exactly at the end of the file, one a byte later.
        offsets[0] = UInt64(size) - lengths[0]
        offsets[1] = UInt64(size) - lengths[1] + 1
        let expected = zip(offsets, lengths).filter { $1 > 0 && Int($0 + $1) > size }.count
        let census = try check(make(offsets, lengths))
        #expect(census == TileCensus(total: count, beyondEnd: expected))
        #expect(expected > 50 && expected < 250)
    }

    @Test func `absent tiles are not missing tiles`() throws {
        let sparse = HandmadeTIFF.tiled(offsets: [0, 16, 0, 999_999], lengths: [0, 10, 0, 0], dataBytes: 64)
        #expect(try check(sparse) == TileCensus(total: 4, beyondEnd: 0))
    }

    @Test func `a tile whose end overflows lies beyond the end`() throws {
        let huge = HandmadeTIFF.tiled(
            offsets: [UInt64.max - 1, UInt64(Int.max) - 1, 16], lengths: [100, 100, 10], isBig: true,
            dataBytes: 64)
        #expect(try check(huge) == TileCensus(total: 3, beyondEnd: 2))
    }

    @Test(arguments: flavors)
    func `a directory loop is found`(isBig: Bool, isLittleEndian: Bool) throws {
        var tiff = HandmadeTIFF.tiled(
            offsets: [16], lengths: [8], isBig: isBig, isLittleEndian: isLittleEndian, dataBytes: 64)
        tiff.lastLink = UInt64(tiff.firstDirectory)
        #expect(try reason(tiff) == .badTIFF)
        // Also one that comes back after a second directory.
        tiff.directories.append(tiff.directories[0])
        #expect(try reason(tiff) == .badTIFF)
    }

    @Test(arguments: flavors)
    func `a directory beyond the end means that the end is missing`(isBig: Bool, isLittleEndian: Bool) throws
    {
        var tiff = HandmadeTIFF.tiled(
            offsets: [16], lengths: [8], isBig: isBig, isLittleEndian: isLittleEndian, dataBytes: 64)
        tiff.lastLink = 0xFFFF_FFF0
        #expect(try reason(tiff) == .truncated)
        tiff.claimedFirst = isBig ? UInt64.max : 0xFFFF_FFF0
        #expect(try reason(tiff) == .truncated)
    }

    @Test func `an impossible number of entries is refused`() throws {
        var tiff = HandmadeTIFF.tiled(offsets: [16], lengths: [8], dataBytes: 64)
        tiff.claimedEntries = 65_535
        #expect(try reason(tiff) == .badTIFF)
        tiff.claimedEntries = 0
        #expect(try reason(tiff) == .badTIFF)
        tiff.isBig = true
        tiff.claimedEntries = UInt64.max
        #expect(try reason(tiff) == .badTIFF)
    }

    @Test func `a TIFF without a directory is refused`() throws {
        var tiff = HandmadeTIFF.tiled(offsets: [16], lengths: [8])
        tiff.claimedFirst = 0
        #expect(try reason(tiff) == .badTIFF)
    }

    @Test func `a chain of more than a thousand directories is refused`() throws {
        let page: [HandmadeTIFF.Field] = [.number(256, 10), .number(257, 10)]
        #expect(
            try check(HandmadeTIFF(directories: [[HandmadeTIFF.Field]](repeating: page, count: 1_000))) != nil
        )
        #expect(
            try reason(HandmadeTIFF(directories: [[HandmadeTIFF.Field]](repeating: page, count: 1_001)))
                == .badTIFF)
    }

    @Test(
        arguments: [
            // Tile sides; the product of width and height, also where it overflows; samples.
            [(322, 8_193)], [(323, 32_768)], [(322, 0)], [(322, 8_192), (323, 8_192), (277, 5)],
            [(256, 1 << 21), (257, 1 << 20)], [(256, 1 << 40), (257, 1 << 40)], [(277, 65_529)],
        ] as [[(Int, UInt64)]])
    func `sizes that would exhaust memory are refused`(changes: [(Int, UInt64)]) throws {
        var tiff = HandmadeTIFF.tiled(offsets: [16], lengths: [8], isBig: true, dataBytes: 64)
        #expect(try check(tiff) == TileCensus(total: 1, beyondEnd: 0))
        for (tag, value) in changes {
            let place = try #require(tiff.directories[0].firstIndex { $0.tag == tag })
            tiff.directories[0][place] = .number(tag, value)
        }
        #expect(try reason(tiff) == .badTIFF)
        // A second directory is looked at as the first is, and a private tag of Hamamatsu is no way around.
        var second = HandmadeTIFF.tiled(offsets: [16], lengths: [8], isBig: true, dataBytes: 64)
        second.directories.append(tiff.directories[0])
        #expect(try reason(second) == .badTIFF)
        tiff.directories[0].append(.number(65_420, 1))
        #expect(try reason(tiff) == .badTIFF)
    }

    @Test func `of a repeated tag the first counts as it does for libtiff`() throws {
        var tiff = HandmadeTIFF.tiled(offsets: [16], lengths: [8], dataBytes: 64)
        let width = try #require(tiff.directories[0].firstIndex { $0.tag == 322 })
        tiff.directories[0][width] = .number(322, 32_768)
        tiff.directories[0].insert(.number(322, 256), at: width + 1)
        #expect(try reason(tiff) == .badTIFF)
    }

    @Test func `offsets and sizes must agree in number`() throws {
        #expect(
            try reason(HandmadeTIFF.tiled(offsets: [16, 16, 16], lengths: [8, 8], dataBytes: 64)) == .badTIFF)
    }

    @Test func `a count beyond reason is refused before memory is taken`() throws {
        // A BigTIFF may claim 2^60 tile offsets of 8 bytes.
        var bytes = HandmadeTIFF.tiled(offsets: [16], lengths: [8], isBig: true, dataBytes: 0).bytes()
        let entry = HandmadeTIFF.dataStart + 8 + 6 * 20
        #expect(bytes[entry] == 324 & 255)
        for (index, byte) in [UInt8](arrayLiteral: 0, 0, 0, 0, 0, 0, 0, 0x10).enumerated() {
            bytes[entry + 4 + index] = byte
        }
        let folder = try TemporaryFolder()
        let path = try folder.file("a.tif", bytes)
        #expect(throws: SlideFailure.self) { try SlidePreflight.check(path) }
    }

    @Test func `the offsets of NDPI files are left to OpenSlide`() throws {
        var tiff = HandmadeTIFF.tiled(offsets: [999_999], lengths: [8])
        #expect(try check(tiff) == TileCensus(total: 1, beyondEnd: 1))
        tiff.directories[0].append(.number(65_420, 1))
        #expect(try check(tiff) == nil)
    }

    @Test func `a TIFF in strips has no tiles`() throws {
        let strips = HandmadeTIFF(directories: [[.number(256, 100), .number(257, 100), .number(273, 16)]])
        #expect(try check(strips) == TileCensus(total: 0, beyondEnd: 0))
    }

    @Test(arguments: ["II", "II*", "MM\0*", "GIF89a and more than sixteen bytes", "II\u{2B}\0\u{8}\0\0\0"])
    func `what does not begin a TIFF has no census`(text: String) throws {
        let folder = try TemporaryFolder()
        #expect(try SlidePreflight.check(folder.file("a.svs", Array(text.utf8))).tiles == nil)
    }
}
