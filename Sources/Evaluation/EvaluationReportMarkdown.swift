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
        let percent = MarkdownPage.percent(settings.confidence)
        var rows = [
            ["AUC", MarkdownPage.number(area.area), "chance: 0.5"],
            [
                "\(percent) interval (DeLong)", MarkdownPage.range(area.interval),
                "images taken for independent",
            ],
        ]
        if let bootstrap {
            rows.append([
                "\(percent) interval (bootstrap)", MarkdownPage.range(bootstrap.interval),
                MarkdownPage.remark(on: bootstrap, groupName: settings.groupName),
            ])
        }
        rows.append([
            "average precision", MarkdownPage.number(averagePrecision),
            "chance: \(MarkdownPage.number(prevalence))",
        ])
        page.table(["", "value", ""], rows)
        if let caveat = area.caveat { page.paragraph("Caution: \(caveat.explanation).") }
    }

    private func writeOperatingPoints(on page: inout MarkdownPage) {
        guard !operatingPoints.isEmpty else { return }
        page.heading("Sensitivity at a fixed specificity", level: 2)
        page.table(
            ["specificity at least", "sensitivity", "specificity", "score from"],
            operatingPoints.map { point in
                [
                    "\(point.wantedSpecificity)", MarkdownPage.number(point.sensitivity),
                    MarkdownPage.number(point.specificity),
                    point.threshold.map { MarkdownPage.number($0, places: 6) } ?? "-",
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
                    row.name, MarkdownPage.estimate(row.area), MarkdownPage.number(row.model.difference),
                    row.model.p.map(MarkdownPage.chance) ?? "-", MarkdownPage.number(row.matched?.area),
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
            classes.map { [$0.name, "\($0.area.abnormalCount)", MarkdownPage.estimate($0.area)] })
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
                [
                    $0.aggregate.rawValue, MarkdownPage.estimate($0.area),
                    MarkdownPage.number($0.averagePrecision),
                ]
            })
    }

    private func writeGroups(on page: inout MarkdownPage) {
        guard !groups.isEmpty, groups.count <= Self.listedGroups else { return }
        page.heading("Each \(settings.groupName)", level: 2)
        page.table(
            [settings.groupName, "images", "abnormal", "mean", "max", "p95", "AUC"],
            groups.map { row in
                [
                    row.group, "\(row.images)", "\(row.abnormal)", MarkdownPage.number(row.mean),
                    MarkdownPage.number(row.maximum), MarkdownPage.number(row.p95),
                    MarkdownPage.number(row.area),
                ]
            })
    }

    private func writeRuns(on page: inout MarkdownPage) {
        guard let runs else { return }
        page.heading("Runs", level: 2)
        page.paragraph(MarkdownPage.sentence(on: runs))
    }
}
