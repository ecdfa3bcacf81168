internal import Kernels
public import Pixels

/// A cell of the grid that was chosen: everything later stages need to know about it.
public struct TileSite: Sendable, Hashable {
    /// Position in the slide's list of chosen cells, 0... in row-major order.
    public let index: Int
    public let column: Int
    public let row: Int
    /// The square it stands for, in `tiles.csv` and pictures.
    public let cell: SlideRect
    public let crop: SlideRect
    public let tile: SlideRect
    /// Tissue part of `cell`.
    public let tissueFraction: Double
    /// Part of `crop` that pen ink or scanner black covers.
    public let foreignFraction: Double

    /// A site of whoever chooses places in another way.
    package init(
        index: Int, column: Int, row: Int, cell: SlideRect, crop: SlideRect, tile: SlideRect,
        tissueFraction: Double,
        foreignFraction: Double
    ) {
        self.index = index
        self.column = column
        self.row = row
        self.cell = cell
        self.crop = crop
        self.tile = tile
        self.tissueFraction = tissueFraction
        self.foreignFraction = foreignFraction
    }
}

/// Chooses the cells of a slide that are worth scoring.
public struct TileSampler: Sendable {
    public let grid: TileGrid
    /// Least tissue part of a cell. Zero means: any tissue at all.
    public let minimumTissue: Double
    /// Most cells; nil for all.
    public let maximumCount: Int?
    public let seed: UInt64

    public init(grid: TileGrid, minimumTissue: Double, maximumCount: Int? = nil, seed: UInt64 = 0) {
        self.grid = grid
        self.minimumTissue = minimumTissue
        self.maximumCount = maximumCount
        self.seed = seed
    }

    /// The chosen cells in row-major order.
    ///
    /// A random subset takes the cells with the smallest hash of (seed, column, row): it does not depend on
    /// the other cells, so a slightly different mask changes only the cells that it changes.
    public func sites(on mask: TissueMask) -> [TileSite] {
        var chosen: [(column: Int, row: Int, fraction: Double)] = []
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                let fraction = mask.tissueFraction(in: grid.cell(column: column, row: row))
                if fraction > 0 && fraction >= minimumTissue { chosen.append((column, row, fraction)) }
            }
        }
        if let maximumCount, chosen.count > maximumCount {
            let ranked = chosen.map { ($0, SeededGenerator.hash(seed, $0.column, $0.row)) }.sorted {
                $0.1 < $1.1
            }
            chosen = ranked.prefix(maximumCount).map(\.0).sorted { ($0.row, $0.column) < ($1.row, $1.column) }
        }
        return chosen.enumerated().map { index, cell in
            let crop = grid.crop(column: cell.column, row: cell.row)
            return TileSite(
                index: index, column: cell.column, row: cell.row,
                cell: grid.cell(column: cell.column, row: cell.row), crop: crop,
                tile: grid.tile(column: cell.column, row: cell.row), tissueFraction: cell.fraction,
                foreignFraction: mask.foreignFraction(in: crop))
        }
    }
}
