import Foundation
import ImageFiles
import Kernels
import Pixels
import Slides
import SyntheticSlides
import TestSupport
import Testing
import Tissue

private struct Stop: Error {}

private let halfMicron = MicronsPerPixel(0.5)

/// Mean and greatest difference between the bytes of two images.
private func difference(_ left: RGBImage, _ right: RGBImage) throws -> (mean: Double, greatest: Int) {
    try #require(left.width == right.width && left.height == right.height)
    let differences = zip(left.pixels, right.pixels).map { abs(Int($0) - Int($1)) }
    return (Double(differences.reduce(0, +)) / Double(max(differences.count, 1)), differences.max() ?? 0)
}

private func intersectionOverUnion(_ left: TissueMask, _ right: TissueMask) -> Double {
    let pairs = zip(left.plane.values, right.plane.values)
    let both = pairs.filter { $0 && $1 }.count
    let any = pairs.filter { $0 || $1 }.count
    return any == 0 ? 1 : Double(both) / Double(any)
}

/// The overview by tiles against the mean of level 0 as OpenSlide reads it, and the masks of both.
private func compare(
    _ path: String, factor: Int, calibration: MicronsPerPixel
) throws -> (mean: Double, greatest: Int, overlap: Double) {
    let reader = try SlideReader(path: path)
    let slide = reader.description
    #expect(JPEGTileImage(of: slide) != nil)
    let overview = try OverviewReader(slide, factor: factor, calibration: calibration)
        .read(from: reader, onBlock: {})
    let whole = try reader.read(x: 0, y: 0, level: .full, width: slide.width, height: slide.height)
    let naive = SlideOverview(
        image: whole.areaAveraged(by: factor), unread: overview.unread, scaleX: overview.scaleX,
        scaleY: overview.scaleY, micronsPerPixel: overview.micronsPerPixel)
    #expect(!overview.unread.values.contains(true))
    let (mean, greatest) = try difference(overview.image, naive.image)
    let detector = TissueDetector()
    return (
        mean, greatest, intersectionOverUnion(detector.detect(on: overview), detector.detect(on: naive))
    )
}

@Suite struct `Overview from JPEG tiles` {
    @Test(
        arguments: ["tiny-abnormal.svs", "tiny-normal.svs", "tiny-generic.tif"], [2, 3, 4, 6, 8, 12, 16, 33])
    func `it is the area average within one gray level in the mean`(name: String, factor: Int) throws {
        let result = try compare(FixtureSlides.path(name), factor: factor, calibration: halfMicron)
        #expect(result.mean < 1 && result.greatest <= 24, "\(result)")
        #expect(result.overlap > 0.98, "\(result)")
    }

    @Test(arguments: [2, 8, 9])
    func `sizes that no reduction divides keep their edge clean`(factor: Int) throws {
        let folder = try TemporaryFolder()
        let url = try SyntheticSlideVariant.oddSize.write(into: folder.url)
        let result = try compare(url.path, factor: factor, calibration: halfMicron)
        #expect(result.mean < 1 && result.greatest <= 24 && result.overlap > 0.98, "\(result)")
    }

    @Test func `a slide of one level at its own factor`() throws {
        let folder = try TemporaryFolder()
        let url = try SyntheticSlideVariant.singleLevel.write(into: folder.url)
        let reader = try SlideReader(path: url.path)
        let overviewReader = OverviewReader(reader.description, calibration: MicronsPerPixel(0.25))
        let (byTiles, byBlocks) = (
            try overviewReader.read(from: reader, onBlock: {}),
            try overviewReader.readBlocks(from: reader, onBlock: {})
        )
        #expect(byTiles.scaleX == byBlocks.scaleX && byTiles.micronsPerPixel == byBlocks.micronsPerPixel)
        #expect(byTiles.scaleX >= 2 && byTiles.image != byBlocks.image)
        #expect(try difference(byTiles.image, byBlocks.image).mean < 1)
        let detector = TissueDetector()
        let (left, right) = (detector.detect(on: byTiles), detector.detect(on: byBlocks))
        #expect(intersectionOverUnion(left, right) > 0.98 && left.fraction > 0.05)
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"), arguments: [2, 4, 8, 10, 37])
    func `a real slide`(factor: Int) throws {
        let path = SharedData.url("data/wsi/CMU-1-Small-Region.svs").path
        let result = try compare(path, factor: factor, calibration: MicronsPerPixel(0.499))
        #expect(result.mean < 1 && result.greatest <= 24 && result.overlap > 0.98, "\(result)")
    }

    @Test func `two readings are equal`() throws {
        let reader = try SlideReader(path: FixtureSlides.path("tiny-abnormal.svs"))
        let overviewReader = OverviewReader(reader.description, factor: 9, calibration: halfMicron)
        let first = try overviewReader.read(from: reader, onBlock: {})
        let second = try overviewReader.read(from: reader, onBlock: {})
        #expect(first.image == second.image && first.unread == second.unread)
    }

    @Test(arguments: [2, 3, 8, 50])
    func `a corrupt tile is marked unread and nothing else is`(factor: Int) throws {
        let folder = try TemporaryFolder()
        let url = try BrokenSlide.corruptTile.write(into: folder.url)
        let reader = try SlideReader(path: url.path)
        let overview = try OverviewReader(reader.description, factor: factor, calibration: halfMicron)
            .read(from: reader, onBlock: {})
        // Tile 12 of 6 columns: the first of the third row.
        for y in 0..<overview.unread.height {
            for x in 0..<overview.unread.width {
                let isTouched = x * factor < 256 && y * factor < 768 && (y + 1) * factor > 512
                #expect(overview.unread[x, y] == isTouched)
            }
        }
        #expect(reader.reopenCount == 0)
    }

    @Test func `progress has the announced number of steps and can stop`() throws {
        let reader = try SlideReader(path: FixtureSlides.path("tiny-abnormal.svs"))
        for factor in [2, 8, 700] {
            let overviewReader = OverviewReader(reader.description, factor: factor, calibration: halfMicron)
            var blocks = 0
            _ = try overviewReader.read(from: reader) { blocks += 1 }
            #expect(blocks == overviewReader.blockCount && blocks > 0)
            blocks = 0
            #expect(throws: Stop.self) {
                _ = try overviewReader.read(from: reader) {
                    blocks += 1
                    throw Stop()
                }
            }
            #expect(blocks == 1)
        }
    }

    @Test(arguments: [true, false])
    func `a tile without bytes is background in Aperio files and unread in others`(isAperio: Bool) throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("a.tif")
        let writer = PyramidTIFFWriter(
            levels: [.init(width: 1_000, height: 700)], compression: .jpegYCbCr(quality: 90),
            blankTiles: .absent(reduced: .white),
            facts: TIFFImageFacts(description: isAperio ? "Aperio test" : "a test"))
        let gray = [UInt8](repeating: 90, count: 256 * 256 * 3)
        try writer.write(to: url) { _, column, row in column == 1 && row == 1 ? .blank : .pixels(gray) }
        let reader = try SlideReader(path: url.path)
        let overview = try OverviewReader(reader.description, factor: 8, calibration: halfMicron)
            .read(from: reader, onBlock: {})
        for y in 0..<overview.image.height {
            for x in 0..<overview.image.width {
                let isBlank = (32..<64).contains(x) && (32..<64).contains(y)
                let wanted = isBlank ? reader.description.background : RGBColor(red: 90, green: 90, blue: 90)
                #expect(overview.image[x, y] == wanted)
                #expect(overview.unread[x, y] == (isBlank && !isAperio))
            }
        }
    }
}

@Suite struct `Area accumulator` {
    private func noise(width: Int, height: Int, seed: UInt64) -> RGBImage {
        var random = SeededGenerator(seed: seed)
        return RGBImage(
            width: width, height: height,
            pixels: (0..<(width * height * 3)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }

    @Test(arguments: [1, 2, 4, 8], [8, 9, 16, 31, 64, 300])
    func `pieces of any size give the mean of the whole`(reduction: Int, factor: Int) {
        for (columns, rows, side) in [(40, 24, 6), (33, 17, 16), (5, 50, 7), (1, 1, 3)] {
            let small = noise(width: columns, height: rows, seed: UInt64(factor * 100 + side))
            // Every reduced pixel stands for a block of equal ones, so that the mean has one exact answer.
            var large = RGBImage(width: columns * reduction, height: rows * reduction)
            for y in 0..<large.height {
                for x in 0..<large.width { large[x, y] = small[x / reduction, y / reduction] }
            }
            var average = AreaAccumulator(
                width: large.width, height: large.height, factor: factor, bandHeight: side * reduction,
                background: .white)
            for y in stride(from: 0, to: rows, by: side) {
                for x in stride(from: 0, to: columns, by: side) {
                    let part = PixelRect(x: x, y: y, width: side, height: side)
                        .intersection(PixelRect(x: 0, y: 0, width: columns, height: rows))
                    average.add(
                        small.cropped(to: part).pixels, rowLength: part.width, reduction: reduction,
                        covering: PixelRect(
                            x: x * reduction, y: y * reduction, width: part.width * reduction,
                            height: part.height * reduction))
                }
                average.finishRows(above: (y + side) * reduction)
            }
            #expect(average.image == large.areaAveraged(by: factor))
            #expect(!average.missing.values.contains(true))
        }
    }

    @Test func `a piece of one color counts by its area`() {
        var average = AreaAccumulator(width: 20, height: 10, factor: 10, bandHeight: 10, background: .white)
        average.add(.black, covering: PixelRect(x: 0, y: 0, width: 13, height: 10))
        average.add(
            RGBColor(red: 100, green: 50, blue: 10), covering: PixelRect(x: 13, y: 0, width: 7, height: 10))
        average.finishRows(above: 10)
        #expect(average.image[0, 0] == .black)
        #expect(average.image[1, 0] == RGBColor(red: 70, green: 35, blue: 7))
    }
}
