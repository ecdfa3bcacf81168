internal import Kernels

/// A cell of a slide's grid of tiles.
public struct GridCell: Sendable, Hashable {
    public let column: Int
    public let row: Int

    public init(column: Int, row: Int) {
        self.column = column
        self.row = row
    }
}

/// Chooses the tiles of a slide at random, as the paper does, but so that it can be repeated.
public struct TileChoice: Sendable, Equatable {
    /// Most tiles of a slide; the paper takes 50.
    public let limit: Int
    public let seed: UInt64

    public init(limit: Int = 50, seed: UInt64) {
        precondition(limit >= 0, "at most \(limit) tiles")
        self.limit = limit
        self.seed = seed
    }

    /// At most ``limit`` of the candidates, sorted by row and then by column.
    ///
    /// The cells with the smallest hashes of seed, slide and place are taken. So the choice depends on the
    /// seed, the slide and the set of candidates alone, not on their order or on other slides; and a
    /// candidate more or less changes no more than one of the others.
    public func cells(of slide: CamelyonSlideName, from candidates: some Sequence<GridCell>) -> [GridCell] {
        let ranked = Set(candidates).map { (cell: $0, rank: rank(of: $0, on: slide)) }.sorted {
            ($0.rank, $0.cell.row, $0.cell.column) < ($1.rank, $1.cell.row, $1.cell.column)
        }
        return ranked.prefix(limit).map(\.cell).sorted { ($0.row, $0.column) < ($1.row, $1.column) }
    }

    private func rank(of cell: GridCell, on slide: CamelyonSlideName) -> UInt64 {
        let series =
            switch slide.series {
            case .normal: 0
            case .tumor: 1
            case .test: 2
            }
        return SeededGenerator.hash(seed, series, Int(slide.number), cell.column, cell.row)
    }
}
