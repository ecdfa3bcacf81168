public import Evaluation
internal import ImageFiles
internal import Kernels
public import Pictures
internal import Records

/// How many anomalies, of how many kinds, are needed to choose well (Shvetsova et al. 2021, Figure 5): choices are
/// repeated with few anomalies drawn at random, from trials that are finished, and judged by the test rows.
public struct AnomalyExperiment: Sendable, Equatable, Codable {
    /// Choices with so many anomalies of so many kinds.
    public struct Cell: Sendable, Equatable, Codable {
        public let anomalies: Int
        public let kinds: Int
        /// Test area of the chosen trial in each repetition; empty if there are not as many anomalies or kinds.
        public let areas: [Double]
        /// Index of the chosen trial in each repetition.
        public let chosen: [Int]
        public let runs: RepeatedRuns?
    }

    public let cells: [Cell]
    public let counts: [Int]
    public let kinds: [Int]
    public let repeats: Int
    /// Anomalies and kinds that could be drawn from.
    public let available: Int
    public let availableKinds: Int
    public let seed: UInt64
    /// The best test area in the grid: what no choice can exceed.
    public let best: Double
    /// Of the trial that all anomalies choose.
    public let byAll: Double?
    /// Of the trial with the lowest loss, chosen without anomalies.
    public let byLoss: Double?

    static let files = [
        "anomalies.csv", "anomalies.json", "anomalies.md", "anomalies.svg", "anomalies.png",
    ]

    /// - Parameters:
    ///   - testAreas: of complete trials, by their index.
    ///   - seed: decides which anomalies are drawn.
    /// - Throws: ``SearchError`` if nothing can be drawn.
    init(
        _ results: SearchResults, testAreas: [Int: Double], counts: [Int], kinds: [Int], repeats: Int,
        seed: UInt64
    ) throws(SearchError) {
        guard let best = testAreas.values.max() else { throw .allFailed(first: "no trial is complete") }
        let pool = AnomalyKinds(results.data)
        (available, availableKinds) = (results.data.anomalies.count, pool.names.count)
        (self.counts, self.kinds, self.repeats, self.seed, self.best) = (counts, kinds, repeats, seed, best)
        byAll = results.ranking(.auc).first.flatMap { testAreas[$0] }
        byLoss = results.ranking(.loss).first.flatMap { testAreas[$0] }
        var cells: [Cell] = []
        for kind in kinds {
            for count in counts {
                let choices = Self.choices(results, pool, count, kind, repeats, seed)
                let areas = choices.compactMap { testAreas[$0] }
                cells.append(
                    Cell(
                        anomalies: count, kinds: kind, areas: areas, chosen: choices,
                        runs: RepeatedRuns(areas: areas)))
            }
        }
        self.cells = cells
        guard cells.contains(where: { !$0.areas.isEmpty }) else {
            throw .tooFew(
                what: "anomalies of \(kinds.min() ?? 1) or more kinds", wanted: counts.min() ?? 1,
                found: results.data.anomalies.count)
        }
    }

    /// The trial that each repetition's anomalies choose.
    private static func choices(
        _ results: SearchResults, _ pool: AnomalyKinds, _ count: Int, _ kinds: Int, _ repeats: Int,
        _ seed: UInt64
    ) -> [Int] {
        guard count >= kinds else { return [] }
        return (0..<repeats).compactMap { number in
            var generator = SeededGenerator(
                seed: SeededGenerator.hash(SeededGenerator.hash(seed, first: count, second: kinds), number))
            guard let drawn = pool.draw(count, kinds: kinds, &generator) else { return nil }
            return results.ranking(.auc, anomalies: drawn).first
        }
    }
}

extension AnomalyExperiment {
    public var picture: AnomalyCountPicture {
        AnomalyCountPicture(
            title: "How many anomalies choose well (\(repeats) repetitions)", counts: counts,
            series: kinds.map { kind in
                AnomalyCountPicture.Series(
                    name: kind == 1 ? "1 kind" : "\(kind) kinds",
                    points: counts.map { count in
                        let cell = cells.first { $0.anomalies == count && $0.kinds == kind }
                        return cell?.runs.map {
                            AnomalyCountPicture.Point(mean: $0.mean, deviation: $0.standardDeviation)
                        }
                    })
            },
            references: [("best in the grid", best)].map(reference)
                + (byLoss.map { [reference("chosen by loss", $0)] } ?? []))
    }

    private func reference(_ name: String, _ value: Double) -> AnomalyCountPicture.Reference {
        AnomalyCountPicture.Reference(name: name, value: value)
    }

    /// One row a repetition.
    public var table: String {
        var text = CSV.line(["anomalies", "kinds", "repeat", "trial", "test_auc"])
        for cell in cells {
            for (number, area) in cell.areas.enumerated() {
                text += CSV.line([
                    "\(cell.anomalies)", "\(cell.kinds)", "\(number + 1)", "\(cell.chosen[number])",
                    "\(area)",
                ])
            }
        }
        return text
    }

    public func json() throws -> String { String(decoding: try JSONText.encode(self), as: UTF8.self) }

    public var markdown: String {
        var page = MarkdownPage()
        page.heading("How many anomalies choose well", level: 1)
        page.paragraph(
            "\(repeats) times so many anomalies of so many kinds were drawn (seed \(seed)) and chose a trial by its mean AUC. "
                + "Below is what the chosen trial is worth on the test rows, as the mean over its folds' models. Nothing "
                + "was chosen by the test rows.")
        page.table(
            ["kinds"] + counts.map { $0 == 1 ? "1 anomaly" : "\($0) anomalies" },
            kinds.map { kind in
                ["\(kind)"]
                    + counts.map { count in
                        let cell = cells.first { $0.anomalies == count && $0.kinds == kind }
                        return cell?.runs.map(Self.text) ?? "-"
                    }
            })
        page.paragraph(
            "There were \(available) anomalies of \(availableKinds) \(availableKinds == 1 ? "kind" : "kinds") to draw from; a dash "
                + "stands where that is too few, or where more kinds are asked for than anomalies.")
        page.table(
            ["", "test AUC"],
            [
                ["best in the grid", MarkdownPage.number(best)],
                ["chosen by all anomalies", MarkdownPage.number(byAll)],
                ["chosen by loss, without anomalies", MarkdownPage.number(byLoss)],
            ])
        return page.text
    }

    private static func text(_ runs: RepeatedRuns) -> String {
        MarkdownPage.number(runs.mean)
            + (runs.standardDeviation.map { " ± \(MarkdownPage.number($0))" } ?? "")
    }

    /// Draws and chooses with the results of a finished search, and writes table, page and picture.
    ///
    /// - Throws: ``SearchError``, errors of files.
    public static func run(
        _ job: SearchJob, _ results: SearchResults, counts: [Int], kinds: [Int], repeats: Int,
        progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void
    ) async throws -> AnomalyExperiment {
        let tests = try await TestAreas(results, job)
        let areas = try await tests.areas(progress)
        let experiment = try AnomalyExperiment(
            results, testAreas: areas, counts: counts, kinds: kinds, repeats: repeats,
            seed: results.configuration.seed)
        let folder = try SearchFolder(path: job.output)
        try folder.write(experiment.table, as: "anomalies.csv")
        try folder.write(experiment.markdown, as: "anomalies.md")
        try folder.write(try experiment.json(), as: "anomalies.json")
        try folder.write(experiment.picture.svg, as: "anomalies.svg")
        try folder.write(try PNGFile.encode(experiment.picture.image()), as: "anomalies.png")
        return experiment
    }
}
