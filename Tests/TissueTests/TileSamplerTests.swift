import Kernels
import Pixels
import Testing
import Tissue

private func randomMask(width: Int, height: Int, scale: Double, seed: UInt64) -> TissueMask {
    var random = SeededGenerator(seed: seed)
    let values = (0..<(width * height)).map { _ in random.nextUnit() < 0.3 }
    return TissueMask(
        plane: Plane(width: width, height: height, values: values), scaleX: scale, scaleY: scale,
        evidence: TissueEvidence(
            method: .otsu, channel: "test", otsuThreshold: nil, appliedThreshold: 0, micronsPerMaskPixel: 8,
            tissueFraction: 0))
}

private func grid(_ coverage: Coverage, microns: Double, width: Int = 4_321, height: Int = 3_210) -> TileGrid
{
    TileGrid(
        slideWidth: width, slideHeight: height, calibration: MicronsPerPixel(microns), tileMicrons: 192,
        cropMicrons: 64, coverage: coverage)
}

@Suite struct `Tile grid and sampling` {
    @Test func `at the reference resolution tile and crop are 768 and 256 pixels`() {
        let reference = grid(.sparse, microns: 0.25)
        #expect(reference.tileWidth == 768 && reference.cropWidth == 256)
        #expect(grid(.sparse, microns: 0.5).tileWidth == 384)
        #expect(reference.crop(column: 1, row: 2) == SlideRect(x: 1_024, y: 1_792, width: 256, height: 256))
        #expect(reference.tile(column: 1, row: 2) == reference.cell(column: 1, row: 2))
    }

    @Test(arguments: [0.2261, 0.25, 0.499, 0.5])
    func `every sparse crop is a cell of the dense grid`(microns: Double) {
        let (sparse, dense) = (grid(.sparse, microns: microns), grid(.dense, microns: microns))
        for (column, row) in [(0, 0), (3, 1), (7, 5)] {
            #expect(
                sparse.crop(column: column, row: row) == dense.cell(column: 3 * column + 1, row: 3 * row + 1))
        }
    }

    @Test(arguments: [Coverage.sparse, .dense], [0.2261, 0.499])
    func `no two cells overlap`(coverage: Coverage, microns: Double) {
        let mask = randomMask(width: 120, height: 90, scale: 36.1, seed: 5)
        let sites = TileSampler(grid: grid(coverage, microns: microns), minimumTissue: 0).sites(on: mask)
        #expect(sites.count > 20)
        for (index, site) in sites.enumerated() {
            #expect(!sites[(index + 1)...].contains { $0.cell.overlaps(site.cell) })
        }
        if coverage == .sparse { #expect(sites.allSatisfy { $0.tile == $0.cell }) }
    }

    @Test(arguments: [0.2261, 0.25, 0.499], [UInt64(1), 2])
    func `dense coverage leaves no tissue pixel in zero or two crops`(microns: Double, seed: UInt64) {
        // Every level-0 pixel of a small slide, counted.
        let (width, height) = (1_531, 1_117)
        let scale = 36.1
        let mask = randomMask(width: 43, height: 31, scale: scale, seed: seed)
        let grid = grid(.dense, microns: microns, width: width, height: height)
        var crops = Plane<UInt8>(width: width, height: height, filledWith: 0)
        for site in TileSampler(grid: grid, minimumTissue: 0).sites(on: mask) {
            for y in site.crop.y..<min(site.crop.maxY, height) {
                for x in site.crop.x..<min(site.crop.maxX, width) { crops[x, y] += 1 }
            }
        }
        var (missed, doubled) = (0, 0)
        for y in 0..<height {
            for x in 0..<width {
                let isTissue = mask.plane[min(Int(Double(x) / scale), 42), min(Int(Double(y) / scale), 30)]
                if isTissue && crops[x, y] == 0 { missed += 1 }
                if crops[x, y] > 1 { doubled += 1 }
            }
        }
        #expect(missed == 0 && doubled == 0)
    }

    @Test func `a capped sample is a seeded subset in grid order`() {
        let mask = randomMask(width: 120, height: 90, scale: 36.1, seed: 5)
        let grid = grid(.dense, microns: 0.25)
        let all = TileSampler(grid: grid, minimumTissue: 0.2).sites(on: mask)
        let some = TileSampler(grid: grid, minimumTissue: 0.2, maximumCount: 10, seed: 3).sites(on: mask)
        let same = TileSampler(grid: grid, minimumTissue: 0.2, maximumCount: 10, seed: 3).sites(on: mask)
        let other = TileSampler(grid: grid, minimumTissue: 0.2, maximumCount: 10, seed: 4).sites(on: mask)
        #expect(some.count == 10 && some == same && some != other)
        #expect(Set(some.map(\.cell)).isSubset(of: Set(all.map(\.cell))))
        #expect(some.map { $0.row * 10_000 + $0.column } == some.map { $0.row * 10_000 + $0.column }.sorted())
        #expect(some.map(\.index) == Array(0..<10))
        #expect(all.allSatisfy { $0.tissueFraction >= 0.2 })
    }

    @Test func `the tissue fraction of a cell is the exact area`() {
        let plane = Plane(width: 2, height: 1, values: [true, false])
        let mask = TissueMask(
            plane: plane, scaleX: 10, scaleY: 10,
            evidence: randomMask(width: 1, height: 1, scale: 1, seed: 0).evidence)
        #expect(mask.tissueFraction(in: SlideRect(x: 5, y: 0, width: 10, height: 10)) == 0.5)
        #expect(abs(mask.tissueFraction(in: SlideRect(x: 7, y: 2, width: 4, height: 5)) - 0.75) < 1e-12)
        #expect(mask.tissueFraction(in: SlideRect(x: 30, y: 0, width: 10, height: 10)) == 0)
    }
}
