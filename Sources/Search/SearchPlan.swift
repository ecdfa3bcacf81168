internal import Foundation
internal import Networks
internal import Training

/// What a search has to do, and what is done already.
struct SearchPlan: Sendable {
    let data: SearchData
    let trials: [SearchTrial]
    let impossible: [ImpossibleTrial]
    /// Of each trial.
    let identities: [String]
    /// Those that the trials use.
    let extractors: [TrainingConfiguration.Extractor.Weights: ExtractorSource]
    /// By trial and fold.
    let found: [[FoldResult?]]

    /// A fold of a trial that is to be trained.
    struct Work: Sendable {
        let trial: Int
        let fold: Int
    }

    /// Reads the manifest and what earlier runs left.
    init(
        _ job: SearchJob, _ folder: SearchFolder, _ notify: @Sendable (SearchJob.Event) -> Void
    ) async throws {
        let (trials, impossible) = try job.configuration.trials()
        let data = try await SearchData(
            manifest: job.manifest, columns: job.columns, folds: job.configuration.folds,
            seed: job.configuration.seed, needsAnomalies: job.criterion == .auc, workers: job.workers)
        let extractors = try Self.extractors(of: trials, file: job.extractor)
        let identities = trials.map { trial in
            SearchFolder.identity(
                trial, data, extractor: extractors[trial.configuration.extractor.weights]?.identity ?? "",
                version: job.codeVersion)
        }
        found = identities.map { identity in
            (0..<data.folds).map { folder.result(identity, fold: $0) }
        }
        (self.data, self.trials, self.impossible) = (data, trials, impossible)
        (self.identities, self.extractors) = (identities, extractors)
        for remark in data.remarks { notify(.remark(remark)) }
        notify(
            .listed(
                normals: data.normals.count, anomalies: data.anomalies.count, test: data.testCount,
                trials: trials.count, impossible: impossible.count,
                finished: found.count { !$0.contains { $0 == nil } }))
    }

    /// Each extractor once. A file is VGG19's if any trial compares features of VGG19, else it replaces the built-in
    /// extractor.
    private static func extractors(
        of trials: [SearchTrial], file: URL?
    ) throws(ExtractorError) -> [TrainingConfiguration.Extractor.Weights: ExtractorSource] {
        let kinds = Set(trials.map(\.configuration.extractor.weights))
        var sources: [TrainingConfiguration.Extractor.Weights: ExtractorSource] = [:]
        for kind in TrainingConfiguration.Extractor.Weights.allCases where kinds.contains(kind) {
            let isOther = kind == .builtIn && kinds.contains(.vgg19)
            sources[kind] = try ExtractorSource.load(kind, file: isOther ? nil : file)
        }
        return sources
    }

    /// Trials whose mean area over the first `folds` folds is more than `margin` below the best one's.
    func behind(_ results: [[FoldResult?]], folds: Int, margin: Double) -> [Int] {
        let areas = results.map { TrialScore($0.prefix(folds).compactMap { $0 }).meanArea }
        guard let best = areas.compactMap({ $0 }).max() else { return [] }
        return areas.indices.filter { areas[$0].map { $0 < best - margin } ?? true }
    }
}
