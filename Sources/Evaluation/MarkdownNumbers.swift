internal import Pictures

/// Numbers as the reports' pages have them.
extension MarkdownPage {
    static func number(_ value: Double, places: Int = 4) -> String {
        // A fixed number of decimals is meant for numbers of common size.
        abs(value) < 1e8 ? AxisTicks.text(value, places: places) : "\(value)"
    }

    package static func number(_ value: Double?) -> String { value.map { number($0) } ?? "-" }

    package static func range(_ interval: ConfidenceInterval?) -> String {
        interval.map { "\(number($0.low)) to \(number($0.high))" } ?? "-"
    }

    /// An area with its interval in parentheses.
    static func estimate(_ area: AreaEstimate) -> String {
        let mark = area.caveat == .noVariance ? ", no variance" : ""
        guard let interval = area.interval else { return number(area.area) }
        return "\(number(area.area)) (\(range(interval))\(mark))"
    }

    /// A p value.
    static func chance(_ p: Double) -> String { p < 0.0001 ? "below 0.0001" : number(p) }

    static func percent(_ part: Double) -> String {
        let value = (part * 1_000).rounded() / 10
        return (value == value.rounded() ? "\(Int(value))" : "\(value)") + " %"
    }

    /// What a bootstrap was made of.
    static func remark(on bootstrap: GroupBootstrap, groupName: String) -> String {
        "\(bootstrap.groups) \(groupName)s resampled, \(bootstrap.replicates) replicates, "
            + "\(bootstrap.redrawn) redrawn, seed \(bootstrap.seed)"
    }

    /// Several runs in one sentence.
    static func sentence(on runs: RepeatedRuns) -> String {
        let spread = runs.standardDeviation.map { " ± \(number($0)) (standard deviation)" } ?? ""
        let list = runs.areas.map { number($0) }.joined(separator: ", ")
        return "AUC \(number(runs.mean))\(spread) over \(runs.areas.count) runs: \(list)."
    }
}
