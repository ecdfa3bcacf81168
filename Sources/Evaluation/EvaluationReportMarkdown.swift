internal import Pictures

extension EvaluationReport {
    /// The report as a page of Markdown with tables. Groups are listed if there are at most ``listedGroups``.
    public var markdown: String {
        var page = MarkdownPage()
        page.heading(title, level: 1)
        page.paragraph(
            "\(normal) normal and \(abnormal) abnormal images. A higher score means more abnormal.")
        writeSummary(on: &page)
        writeOperatingPoints(on: &page)
        writeTrivial(on: &page)
        writeClasses(on: &page)
        writeSlideLevel(on: &page)
        writeGroups(on: &page)
        writeRuns(on: &page)
        return page.text
    }

    /// More groups than this are left to the CSV table.
    public static let listedGroups = 60

    private func writeSummary(on page: inout MarkdownPage) {
        page.heading("Separation", level: 2)
        let percent = Self.percent(settings.confidence)
        var rows = [
            ["AUC", Self.number(area.area), "chance: 0.5"],
            ["\(percent) interval (DeLong)", Self.range(area.interval), "images taken for independent"],
        ]
        if let bootstrap {
            rows.append([
                "\(percent) interval (bootstrap)", Self.range(bootstrap.interval), remark(on: bootstrap),
            ])
        }
        rows.append([
            "average precision", Self.number(averagePrecision), "chance: \(Self.number(prevalence))",
        ])
        page.table(["", "value", ""], rows)
        if let caveat = area.caveat { page.paragraph("Caution: \(caveat.explanation).") }
    }

    private func remark(on bootstrap: GroupBootstrap) -> String {
        "\(bootstrap.groups) \(settings.groupName)s resampled, \(bootstrap.replicates) replicates, "
            + "\(bootstrap.redrawn) redrawn, seed \(bootstrap.seed)"
    }

    private func writeOperatingPoints(on page: inout MarkdownPage) {
        guard !operatingPoints.isEmpty else { return }
        page.heading("Sensitivity at a fixed specificity", level: 2)
        page.table(
            ["specificity at least", "sensitivity", "specificity", "score from"],
            operatingPoints.map { point in
                [
                    "\(point.wantedSpecificity)", Self.number(point.sensitivity),
                    Self.number(point.specificity), point.threshold.map { Self.number($0, places: 6) } ?? "-",
                ]
            })
    }

    private func writeTrivial(on page: inout MarkdownPage) {
        guard !trivial.isEmpty else { return }
        page.heading("Trivial quantities", level: 2)
        page.paragraph("What a model has to beat, and its AUC over pairs of images that are equal in it.")
        page.table(
            ["quantity", "AUC", "model minus it", "p", "model, equal pairs", "pairs"],
            trivial.map { row in
                [
                    row.name, Self.estimate(row.area), Self.number(row.model.difference),
                    row.model.p.map(Self.chance) ?? "-", Self.number(row.matched?.area),
                    row.matched.map { "\($0.pairs) (within \($0.tolerance))" } ?? "-",
                ]
            })
    }

    private func writeClasses(on page: inout MarkdownPage) {
        guard !classes.isEmpty else { return }
        page.heading("Classes", level: 2)
        page.paragraph("Each against all normal images; an image counts for each of its classes.")
        page.table(
            ["class", "images", "AUC"],
            classes.map { [$0.name, "\($0.area.abnormalCount)", Self.estimate($0.area)] })
    }

    private func writeSlideLevel(on page: inout MarkdownPage) {
        guard let first = slideLevel.first else { return }
        let name = settings.groupName
        page.heading("Whole \(name)s", level: 2)
        page.paragraph(
            "\(first.area.normalCount) normal and \(first.area.abnormalCount) abnormal; a \(name) with an "
                + "abnormal image is abnormal.")
        page.table(
            ["score of a \(name)", "AUC", "average precision"],
            slideLevel.map {
                [$0.aggregate.rawValue, Self.estimate($0.area), Self.number($0.averagePrecision)]
            })
    }

    private func writeGroups(on page: inout MarkdownPage) {
        guard !groups.isEmpty, groups.count <= Self.listedGroups else { return }
        page.heading("Each \(settings.groupName)", level: 2)
        page.table(
            [settings.groupName, "images", "abnormal", "mean", "max", "p95", "AUC"],
            groups.map { row in
                [
                    row.group, "\(row.images)", "\(row.abnormal)", Self.number(row.mean),
                    Self.number(row.maximum), Self.number(row.p95), Self.number(row.area),
                ]
            })
    }

    private func writeRuns(on page: inout MarkdownPage) {
        guard let runs else { return }
        page.heading("Runs", level: 2)
        let spread = runs.standardDeviation.map { " ± \(Self.number($0)) (standard deviation)" } ?? ""
        let list = runs.areas.map { Self.number($0) }.joined(separator: ", ")
        page.paragraph("AUC \(Self.number(runs.mean))\(spread) over \(runs.areas.count) runs: \(list).")
    }

    // MARK: Numbers

    private static func number(_ value: Double, places: Int = 4) -> String {
        // A fixed number of decimals is meant for numbers of common size.
        abs(value) < 1e8 ? AxisTicks.text(value, places: places) : "\(value)"
    }

    private static func number(_ value: Double?) -> String { value.map { number($0) } ?? "-" }

    private static func range(_ interval: ConfidenceInterval?) -> String {
        interval.map { "\(number($0.low)) to \(number($0.high))" } ?? "-"
    }

    private static func estimate(_ area: AreaEstimate) -> String {
        let mark = area.caveat == .noVariance ? ", no variance" : ""
        guard let interval = area.interval else { return number(area.area) }
        return "\(number(area.area)) (\(range(interval))\(mark))"
    }

    private static func chance(_ p: Double) -> String { p < 0.0001 ? "below 0.0001" : number(p) }

    private static func percent(_ part: Double) -> String {
        let value = (part * 1_000).rounded() / 10
        return (value == value.rounded() ? "\(Int(value))" : "\(value)") + " %"
    }
}
