internal import Records

extension EvaluationReport {
    /// Every number of the report; keys in alphabetical order, so that the same report is the same text.
    public func json() throws -> String {
        String(decoding: try JSONText.encode(self), as: UTF8.self)
    }

    /// One line for each slide or patient. The area is empty where all images are of one kind.
    public var groupTable: String {
        groups.reduce(
            into: CSV.line([settings.groupName, "images", "abnormal", "mean", "max", "p95", "auc"])
        ) { text, row in
            let area = row.area.map { "\($0)" } ?? ""
            text += "\(CSV.field(row.group)),\(row.images),\(row.abnormal),"
            text += "\(row.mean),\(row.maximum),\(row.p95),\(area)\n"
        }
    }

    /// One line for each class of abnormality. Standard error and interval are empty for a single image.
    public var classTable: String {
        classes.reduce(
            into: CSV.line(["class", "normal", "abnormal", "auc", "standard_error", "low", "high"])
        ) { text, row in
            let area = row.area
            let error = area.standardError.map { "\($0)" } ?? ""
            let interval = area.interval.map { "\($0.low),\($0.high)" } ?? ","
            text += "\(CSV.field(row.name)),\(area.normalCount),\(area.abnormalCount),"
            text += "\(area.area),\(error),\(interval)\n"
        }
    }
}
