internal import Pixels

/// Chooses places half a crop apart, four times as many as cells of a dense grid: for learning, where overlap
/// does no harm and a small piece of tissue has to suffice.
///
/// A site with even column and row is the cell of the dense grid with half these numbers.
public struct OverlappingSampler: Sendable {
    /// A dense grid.
    public let grid: TileGrid
    /// Least tissue part of a crop.
    public let minimumTissue: Double
    /// Largest part of a tile under pen or black.
    public let maximumForeign: Double

    public init(grid: TileGrid, minimumTissue: Double, maximumForeign: Double) {
        precondition(grid.coverage == .dense, "overlapping places of a sparse grid")
        self.grid = grid
        self.minimumTissue = minimumTissue
        self.maximumForeign = maximumForeign
    }

    /// All such places in row-major order.
    public func sites(on mask: TissueMask) -> [TileSite] {
        var sites: [TileSite] = []
        for row in 0..<(2 * grid.rows - 1) {
            for column in 0..<(2 * grid.columns - 1) {
                let crop = SlideRect(
                    x: column * grid.cropWidth / 2, y: row * grid.cropHeight / 2, width: grid.cropWidth,
                    height: grid.cropHeight)
                let tile = SlideRect(
                    x: crop.x - (grid.tileWidth - grid.cropWidth) / 2,
                    y: crop.y - (grid.tileHeight - grid.cropHeight) / 2, width: grid.tileWidth,
                    height: grid.tileHeight)
                let tissue = mask.tissueFraction(in: crop)
                guard tissue >= minimumTissue, mask.foreignFraction(in: tile) <= maximumForeign else {
                    continue
                }
                sites.append(
                    TileSite(
                        index: sites.count, column: column, row: row, cell: crop, crop: crop, tile: tile,
                        tissueFraction: tissue, foreignFraction: mask.foreignFraction(in: crop)))
            }
        }
        return sites
    }
}
