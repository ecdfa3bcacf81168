import Foundation
import ImageFiles
import Kernels
import Pixels
import Slides
import SyntheticSlides
import TestSupport
import Testing

/// A classic little-endian TIFF whose first directory a test may spoil.
private struct SpoiledTIFF {
    var bytes: [UInt8]
    let folder: TemporaryFolder

    init(_ path: String) throws {
        bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        folder = try TemporaryFolder()
        try #require(Array(bytes[0..<4]) == [0x49, 0x49, 42, 0])
    }

    func number(at place: Int, size: Int = 4) -> Int {
        (0..<size).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }

    mutating func put(_ value: Int, at place: Int, size: Int = 4) {
        for byte in 0..<size { bytes[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }

    /// Where the entry of `tag` begins: tag, type, count, value.
    func entry(_ tag: Int) throws -> Int {
        let start = number(at: 4)
        let entries = (0..<number(at: start, size: 2)).map { start + 2 + $0 * 12 }
        return try #require(entries.first { number(at: $0, size: 2) == tag })
    }

    /// Place in the file of the offset (tag 324) or byte count (tag 325) of a tile.
    func place(ofTile index: Int, in tag: Int) throws -> Int {
        number(at: try entry(tag) + 8) + index * 4
    }

    /// The description that OpenSlide gave of the unspoiled slide, for the spoiled file.
    func image(like slide: SlideDescription) throws -> JPEGTileImage? {
        JPEGTileImage(
            of: SlideDescription(
                path: try folder.file("spoiled.svs", bytes), vendor: slide.vendor, levels: slide.levels,
                background: slide.background, calibrationProperties: slide.calibrationProperties))
    }
}

extension JPEGTileImage {
    fileprivate func outcomes(reduction: Int = 1) -> [Outcome] {
        var pixels = [UInt8](repeating: 0, count: byteCount(reduction: reduction))
        return (0..<(columns * rows)).map {
            decode(column: $0 % columns, row: $0 / columns, reduction: reduction, into: &pixels)
        }
    }
}

@Suite struct `JPEG tile image` {
    private let path = FixtureSlides.path("tiny-abnormal.svs")

    private func slide() throws -> SlideDescription { try SlideReader(path: path).description }

    /// Regions within tiles, across their borders, at and beyond the edges of the slide.
    private func expectIdentity(_ path: String) throws {
        let reader = try SlideReader(path: path)
        let slide = reader.description
        #expect(JPEGTileImage(of: slide) != nil)
        var random = SeededGenerator(seed: 8)
        var places = [
            (-50, -70, 300, 200), (slide.width - 100, slide.height - 90, 200, 200), (255, 255, 2, 2),
            (0, 0, slide.width, min(slide.height, 1_000)), (slide.width + 5, 0, 10, 10),
            (slide.width - 768, slide.height - 768, 768, 768),
        ]
        for _ in 0..<30 {
            places.append(
                (
                    random.next(in: -100..<slide.width), random.next(in: -100..<slide.height),
                    random.next(in: 1..<900), random.next(in: 1..<900)
                ))
        }
        for (x, y, width, height) in places {
            let direct = try reader.read(x: x, y: y, level: .full, width: width, height: height)
            let composited = try reader.readComposited(
                x: x, y: y, level: .full, width: width, height: height)
            #expect(direct == composited, "\(width) x \(height) at \(x), \(y) of \(path)")
        }
    }

    @Test(arguments: ["tiny-abnormal.svs", "tiny-normal.svs", "tiny-generic.tif"])
    func `regions have the pixels of OpenSlide`(name: String) throws {
        try expectIdentity(FixtureSlides.path(name))
    }

    @Test(arguments: [SyntheticSlideVariant.demo, .oddSize, .singleLevel])
    func `regions of larger slides have the pixels of OpenSlide`(variant: SyntheticSlideVariant) throws {
        let folder = try TemporaryFolder()
        try expectIdentity(try variant.write(into: folder.url).path)
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `regions of a real slide have the pixels of OpenSlide`() throws {
        try expectIdentity(SharedData.url("data/wsi/CMU-1-Small-Region.svs").path)
    }

    @Test(arguments: [TIFFCompression.jpegRGB(quality: 80), .jpegYCbCr(quality: 80)])
    func `tiles without bytes look as OpenSlide shows them`(compression: TIFFCompression) throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("a.svs")
        var random = SeededGenerator(seed: 9)
        let noise = (0..<(64 * 64 * 3)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let writer = PyramidTIFFWriter(
            levels: [.init(width: 500, height: 300)], tileSide: 64, compression: compression,
            blankTiles: .absent(reduced: .white), facts: TIFFImageFacts(description: "Aperio test"))
        try writer.write(to: url) { _, column, row in (column + row) % 3 == 0 ? .blank : .pixels(noise) }
        try expectIdentity(url.path)
    }

    @Test func `lossless files and other vendors are not for it`() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("a.tif")
        let writer = PyramidTIFFWriter(levels: [.init(width: 300, height: 300)], compression: .deflate)
        try writer.write(to: url) { _, _, _ in .blank }
        #expect(JPEGTileImage(of: try SlideReader(path: url.path).description) == nil)
        let good = try slide()
        let renamed = SlideDescription(
            path: path, vendor: "philips", levels: good.levels, background: .white,
            calibrationProperties: good.calibrationProperties)
        #expect(JPEGTileImage(of: renamed) == nil)
        #expect(JPEGTileImage(of: good) != nil)
    }

    @Test(
        arguments: [
            // Tag, byte of its entry, size, value: counts, types and values that make a directory not plain.
            (347, 4, 4, 0x7FFF_FFFF), (347, 4, 4, 70_000), (347, 4, 4, 3), (347, 8, 4, 0x7FFF_0000),
            (347, 2, 2, 4), (259, 8, 2, 5), (262, 8, 2, 8), (277, 8, 2, 4), (322, 8, 2, 0), (322, 8, 2, 248),
            (322, 8, 2, 512), (323, 8, 2, 65_520), (324, 4, 4, 23), (325, 4, 4, 0), (256, 8, 2, 1_537),
            (258, 4, 4, 1_000), (274, 8, 2, 3), (325, 8, 4, 0x7FFF_FFF0),
        ])
    func `a directory with anything odd is not for it`(tag: Int, at: Int, size: Int, value: Int) throws {
        var file = try SpoiledTIFF(path)
        file.put(value, at: try file.entry(tag) + at, size: size)
        #expect(try file.image(like: slide()) == nil)
    }

    @Test func `tables of nonsense are not for it`() throws {
        var file = try SpoiledTIFF(path)
        let entry = try file.entry(347)
        for byte in 0..<file.number(at: entry + 4) { file.bytes[file.number(at: entry + 8) + byte] = 0xA5 }
        #expect(try file.image(like: slide()) == nil)
    }

    @Test(arguments: [1, 2, 4, 8])
    func `a damaged tile is found and the others are not harmed`(reduction: Int) throws {
        let bad = 9
        func outcomes(_ spoil: (inout SpoiledTIFF) throws -> Void) throws -> [JPEGTileImage.Outcome] {
            var file = try SpoiledTIFF(path)
            try spoil(&file)
            let image = try #require(try file.image(like: slide()))
            let outcomes = image.outcomes(reduction: reduction)
            for (index, outcome) in outcomes.enumerated() where index != bad { #expect(outcome == .decoded) }
            return outcomes
        }
        let beyond = try outcomes { $0.put(0x7FFF_0000, at: try $0.place(ofTile: bad, in: 324)) }
        #expect(beyond[bad] == .corrupt)
        let endless = try outcomes { $0.put(0x7FFF_0000, at: try $0.place(ofTile: bad, in: 325)) }
        #expect(endless[bad] == .corrupt)
        let short = try outcomes {
            let place = try $0.place(ofTile: bad, in: 325)
            $0.put($0.number(at: place) / 2, at: place)
        }
        #expect(short[bad] == .corrupt)
        let absent = try outcomes { $0.put(0, at: try $0.place(ofTile: bad, in: 325)) }
        #expect(absent[bad] == .absent)
        let foreign = try outcomes {
            let start = $0.number(at: try $0.place(ofTile: bad, in: 324))
            // The frame header, FF C0: its height is at byte 5, its width at byte 7.
            let bytes = $0.bytes
            let frame = try #require(
                (start..<(start + 900)).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
            $0.bytes[frame + 5] = 0x40
        }
        #expect(foreign[bad] == .unusual)
    }

    @Test func `random damage never crashes and changes no later reading`() throws {
        let slide = try slide()
        var file = try SpoiledTIFF(path)
        let good = file.bytes
        var random = SeededGenerator(seed: 10)
        let directory = file.number(at: 4)
        let tables = file.number(at: try file.entry(347) + 8)
        let tile = file.number(at: try file.place(ofTile: 0, in: 324))
        var (opened, refused, corrupt) = (0, 0, 0)
        for round in 0..<600 {
            file.bytes = good
            let (start, length) = [(directory, 220), (tables, 280), (tile, 3_000)][round % 3]
            for _ in 0..<random.next(in: 1..<6) {
                let place = min(start + random.next(in: 0..<length), good.count - 1)
                file.bytes[place] = UInt8(truncatingIfNeeded: random.next())
            }
            guard let image = try file.image(like: slide) else {
                refused += 1
                continue
            }
            opened += 1
            corrupt += image.outcomes(reduction: [1, 2, 4, 8][round / 3 % 4]).filter { $0 != .decoded }.count
        }
        #expect(opened > 100 && refused > 100, "\(opened) opened, \(refused) refused, \(corrupt) corrupt")
    }
}
