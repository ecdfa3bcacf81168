extension ModelComparison {
    /// The comparison as a page of Markdown with tables.
    public var markdown: String {
        var page = MarkdownPage()
        page.heading(title, level: 1)
        writeImages(on: &page)
        writeMethods(on: &page)
        writeCorrelations(on: &page)
        writeDifferences(on: &page)
        return page.text
    }

    private func writeImages(on page: inout MarkdownPage) {
        page.paragraph(
            "\(methods.count) lists of scores of the same \(normal) normal and \(abnormal) abnormal images. "
                + "A higher score means more abnormal.")
        guard leftOut > 0 else { return }
        let lacking = lacks.filter { $0.images > 0 }.map { "\($0.method) lacks \($0.images)" }
        page.paragraph(
            "\(leftOut) images are left out because not every list has them: "
                + lacking.joined(separator: ", ") + ".")
    }

    // MARK: Each method

    private func writeMethods(on page: inout MarkdownPage) {
        page.heading("Separation", level: 2)
        let percent = MarkdownPage.percent(settings.confidence)
        var header = ["method", "AUC", "\(percent) (DeLong)"]
        if rankAverage.bootstrap != nil { header.append("\(percent) (bootstrap)") }
        header.append("average precision")
        if matching != nil { header.append("AUC, equal pairs") }
        page.table(header, (methods + [rankAverage]).map(cells))
        page.paragraph(
            "The rank average is the mean of an image's ranks over the lists. Ranks are taken among the "
                + "evaluated images themselves, without their labels. A single slide or image has no such "
                + "rank: there the percentiles of its scores among held-out normal images take their place.")
        writeRemarks(on: &page)
        if let runs {
            page.paragraph("If the lists are runs of one method: " + MarkdownPage.sentence(on: runs))
        }
    }

    private func cells(of row: MethodRow) -> [String] {
        var cells = [row.name, MarkdownPage.number(row.area.area), MarkdownPage.range(row.area.interval)]
        if let bootstrap = row.bootstrap { cells.append(MarkdownPage.range(bootstrap.interval)) }
        cells.append(MarkdownPage.number(row.averagePrecision))
        if matching != nil { cells.append(MarkdownPage.number(row.matched?.area)) }
        return cells
    }

    private func writeRemarks(on page: inout MarkdownPage) {
        page.paragraph("Chance: AUC 0.5, average precision \(MarkdownPage.number(prevalence)).")
        if let bootstrap = rankAverage.bootstrap {
            let remark = MarkdownPage.remark(on: bootstrap, groupName: settings.groupName)
            page.paragraph(
                "DeLong's intervals take images for independent. Bootstrap: \(remark), the same draws for "
                    + "all; the ranks stay as they are.")
        } else {
            page.paragraph("DeLong's intervals take images for independent.")
        }
        if let matching, let pairs = rankAverage.matched?.pairs {
            page.paragraph(
                "Equal pairs: \(pairs) pairs of a normal and an abnormal image whose \(matching.quantity) "
                    + "differs by less than \(matching.tolerance), as \(matching.source) has it.")
        }
        // Nobody should take an interval that is a point for certainty.
        for row in methods + [rankAverage] {
            if let caveat = row.area.caveat { page.paragraph("Caution, \(row.name): \(caveat.explanation).") }
        }
    }

    // MARK: Pairs of methods

    private func writeCorrelations(on page: inout MarkdownPage) {
        page.heading("Agreement", level: 2)
        page.paragraph(
            "Spearman's rank correlation. Over all images the labels alone correlate any two scores that "
                + "separate normal from abnormal; within each kind they cannot.")
        page.table(
            ["methods", "all", "normal", "abnormal"],
            correlations.map { row in
                ["\(row.first), \(row.second)"]
                    + [row.all, row.normal, row.abnormal].map { MarkdownPage.number($0) }
            })
    }

    private func writeDifferences(on page: inout MarkdownPage) {
        page.heading("Differences", level: 2)
        page.paragraph(
            "AUC of the first minus AUC of the second on the same images. Each p value stands for itself: "
                + "none is corrected for the number of comparisons.")
        let percent = MarkdownPage.percent(settings.confidence)
        let hasGroups = rankAverage.bootstrap != nil
        page.table(
            ["methods", "difference", "\(percent) (DeLong)", "p (DeLong)"]
                + (hasGroups ? ["\(percent) (bootstrap)"] : []),
            differences.map { row in
                [
                    "\(row.first) minus \(row.second)", MarkdownPage.number(row.area.difference),
                    MarkdownPage.range(row.interval), row.area.p.map(MarkdownPage.chance) ?? "-",
                ] + (row.bootstrap.map { [MarkdownPage.range($0.interval)] } ?? [])
            })
    }
}
