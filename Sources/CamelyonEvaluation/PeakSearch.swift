import Pixels

/// Finds the detections of a score map: its highest cell, then the highest one not near to it, and so on.
///
/// The challenge does not say how a heatmap becomes detections. Of equal scores the leftmost cell comes
/// first, and of these the topmost one. Cells without a finite score are never detections.
public struct PeakSearch: Sendable {
    /// Which cells a detection takes with it.
    public enum Neighborhood: Sendable, Equatable {
        /// Those with their center at most `radius` level-0 pixels from the detection's.
        case disc(radius: Double)
        /// From `cells` cells left of and above the detection to `cells - 1` right of and below it.
        case square(cells: Int)
    }

    public let neighborhood: Neighborhood
    /// Only cells with a higher score are detections; nil for all.
    public let threshold: Float?

    public init(_ neighborhood: Neighborhood, threshold: Float?) {
        switch neighborhood {
        case .disc(let radius): precondition(radius >= 0 && radius.isFinite, "a disc of radius \(radius)")
        case .square(let cells): precondition(cells >= 1, "a square of \(cells) cells")
        }
        self.neighborhood = neighborhood
        self.threshold = threshold
    }

    /// As the NCRF project does it, on probabilities with cells of 64 level-0 pixels. (It then writes them
    /// with five decimals, by which different probabilities may become equal.)
    public static let ncrf = PeakSearch(.square(cells: 12), threshold: 0.5)

    /// The detections with falling score.
    public func detections(in map: ScoreMap) -> [Detection] {
        let scores = map.scores
        var isTaken = Plane(width: scores.width, height: scores.height, filledWith: false)
        var detections: [Detection] = []
        for cell in candidates(in: scores) where !isTaken[cell.column, cell.row] {
            let center = map.center(column: cell.column, row: cell.row)
            detections.append(Detection(probability: Double(cell.score), x: center.x, y: center.y))
            take(around: cell, in: map, &isTaken)
        }
        return detections
    }

    private struct Cell {
        let score: Float
        let column: Int
        let row: Int
    }

    /// In the order in which they would become detections if none took others with it.
    private func candidates(in scores: Plane<Float>) -> [Cell] {
        var cells: [Cell] = []
        for row in 0..<scores.height {
            for column in 0..<scores.width {
                let score = scores[column, row]
                if score.isFinite, threshold.map({ score > $0 }) ?? true {
                    cells.append(Cell(score: score, column: column, row: row))
                }
            }
        }
        return cells.sorted { ($1.score, $0.column, $0.row) < ($0.score, $1.column, $1.row) }
    }

    private func take(around cell: Cell, in map: ScoreMap, _ isTaken: inout Plane<Bool>) {
        let rows: ClosedRange<Int>
        switch neighborhood {
        case .square(let cells): rows = -cells...(cells - 1)
        case .disc(let radius):
            let reach = Int(min(radius / Double(map.cellHeight), Double(isTaken.height)))
            rows = -reach...reach
        }
        for row in rows where (0..<isTaken.height).contains(cell.row + row) {
            let columns = columns(atRow: row, in: map)
            let first = max(0, cell.column + columns.lowerBound)
            let last = min(isTaken.width - 1, cell.column + columns.upperBound)
            for column in first...last { isTaken[column, cell.row + row] = true }
        }
    }

    /// The columns beside a detection that it takes in a row above or below it; 0 is always among them.
    private func columns(atRow row: Int, in map: ScoreMap) -> ClosedRange<Int> {
        switch neighborhood {
        case .square(let cells): return -cells...(cells - 1)
        case .disc(let radius):
            let height = Double(row * map.cellHeight)
            let half = max(0, radius * radius - height * height).squareRoot()
            let reach = Int(min(half / Double(map.cellWidth), Double(map.scores.width)))
            return -reach...reach
        }
    }
}
