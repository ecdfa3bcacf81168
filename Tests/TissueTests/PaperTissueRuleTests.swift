import Foundation
import ImageFiles
import Kernels
import Pixels
import Slides
import TestSupport
import Testing
import Tissue

private let tissueColor = RGBColor(red: 180, green: 90, blue: 150)

/// A slide at 64 µm a pixel: tissue where `isTissue` says so.
private func paperOverview(
    width: Int, height: Int, isTissue: (_ x: Int, _ y: Int) -> Bool
) -> SlideOverview {
    var image = RGBImage(width: width, height: height)
    for y in 0..<height {
        for x in 0..<width where isTissue(x, y) { image[x, y] = tissueColor }
    }
    return overview(of: image, microns: 64)
}

@Suite struct `The tissue rule of the paper` {
    @Test(
        arguments: [
            // Up to 700 rows 30 pixels go on all sides; above, 100 rows at both ends and 50 columns at the
            // left.
            (120, 100, 30, 30, 30), (200, 700, 30, 30, 30), (200, 701, 100, 50, 0),
        ])
    func `the border is removed exactly`(width: Int, height: Int, rows: Int, left: Int, right: Int) {
        // One row of glass, in the part that goes anyway, gives Otsu two classes.
        let overview = paperOverview(width: width, height: height) { _, y in y > 0 }
        let mask = PaperTissueRule().detect(on: overview)
        for y in 0..<height {
            for x in 0..<width {
                let isInside = y >= rows && y < height - rows && x >= left && x < width - right
                #expect(mask.plane[x, y] == isInside, "\(x), \(y)")
            }
        }
        #expect(mask.evidence.method == .paper && mask.scaleX == 256)
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `the opening is the one of the definition`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (width, height) = (130, 110)
        let noise = (0..<(width * height)).map { _ in random.nextUnit() < 0.8 }
        let mask = PaperTissueRule().detect(
            on: paperOverview(width: width, height: height) { noise[$1 * width + $0] })
        // A pixel stays if a 3 x 3 square of tissue inside the border covers it.
        func isTissue(_ x: Int, _ y: Int) -> Bool {
            x >= 30 && x < width - 30 && y >= 30 && y < height - 30 && noise[y * width + x]
        }
        func isSquare(_ x: Int, _ y: Int) -> Bool {
            (-1...1).allSatisfy { dy in (-1...1).allSatisfy { dx in isTissue(x + dx, y + dy) } }
        }
        for y in 0..<height {
            for x in 0..<width {
                let stays = (-1...1).contains { dy in (-1...1).contains { dx in isSquare(x + dx, y + dy) } }
                #expect(mask.plane[x, y] == stays, "\(x), \(y)")
            }
        }
        #expect(mask.plane.trueCount > 100 && mask.plane.trueCount < 50 * 70)
    }

    @Test func `a cell is kept only if its nine pixels are tissue`() {
        var random = SeededGenerator(seed: 9)
        let (width, height) = (150, 120)
        var holes = Plane(width: width, height: height, filledWith: false)
        for _ in 0..<150 { holes[random.next(in: 0..<width), random.next(in: 0..<height)] = true }
        let mask = PaperTissueRule().detect(
            on: paperOverview(width: width, height: height) { !holes[$0, $1] })
        let grid = TileGrid(
            slideWidth: width * 256, slideHeight: height * 256, calibration: MicronsPerPixel(0.25),
            tileMicrons: 192, cropMicrons: 64, coverage: .sparse)
        let chosen = Set(
            TileSampler(grid: grid, minimumTissue: 1).sites(on: mask).map { SIMD2($0.column, $0.row) })
        var expected: Set<SIMD2<Int>> = []
        for row in 0..<(height / 3) {
            for column in 0..<(width / 3) {
                let isFull = (0..<9).allSatisfy { mask.plane[column * 3 + $0 % 3, row * 3 + $0 / 3] }
                if isFull { expected.insert(SIMD2(column, row)) }
            }
        }
        #expect(chosen == expected && expected.count > 20 && expected.count < 600)
    }

    @Test(arguments: [256.0, 36.1, 263.374_485_596_707_8])
    func `full cells count as full whatever the scale of the mask`(scale: Double) {
        let evidence = PaperTissueRule().detect(on: paperOverview(width: 9, height: 9) { _, y in y > 0 })
            .evidence
        let mask = TissueMask(
            plane: Plane(width: 90, height: 80, filledWith: true), scaleX: scale, scaleY: scale,
            evidence: evidence)
        let grid = TileGrid(
            slideWidth: Int(90 * scale), slideHeight: Int(80 * scale), calibration: MicronsPerPixel(0.243),
            tileMicrons: 192, cropMicrons: 64, coverage: .sparse)
        let sites = TileSampler(grid: grid, minimumTissue: 1).sites(on: mask)
        #expect(sites.count == (grid.slideWidth / grid.cellWidth) * (grid.slideHeight / grid.cellHeight))
    }

    @Test func `what the scanner left out is not tissue`() throws {
        // An Aperio slide of 16 µm a pixel whose right half has no tiles: OpenSlide shows it transparent.
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("a.svs")
        let (width, height, side) = (3_072, 2_048, 256)
        let writer = PyramidTIFFWriter(
            levels: [.init(width: width, height: height)], tileSide: side,
            compression: .jpegRGB(quality: 90), blankTiles: .absent(reduced: .white),
            facts: TIFFImageFacts(description: "Aperio Image Library (test)|MPP = 16.0"))
        let tissue = RGBImage(width: side, height: side, filledWith: tissueColor)
        let glass = RGBImage(width: side, height: side)
        try writer.write(to: url) { _, column, row in
            column >= 6 ? .blank : .pixels(row < 2 ? glass.pixels : tissue.pixels)
        }
        let reader = try SlideReader(path: url.path)
        let overview = try OverviewReader(reader.description, calibration: MicronsPerPixel(16))
            .read(from: reader, onBlock: {})
        let mask = PaperTissueRule().detect(on: overview)
        let (column, row) = (Double(width) / 2, 512.0)
        for y in stride(from: 30.0 * 4, to: Double(height) - 30 * 4, by: 7) {
            for x in stride(from: 30.0 * 4, to: Double(width) - 30 * 4, by: 7) {
                // Not at the edges of tissue, where JPEG and averages blur.
                guard abs(x - column) > 8, abs(y - row) > 8 else { continue }
                #expect(mask.isTissue(x: x, y: y) == (x < column && y > row), "\(x), \(y)")
            }
        }
    }

    @Test(arguments: [RGBColor.white, .black, tissueColor])
    func `a slide of one color has no tissue`(color: RGBColor) {
        let image = RGBImage(width: 100, height: 100, filledWith: color)
        #expect(PaperTissueRule().detect(on: overview(of: image, microns: 64)).plane.trueCount == 0)
    }
}
