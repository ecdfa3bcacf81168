import Foundation
import ImageFiles
import Kernels
import Pixels
import Slides
import SyntheticSlides
import TestSupport
import Testing
import Tissue

/// A lossless slide of one level with known pixels.
private struct PlainSlide {
    let folder: TemporaryFolder
    let path: String
    let canvas: RGBImage

    init(width: Int, height: Int) throws {
        folder = try TemporaryFolder()
        let side = 256
        let (columns, rows) = ((width + side - 1) / side, (height + side - 1) / side)
        var random = SeededGenerator(seed: 6)
        let canvas = RGBImage(
            width: columns * side, height: rows * side,
            pixels: (0..<(columns * rows * side * side * 3)).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            })
        let writer = PyramidTIFFWriter(levels: [.init(width: width, height: height)], compression: .none)
        let url = folder.url.appendingPathComponent("a.tif")
        try writer.write(to: url) { _, column, row in
            .pixels(
                canvas.cropped(to: PixelRect(x: column * side, y: row * side, width: side, height: side))
                    .pixels)
        }
        path = url.path
        self.canvas = canvas.cropped(to: PixelRect(x: 0, y: 0, width: width, height: height))
    }
}

/// The mean of every block of `factor` x `factor` pixels, by the definition.
private func averaged(_ image: RGBImage, by factor: Int) -> RGBImage {
    let (columns, rows) = ((image.width + factor - 1) / factor, (image.height + factor - 1) / factor)
    var result = RGBImage(width: columns, height: rows)
    for row in 0..<rows {
        for column in 0..<columns {
            var sum = SIMD3(repeating: 0.0)
            var count = 0.0
            for y in (row * factor)..<min(image.height, (row + 1) * factor) {
                for x in (column * factor)..<min(image.width, (column + 1) * factor) {
                    let color = image[x, y]
                    sum += SIMD3(Double(color.red), Double(color.green), Double(color.blue))
                    count += 1
                }
            }
            let mean = (sum / count + 0.5).rounded(.down)
            result[column, row] = RGBColor(red: UInt8(mean.x), green: UInt8(mean.y), blue: UInt8(mean.z))
        }
    }
    return result
}

private struct Stop: Error {}

@Suite struct `Slide overview` {
    @Test(arguments: [(3_100, 1_333, 3), (1_024, 1_100, 1), (2_500, 700, 2), (4_099, 517, 4)])
    func `a slide of one level is averaged exactly, block by block`(
        width: Int, height: Int, factor: Int
    ) throws {
        let slide = try PlainSlide(width: width, height: height)
        let reader = try SlideReader(path: slide.path)
        let overviewReader = OverviewReader(reader.description, calibration: MicronsPerPixel(0.25))
        var blocks = 0
        let overview = try overviewReader.read(from: reader) { blocks += 1 }
        #expect(overview.image == averaged(slide.canvas, by: factor))
        #expect(overview.scaleX == Double(factor) && overview.scaleY == Double(factor))
        #expect(abs(overview.micronsPerPixel - 0.25 * Double(factor)) < 1e-12)
        #expect(!overview.unread.values.contains(true))
        // Never more than a block of about a thousand pixels square at a time.
        let side = 1_024 / factor * factor
        #expect(blocks == overviewReader.blockCount)
        #expect(blocks == ((width + side - 1) / side) * ((height + side - 1) / side))
    }

    @Test func `an interruption stops the reading`() throws {
        let slide = try PlainSlide(width: 3_100, height: 1_333)
        let reader = try SlideReader(path: slide.path)
        var blocks = 0
        #expect(throws: Stop.self) {
            _ = try OverviewReader(reader.description, calibration: MicronsPerPixel(0.25)).read(from: reader)
            {
                blocks += 1
                if blocks == 3 { throw Stop() }
            }
        }
        #expect(blocks == 3)
    }

    @Test func `what cannot be read is marked, and may be tissue`() throws {
        let folder = try TemporaryFolder()
        let url = try BrokenSlide.corruptTile.write(into: folder.url)
        let reader = try SlideReader(path: url.path)
        let overview = try OverviewReader(reader.description, calibration: MicronsPerPixel(0.5))
            .read(from: reader, onBlock: {})
        // One pixel is one level-0 pixel here, and the damaged tile is the first of the third row.
        #expect(overview.scaleX == 1)
        for y in 0..<overview.unread.height {
            for x in 0..<overview.unread.width {
                #expect(overview.unread[x, y] == (x < 256 && y >= 512 && y < 768))
            }
        }
        let mask = TissueDetector().detect(on: overview)
        #expect(mask.isTissue(x: 3, y: 520) && mask.isTissue(x: 250, y: 760))
        #expect(abs(mask.evidence.unreadFraction - 1.0 / 24) < 0.01)
    }
}

@Suite struct `Tissue detector at its limits` {
    @Test(arguments: [RGBColor.white, .black, RGBColor(red: 210, green: 208, blue: 212)])
    func `one pixel and one gray have no tissue`(color: RGBColor) {
        for (width, height) in [(1, 1), (1, 50), (50, 1), (300, 200)] {
            let image = RGBImage(width: width, height: height, filledWith: color)
            for microns in [0.5, 4, 100] {
                let mask = TissueDetector().detect(on: overview(of: image, microns: microns))
                #expect(mask.plane.trueCount == 0 && mask.fraction == 0)
                #expect(mask.evidence.tissueFraction == 0)
            }
        }
    }

    @Test func `stain without any glass is tissue, which Otsu cannot say`() {
        let image = RGBImage(
            width: 300, height: 200, filledWith: RGBColor(red: 200, green: 100, blue: 150))
        let mask = TissueDetector().detect(on: overview(of: image))
        #expect(mask.fraction == 1 && mask.evidence.method == .faintTissueFallback)
    }

    @Test func `black with glass has no tissue`() {
        var image = RGBImage(width: 200, height: 200, filledWith: .black)
        for y in 0..<200 {
            for x in 0..<100 { image[x, y] = .white }
        }
        let mask = TissueDetector().detect(on: overview(of: image))
        #expect(mask.plane.trueCount == 0 && mask.evidence.blackFraction > 0.4)
    }

    @Test func `a patch of stain is found to the pixel`() {
        var image = RGBImage(width: 200, height: 200, filledWith: RGBColor(red: 243, green: 242, blue: 245))
        for y in 60..<140 {
            for x in 50..<150 { image[x, y] = RGBColor(red: 210, green: 140, blue: 180) }
        }
        let mask = TissueDetector().detect(on: overview(of: image))
        for y in 0..<200 {
            for x in 0..<200 {
                #expect(mask.plane[x, y] == (x >= 50 && x < 150 && y >= 60 && y < 140))
            }
        }
    }

    @Test func `specks go and fragments of fifty microns stay`() {
        var image = RGBImage(width: 200, height: 200)
        let stain = RGBColor(red: 210, green: 140, blue: 180)
        for y in 0..<200 {
            for x in 0..<200 {
                let isFragment = (20..<34).contains(x) && (20..<34).contains(y)
                let isSpeck = (100..<106).contains(x) && (100..<106).contains(y)
                if isFragment || isSpeck { image[x, y] = stain }
            }
        }
        let mask = TissueDetector().detect(on: overview(of: image))
        #expect(mask.plane[25, 25] && !mask.plane[103, 103])
    }
}
