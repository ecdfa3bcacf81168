/// Where the cells of a table of values lie on the sheet, and the names of its rows and columns.
struct HeatmapGrid: Sendable {
    let rows: [String]
    let columns: [String]
    /// All cells together.
    let area: Drawing.Rectangle
    /// Whether the names of every second column stand lower, because side by side they have no room.
    private let isStaggered: Bool

    /// Cells are large enough for a number and for the names of the columns, within limits: smaller in large tables,
    /// wider in those of few columns.
    init(rows: [String], columns: [String]) {
        self.rows = rows
        self.columns = columns
        func widest(_ names: [String]) -> Double {
            names.map { FittedText.width(of: $0, height: 9) }.max() ?? 0
        }
        let (rowCount, columnCount) = (Double(max(rows.count, 1)), Double(max(columns.count, 1)))
        let wanted = min(max(widest(columns) + 12, 64), 130)
        let width = max(min(wanted, max(1_400 / columnCount, 36)), 240 / columnCount)
        let height = max(min(40, max(1_000 / rowCount, 24)), 160 / rowCount)
        area = Drawing.Rectangle(
            x: min(max(widest(rows) + 26, 60), 180), y: 84, width: (width * columnCount).rounded(),
            height: (height * rowCount).rounded())
        isStaggered = widest(columns) > width - Self.gap
    }

    private static let gap = 10.0

    /// Baseline of a column's name.
    func nameHeight(ofColumn index: Int) -> Double {
        area.maxY + (isStaggered && !index.isMultiple(of: 2) ? 35 : 20)
    }

    var columnNameWidth: Double {
        let width = area.width / Double(max(columns.count, 1))
        return (isStaggered && columns.count > 1 ? 2 * width : width) - Self.gap
    }

    /// Baseline of the lowest names of columns.
    var bottom: Double { area.maxY + (isStaggered ? 35 : 20) }

    /// Neighbors touch.
    func cell(row: Int, column: Int) -> Drawing.Rectangle {
        let (width, height) = (area.width / Double(columns.count), area.height / Double(rows.count))
        return Drawing.Rectangle(
            x: area.x + Double(column) * width, y: area.y + Double(row) * height, width: width, height: height
        )
    }
}
