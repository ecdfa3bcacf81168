/// Samples of equal length, one a row, row by row.
public struct SampleMatrix: Sendable, Equatable {
    public let rows: Int
    public let columns: Int
    public let values: [Float]

    /// - Precondition: `values` has a whole number of rows, and none is infinite or NaN.
    public init(columns: Int, values: [Float]) {
        precondition(
            columns > 0 && values.count % columns == 0, "\(values.count) values in rows of \(columns)")
        precondition(values.allSatisfy(\.isFinite), "samples that are not finite")
        rows = values.count / columns
        self.columns = columns
        self.values = values
    }

    public subscript(row: Int, column: Int) -> Float { values[row * columns + column] }

    /// The mean of each column.
    func means() -> [Double] {
        var sums = [Double](repeating: 0, count: columns)
        for row in 0..<rows {
            for column in 0..<columns { sums[column] += Double(self[row, column]) }
        }
        return sums.map { $0 / Double(rows) }
    }
}
