internal import Records

extension ModelComparison {
    /// Every number of the comparison; keys in alphabetical order, so that the same comparison is the same
    /// text.
    public func json() throws -> String {
        String(decoding: try JSONText.encode(self), as: UTF8.self)
    }

    /// One line for each method, and the rank average's last. What does not apply is empty.
    public var table: String {
        let header = [
            "method", "normal", "abnormal", "auc", "standard_error", "low", "high", "group_low", "group_high",
            "average_precision", "matched_auc", "matched_pairs",
        ]
        return (methods + [rankAverage]).reduce(into: CSV.line(header)) { text, row in
            let area = row.area
            let numbers: [Double?] = [
                area.area, area.standardError, area.interval?.low, area.interval?.high,
                row.bootstrap?.interval.low, row.bootstrap?.interval.high, row.averagePrecision,
                row.matched?.area,
            ]
            text += "\(CSV.field(row.name)),\(area.normalCount),\(area.abnormalCount),"
            text += numbers.map(Self.cell).joined(separator: ",")
            text += ",\(row.matched.map { String($0.pairs) } ?? "")\n"
        }
    }

    private static func cell(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
}
