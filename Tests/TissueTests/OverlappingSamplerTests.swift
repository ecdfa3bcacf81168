import Kernels
import Pixels
import Testing
import Tissue

@Suite struct `Overlapping places` {
    private let grid = TileGrid(
        slideWidth: 2_000, slideHeight: 1_500, calibration: MicronsPerPixel(0.5), tileMicrons: 192,
        cropMicrons: 128, coverage: .dense)

    /// Tissue but for a random third of blocks of 100 px.
    private func mask(foreign: Plane<Bool>?) -> TissueMask {
        var random = SeededGenerator(seed: 7)
        let values = (0..<(20 * 15)).map { _ in random.nextUnit() > 0.3 }
        return TissueMask(
            plane: Plane(width: 20, height: 15, values: values), scaleX: 100, scaleY: 100,
            evidence: TissueEvidence(
                method: .otsu, channel: "test", otsuThreshold: nil, appliedThreshold: 0,
                micronsPerMaskPixel: 50, tissueFraction: 0.7),
            foreign: foreign)
    }

    @Test func `lie half a crop apart, and the even ones are the cells of the dense grid`() {
        let mask = mask(foreign: nil)
        let sites = OverlappingSampler(grid: grid, minimumTissue: 0.5, maximumForeign: 1e-6).sites(on: mask)
        let even = sites.filter { $0.column.isMultiple(of: 2) && $0.row.isMultiple(of: 2) }
        let cells = TileSampler(grid: grid, minimumTissue: 0.5).sites(on: mask)
        #expect(even.map(\.crop) == cells.map(\.crop) && even.map(\.tile) == cells.map(\.tile))
        #expect(sites.map(\.index) == Array(sites.indices))
        for site in sites {
            #expect(site.crop.x == site.column * 128 && site.crop.y == site.row * 128)
            #expect(site.tile.x == site.crop.x - 64 && site.tile.width == 384)
        }
        #expect(sites.count > 3 * cells.count)
    }

    @Test func `keep their whole tile clear of pen`() {
        var pen = Plane(width: 20, height: 15, filledWith: false)
        pen[10, 7] = true
        let stroke = SlideRect(x: 1_000, y: 700, width: 100, height: 100)
        func sites(_ foreign: Plane<Bool>?) -> [TileSite] {
            OverlappingSampler(grid: grid, minimumTissue: 0.5, maximumForeign: 1e-6)
                .sites(on: mask(foreign: foreign))
        }
        func touches(_ tile: SlideRect) -> Bool {
            tile.x < stroke.maxX && tile.maxX > stroke.x && tile.y < stroke.maxY && tile.maxY > stroke.y
        }
        let (all, clear) = (sites(nil), sites(pen))
        #expect(clear.map(\.crop) == all.filter { !touches($0.tile) }.map(\.crop))
        #expect(clear.count < all.count && !clear.isEmpty)
    }
}
