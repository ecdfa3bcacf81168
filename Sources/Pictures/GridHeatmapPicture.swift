#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif
public import Pixels

/// The scores of all combinations of two parameters as a table of colored cells: the higher, the darker.
public struct GridHeatmapPicture: Sendable {
    private let title: String
    private let rowName: String
    private let columnName: String
    private let scoreName: String
    private let grid: HeatmapGrid
    private let values: [[Double?]]
    private let winner: (row: Int, column: Int)?
    private let bar: ColorBar

    /// - Parameters:
    ///   - rowName: the parameter whose values are `rows`, from top to bottom.
    ///   - columnName: the parameter whose values are `columns`, from left to right.
    ///   - values: a list for each row with a score for each column; nil where there is none.
    ///   - scoreName: what the scores are.
    ///   - winner: the cell to be framed.
    public init(
        title: String, rowName: String, rows: [String], columnName: String, columns: [String],
        values: [[Double?]], scoreName: String, winner: (row: Int, column: Int)?
    ) {
        precondition(values.count == rows.count, "\(values.count) lists of values, \(rows.count) rows")
        for row in values {
            precondition(row.count == columns.count, "\(row.count) values, \(columns.count) columns")
        }
        if let winner {
            precondition(
                rows.indices.contains(winner.row) && columns.indices.contains(winner.column),
                "no cell in row \(winner.row), column \(winner.column)")
        }
        self.title = title
        (self.rowName, self.columnName, self.scoreName) = (rowName, columnName, scoreName)
        grid = HeatmapGrid(rows: rows, columns: columns)
        self.values = values
        self.winner = winner
        bar = ColorBar(of: Array(values.joined()))
    }

    public func image(scale: Int = 2) -> RGBImage { drawing.image(scale: scale) }

    public var svg: String { drawing.svg }

    public var drawing: Drawing {
        let legend = self.legend
        let legendTop = grid.bottom + 54
        let width = grid.area.maxX + 126
        var drawing = Drawing(width: Int(width), height: Int(legendTop + max(legend.height, 1)))
        drawing.label(title, at: Drawing.Point(24, 34), height: 13, within: width - 48)
        for (row, values) in values.enumerated() {
            for (column, value) in values.enumerated() {
                draw(ValueRange.shown(value), in: grid.cell(row: row, column: column), on: &drawing)
            }
        }
        drawing.frame(grid.area, Drawing.Stroke(Ink.border, width: 1))
        drawNames(on: &drawing)
        if let winner { markWinner(grid.cell(row: winner.row, column: winner.column), on: &drawing) }
        drawBar(on: &drawing)
        legend.draw(from: grid.area.x, to: grid.area.maxX + 90, top: legendTop, on: &drawing)
        return drawing
    }

    // MARK: Cells

    private func draw(_ value: Double?, in cell: Drawing.Rectangle, on drawing: inout Drawing) {
        guard let value else {
            drawing.fill(cell, Ink.grid)
            drawing.hatch(cell, distance: 9, Drawing.Stroke(Ink.faint, width: 1))
            return
        }
        let color = bar.color(of: value)
        drawing.fill(cell, color)
        let number = bar.range.text(value)
        let height = 9 * min(1, (cell.width - 16) / FittedText.width(of: number, height: 9))
        drawing.text(
            number, at: Drawing.Point(cell.x + cell.width / 2, cell.y + (cell.height + height) / 2),
            height: height, anchor: .middle, color.readableInk)
    }

    /// A frame inside the cell, with white around it to be seen on every color.
    private func markWinner(_ cell: Drawing.Rectangle, on drawing: inout Drawing) {
        for (inset, stroke) in [
            (2.5, Drawing.Stroke(.white, width: 5)), (1.5, Drawing.Stroke(Ink.green, width: 3)),
        ] {
            let inside = Drawing.Rectangle(
                x: cell.x + inset, y: cell.y + inset, width: cell.width - 2 * inset,
                height: cell.height - 2 * inset)
            drawing.frame(inside, stroke)
        }
    }

    // MARK: Words

    private func drawNames(on drawing: inout Drawing) {
        let area = grid.area
        for (index, name) in grid.rows.enumerated() {
            let cell = grid.cell(row: index, column: 0)
            drawing.label(
                name, at: Drawing.Point(area.x - 10, cell.y + cell.height / 2 + 4.5), height: 9,
                within: area.x - 24, anchor: .end)
        }
        for (index, name) in grid.columns.enumerated() {
            let cell = grid.cell(row: 0, column: index)
            drawing.label(
                name, at: Drawing.Point(cell.x + cell.width / 2, grid.nameHeight(ofColumn: index)), height: 9,
                within: grid.columnNameWidth, anchor: .middle)
        }
        drawing.label(rowName, at: Drawing.Point(area.x, area.y - 12), height: 10, within: area.width)
        drawing.label(
            columnName, at: Drawing.Point(area.x + area.width / 2, grid.bottom + 22), height: 10,
            within: area.width, anchor: .middle)
    }

    private func drawBar(on drawing: inout Drawing) {
        let area = Drawing.Rectangle(
            x: grid.area.maxX + 28, y: grid.area.y, width: 16, height: grid.area.height)
        bar.draw(in: area, on: &drawing)
        drawing.label(scoreName, at: Drawing.Point(area.x, area.y - 12), height: 10, within: 90)
    }

    private var legend: Legend {
        var entries: [Legend.Entry] = []
        if let winner {
            let value = ValueRange.shown(values[winner.row][winner.column]).map { bar.range.text($0) }
            let name = "winner: \(grid.rows[winner.row]), \(grid.columns[winner.column])"
            entries.append(Legend.Entry(name, value: value ?? "", Drawing.Stroke(Ink.green, width: 3)))
        }
        let missing = values.joined().count { ValueRange.shown($0) == nil }
        return Legend(entries: entries, remark: missing == 0 ? "" : "hatched: no score (\(missing))")
    }
}

extension RGBColor {
    /// Black or white, whichever has more contrast to this color by the Web Content Accessibility Guidelines (2.2):
    /// equal at a relative luminance of the square root of 1.05 times 0.05, less 0.05.
    var readableInk: RGBColor {
        func linear(_ byte: UInt8) -> Double { pow(Double(byte) / 255, 2.2) }
        let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
        return luminance < 0.179 ? .white : .black
    }
}

extension Drawing {
    /// Diagonal lines that fill an area and end at its border.
    mutating func hatch(_ area: Rectangle, distance: Double, _ stroke: Stroke) {
        // The lines where the distances from the left and from the top add up to `sum`.
        for sum in Swift.stride(from: distance, to: area.width + area.height, by: distance) {
            let right = min(sum, area.width)
            let bottom = min(sum, area.height)
            line(
                [
                    Point(area.x + right, area.y + sum - right),
                    Point(area.x + sum - bottom, area.y + bottom),
                ], stroke)
        }
    }
}
