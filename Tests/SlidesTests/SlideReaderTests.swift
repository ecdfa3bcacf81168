import Foundation
import ImageFiles
import Kernels
import Pixels
import Slides
import SyntheticSlides
import TestSupport
import Testing

@Suite struct `Slide reader` {
    @Test func `a corrupt tile costs itself and nothing else`() throws {
        let folder = try TemporaryFolder()
        let url = try BrokenSlide.corruptTile.write(into: folder.url)
        let reader = try SlideReader(path: url.path)
        // 6 x 4 tiles; the one in the middle of the file is damaged.
        let bad = 12
        for index in 0..<24 {
            let (x, y) = (index % 6 * 256, index / 6 * 256)
            if index == bad {
                let failure = #expect(throws: SlideFailure.self) {
                    try reader.read(x: x, y: y, level: .full, width: 256, height: 256)
                }
                #expect(failure?.reason == .corruptTiles)
                #expect(reader.reopenCount == 1)
            } else {
                let pixels = try reader.read(x: x, y: y, level: .full, width: 256, height: 256)
                let fresh = try SlideReader(path: url.path)
                    .read(x: x, y: y, level: .full, width: 256, height: 256)
                #expect(pixels == fresh, "tile \(index)")
            }
        }
        #expect(reader.reopenCount == 1)
        #expect(reader.description.calibrationProperties.mppX != nil)
    }

    @Test func `a file that vanishes after an error is an error again`() throws {
        let folder = try TemporaryFolder()
        let url = try BrokenSlide.corruptTile.write(into: folder.url)
        let reader = try SlideReader(path: url.path)
        for y in [0, 256, 512, 768] {
            _ = try? reader.read(x: 0, y: y, level: .full, width: 256, height: 256)
        }
        _ = try? reader.read(x: 0, y: 512, level: .full, width: 256, height: 256)
        try FileManager.default.removeItem(at: url)
        #expect(throws: SlideFailure.self) {
            try reader.read(x: 0, y: 512, level: .full, width: 256, height: 256)
        }
        #expect(throws: SlideFailure.self) {
            try reader.readComposited(x: 0, y: 0, level: .full, width: 256, height: 256)
        }
    }

    @Test func `regions outside the slide show its background`() throws {
        let folder = try TemporaryFolder()
        let url = try SyntheticSlideVariant.tinyNormal.write(into: folder.url)
        let reader = try SlideReader(path: url.path)
        let slide = reader.description
        #expect(slide.width == 1_536 && slide.height == 1_024)
        let blank = RGBImage(width: 40, height: 30, filledWith: slide.background)
        for (x, y) in [(-100, -100), (1_536, 0), (0, 1_024), (5_000, 5_000)] {
            #expect(try reader.read(x: x, y: y, level: .full, width: 40, height: 30) == blank)
        }
        // Half inside: the inner part is what it is alone, the outer part background.
        let edge = try reader.read(x: 1_520, y: 500, level: .full, width: 40, height: 30)
        let inner = try reader.read(x: 1_520, y: 500, level: .full, width: 16, height: 30)
        #expect(edge.cropped(to: PixelRect(x: 0, y: 0, width: 16, height: 30)) == inner)
        #expect(
            edge.cropped(to: PixelRect(x: 16, y: 0, width: 24, height: 30))
                == RGBImage(width: 24, height: 30, filledWith: slide.background))
    }

    @Test(arguments: [TIFFCompression.deflate, .none])
    func `pixels of a lossless slide come back exactly`(_ compression: TIFFCompression) throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("a.tif")
        let (width, height) = (500, 300)
        var random = SeededGenerator(seed: 4)
        let side = 128
        let canvas = RGBImage(
            width: 4 * side, height: 3 * side,
            pixels: (0..<(12 * side * side * 3)).map { _ in UInt8(random.next(in: 0..<256)) })
        let writer = PyramidTIFFWriter(
            levels: [.init(width: width, height: height)], tileSide: side, compression: compression)
        try writer.write(to: url) { _, column, row in
            .pixels(
                canvas.cropped(to: PixelRect(x: column * side, y: row * side, width: side, height: side))
                    .pixels)
        }
        let reader = try SlideReader(path: url.path)
        let region = PixelRect(x: 37, y: 101, width: 411, height: 173)
        let pixels = try reader.read(
            x: region.x, y: region.y, level: .full, width: region.width, height: region.height)
        #expect(pixels == canvas.cropped(to: region))
    }

    @Test func `pixels of a JPEG slide are near those before compression`() throws {
        let folder = try TemporaryFolder()
        let variant = SyntheticSlideVariant.tinyAbnormal
        let url = try variant.write(into: folder.url)
        let region = PixelRect(x: 300, y: 200, width: 600, height: 500)
        let pixels = try SlideReader(path: url.path)
            .read(x: region.x, y: region.y, level: .full, width: region.width, height: region.height)
        let drawn = variant.slide().render(region)
        var (sum, signed) = (0, 0)
        for (read, wanted) in zip(pixels.pixels, drawn.pixels) {
            sum += abs(Int(read) - Int(wanted))
            signed += Int(read) - Int(wanted)
        }
        let count = Double(drawn.pixels.count)
        // Quality 70 with halved chroma: a few gray levels, no shift of color or place.
        #expect(Double(sum) / count < 6 && abs(Double(signed)) / count < 0.5)
    }

    @Test func `the same pixels come from a used and from a new buffer`() throws {
        let folder = try TemporaryFolder()
        let url = try SyntheticSlideVariant.tinyNormal.write(into: folder.url)
        let reader = try SlideReader(path: url.path)
        _ = try reader.read(x: 0, y: 0, level: .full, width: 900, height: 900)
        let small = try reader.read(x: 700, y: 400, level: .full, width: 77, height: 55)
        let fresh = try SlideReader(path: url.path).read(x: 700, y: 400, level: .full, width: 77, height: 55)
        #expect(small == fresh && small.width == 77 && small.height == 55)
    }
}

@Suite struct `Level choice` {
    private func slide(_ downsamples: [Double]) -> SlideDescription {
        let levels = downsamples.enumerated().map { index, downsample in
            SlideDescription.Level(
                index: LevelIndex(rawValue: index), width: Int(64_000 / downsample),
                height: Int(48_000 / downsample), downsample: downsample)
        }
        return SlideDescription(
            path: "a.svs", vendor: "test", levels: levels, background: .white, calibrationProperties: .init())
    }

    @Test(
        arguments: [
            // Exactly fitting, just above and just below, within the tolerance of one percent.
            (4.0, 2), (3.99, 2), (3.95, 1), (1.0, 1), (0.99, 0), (15.9, 3), (1_000, 3),
            // Nothing is fine enough: the finest there is.
            (0.1, 0), (0, 0),
        ])
    func `the coarsest level that is fine enough`(microns: Double, expected: Int) {
        let slide = slide([1, 4, 16.002, 64.01])
        let level = slide.level(notCoarserThan: microns, calibration: MicronsPerPixel(0.25))
        #expect(level.index.rawValue == expected)
    }

    @Test func `a slide of one level has no choice`() {
        let slide = slide([1])
        for microns in [0.01, 4, 100] {
            #expect(slide.level(notCoarserThan: microns, calibration: MicronsPerPixel(0.5)).index == .full)
        }
    }

    @Test func `levels need not be sorted`() {
        let slide = slide([1, 16, 4])
        #expect(slide.level(notCoarserThan: 1, calibration: MicronsPerPixel(0.25)).downsample == 4)
    }
}
