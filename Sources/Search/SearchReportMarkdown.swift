public import Evaluation
public import Training
internal import Records

extension SearchReport {
    /// More trials than this are left to the CSV table.
    static let listedTrials = 30

    /// The report as a page of Markdown.
    ///
    /// - Parameters:
    ///   - training: of the winner.
    ///   - winner: the chosen configuration as YAML.
    ///   - test: what the winner, trained anew, is worth on the test rows; nil if there are none.
    public func markdown(winner: String, training: TrainingReport, test: EvaluationReport?) -> String {
        var page = MarkdownPage()
        page.heading("Search", level: 1)
        let kinds = kinds.isEmpty ? "" : " of \(kinds.count) \(kinds.count == 1 ? "kind" : "kinds")"
        page.paragraph(
            "\(normals) normal images in \(folds) folds by group, seed \(seed); \(anomalies) anomalies\(kinds)"
                + (unusable > 0 ? ", \(unusable) images could not be used" : "") + ". "
                + "\(rows.count { $0.status == .complete }) trials are complete, "
                + "\(rows.count { $0.status != .complete }) are not. Chosen by \(choice).")
        writeTrials(on: &page)
        writeValues(on: &page)
        page.heading("Chosen", level: 2)
        page.code(winner)
        write(training, test, on: &page)
        return page.text
    }

    private var choice: String {
        switch criterion {
        case .auc: "mean area under the ROC curve of each fold's own normal images against the anomalies"
        case .loss:
            "the lowest mean score of normal images that were not trained on, without any anomaly; between layers or "
                + "detectors that compares unlike things"
        }
    }

    private func writeTrials(on page: inout MarkdownPage) {
        page.heading("Trials", level: 2)
        page.table(
            ["rank", "trial"] + parameters + ["AUC", "sd of folds", "loss"],
            rows.filter { $0.rank != nil }.prefix(Self.listedTrials).map { row in
                [row.rank.map { "\($0)" } ?? "", row.trial ?? ""] + row.values
                    + [
                        MarkdownPage.number(row.area), MarkdownPage.number(row.deviation),
                        MarkdownPage.number(row.loss),
                    ]
            })
        let others = rows.filter { $0.rank == nil }
        guard !others.isEmpty else { return }
        page.table(
            parameters + ["status", "reason"],
            others.prefix(Self.listedTrials).map { $0.values + [$0.status.rawValue, $0.reason ?? ""] })
    }

    private func writeValues(on page: inout MarkdownPage) {
        page.heading("What each value is worth", level: 2)
        page.table(
            ["parameter", "value", "trials", "mean AUC", "best AUC"],
            values.map {
                [
                    $0.parameter, $0.value, "\($0.trials)", MarkdownPage.number($0.meanArea),
                    MarkdownPage.number($0.bestArea),
                ]
            })
    }

    private func write(_ training: TrainingReport, _ test: EvaluationReport?, on page: inout MarkdownPage) {
        page.heading("The winner on the test rows", level: 2)
        guard let test else {
            return page.paragraph(
                "The manifest has no test rows of both kinds, so nothing judges the choice.")
        }
        page.paragraph(
            "Trained on \(training.trainingImages) normal images; the \(training.heldOutImages) others are held out for "
                + "percentiles, as 'train' divides them. Evaluated once; all numbers are in the folder test. The areas above chose the winner, so they flatter it; this one does not."
        )
        var rows = [
            [
                "winner", MarkdownPage.number(test.area.area),
                test.bootstrap.map { MarkdownPage.range($0.interval) }
                    ?? MarkdownPage.range(test.area.interval),
            ]
        ]
        for quantity in test.trivial {
            rows.append([
                quantity.name, MarkdownPage.number(quantity.area.area),
                MarkdownPage.range(quantity.area.interval),
            ])
            if let matched = quantity.matched {
                rows.append([
                    "winner, pairs of equal value (within \(matched.tolerance))",
                    MarkdownPage.number(matched.area),
                    "\(matched.pairs) pairs",
                ])
            }
        }
        page.table(["", "AUC", "95 % interval"], rows)
    }
}
