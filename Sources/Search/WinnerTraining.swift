public import Evaluation
internal import Foundation
internal import Networks
internal import Pictures
internal import ImageFiles
internal import Records
public import Training

/// The end of a search: the winner is trained on the manifest as `train` would, evaluated on the test rows, and everything
/// is written down.
public struct WinnerTraining: Sendable {
    public let job: SearchJob
    public let results: SearchResults
    public let report: SearchReport

    public init(_ job: SearchJob, _ results: SearchResults) {
        self.job = job
        self.results = results
        report = SearchReport(results, criterion: job.criterion)
    }

    /// What came of it.
    public struct Outcome: Sendable {
        /// Path of the winner's model.
        public let model: String
        /// Of the test rows; nil if there are none of both kinds.
        public let test: EvaluationReport?
        /// What `report.json` says.
        public let document: SearchDocument
    }

    /// The chosen trial.
    public var winner: SearchTrial? { results.ranking(job.criterion).first.map { results.trials[$0] } }

    /// The winner for good: where its folds stopped early, as long as they trained on average (as in the published
    /// final runs).
    private func configuration(of trial: SearchTrial) -> TrainingConfiguration {
        let configuration = trial.configuration
        guard case .earlyStopping(let rule) = configuration.schedule.length, configuration.detector == .dpa,
            let index = results.trials.firstIndex(of: trial)
        else { return configuration }
        let folds = results.folds[index]
        let earlier = configuration.iterationLimit - rule.limit
        let mean = Double(folds.reduce(0) { $0 + $1.updates - earlier }) / Double(max(1, folds.count))
        return configuration.changed(length: .iterations(max(1, Int(mean.rounded()))))
    }

    /// Writes table and pictures, trains the winner, evaluates it and writes the report; the report last.
    public func run(
        training notify: @escaping @Sendable (TrainingJob.Event) -> Void,
        evaluation progress: @escaping @Sendable (ImageEvaluation.Progress) -> Void
    ) async throws -> Outcome {
        guard let winner else {
            throw SearchError.allFailed(
                first: "no fold has both normal images and anomalies that were scored")
        }
        let folder = try SearchFolder(path: job.output)
        try folder.remove(["report.md", "report.json"] + AnomalyExperiment.files)
        try folder.write(report.table, as: "trials.csv")
        try writePictures(folder)
        let text = try yaml(winner)
        try folder.write(text, as: "winner.yaml")
        let training = try await train(winner, notify)
        let test = try await evaluate(training.model, progress)
        if test == nil { try ResultFolder.remove("\(job.output)/test") }
        let document = SearchDocument(
            search: report, winner: configuration(of: winner), modelDigest: training.sha256,
            trainingImages: training.trainingImages, heldOutImages: training.heldOutImages, test: test)
        try folder.write(try document.json(), as: "report.json")
        try folder.write(report.markdown(winner: text, training: training, test: test), as: "report.md")
        return Outcome(model: training.model, test: test, document: document)
    }

    private func writePictures(_ folder: SearchFolder) throws {
        let pictures = SearchPictures(results, criterion: job.criterion)
        try folder.write(pictures.lines.svg, as: "search.svg")
        try folder.write(try PNGFile.encode(pictures.lines.image()), as: "search.png")
        guard let map = pictures.map else {
            for name in ["heatmap.svg", "heatmap.png"] { try AtomicFile.remove("\(job.output)/\(name)") }
            return
        }
        try folder.write(map.svg, as: "heatmap.svg")
        try folder.write(try PNGFile.encode(map.image()), as: "heatmap.png")
    }

    /// The winner for `train --config`.
    private func yaml(_ winner: SearchTrial) throws -> String {
        let score = report.winner?.area.map { "mean AUC of the folds \(CSV.decimal($0, places: 4))" }
        return "# Chosen by search among \(results.trials.count) trials"
            + (score.map { ", \($0)" } ?? "") + ".\n"
            + (try configuration(of: winner).yaml(relativeTo: job.configuration.folder))
    }

    private func train(
        _ winner: SearchTrial, _ notify: @escaping @Sendable (TrainingJob.Event) -> Void
    ) async throws -> TrainingReport {
        let path = "\(job.output)/winner.safetensors"
        var training = TrainingJob(
            configuration: configuration(of: winner), data: job.manifest, output: path,
            codeVersion: job.codeVersion)
        training.configurationFolder = job.configuration.folder
        training.columns = job.columns
        training.extractor = extractor(of: winner)
        training.maximumBad = job.maximumBad
        training.memoryLimit = job.memoryLimit
        training.workers = job.workers
        do {
            return try await training.run(notify)
        } catch is ModelInTheWay {
            // The winner of an earlier search in this folder, which is ours.
            training.restarts = true
            return try await training.run(notify)
        }
    }

    private func extractor(of winner: SearchTrial) -> URL? {
        let kinds = Set(results.trials.map(\.configuration.extractor.weights))
        let isOther = winner.configuration.extractor.weights == .builtIn && kinds.contains(.vgg19)
        return isOther ? nil : job.extractor
    }

    private func evaluate(
        _ model: String, _ progress: @escaping @Sendable (ImageEvaluation.Progress) -> Void
    ) async throws -> EvaluationReport? {
        guard results.data.testCount > 0 else { return nil }
        let listing = try LabeledListing.read(manifest: job.manifest, part: .test, columns: job.columns)
        guard Set(listing.images.map(\.isAbnormal)).count == 2 else { return nil }
        let url = URL(fileURLWithPath: model)
        let loaded = try ModelFile.load(url, extractor: winner.flatMap(extractor))
        let evaluation = try await ImageEvaluation(
            listing.images, model: loaded, maximumBad: job.maximumBad, memoryLimit: job.memoryLimit,
            workers: job.workers, progress: progress)
        let report = try EvaluationReport(
            title: "The winner on the test rows", images: evaluation.scoredImages,
            trivial: evaluation.trivialQuantities,
            settings: .init(seed: results.configuration.seed, groupName: "group"))
        try EvaluationFolder(path: "\(job.output)/test").write(
            report, images: evaluation.scoredImages, trivial: evaluation.trivialQuantities,
            table: evaluation.table)
        return report
    }
}

/// `report.json`: the trials, the chosen configuration, and what the winner is worth.
public struct SearchDocument: Sendable, Encodable {
    public let search: SearchReport
    public let winner: TrainingConfiguration
    /// Lower-case SHA-256 of the winner's model file.
    public let modelDigest: String
    public let trainingImages: Int
    public let heldOutImages: Int
    /// Of the test rows; nil if there are none of both kinds.
    public let test: EvaluationReport?

    public func json() throws -> String { String(decoding: try JSONText.encode(self), as: UTF8.self) }
}
