internal import Foundation
internal import Networks
internal import Staining
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
    /// Of each trial: what stains are normalized to.
    let targets: [StainTarget?]
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
        for trial in trials {
            try extractors[trial.configuration.extractor.weights]?.check(trial.configuration)
        }
        let targets = try Self.targets(of: trials, folder: job.configuration.folder)
        let processor = "\(ProcessorKind.current)"
        let identities = try trials.enumerated().map { index, trial in
            try SearchFolder.identity(
                trial, data, extractor: extractors[trial.configuration.extractor.weights]?.identity ?? "",
                target: targets[index]?.digits ?? "", processor: processor, version: job.codeVersion)
        }
        found = identities.map { identity in
            (0..<data.folds).map { folder.result(identity, fold: $0) }
        }
        (self.data, self.trials, self.impossible) = (data, trials, impossible)
        (self.identities, self.extractors, self.targets) = (identities, extractors, targets)
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

    /// What stains are normalized to in each trial; each image is looked at once.
    private static func targets(
        of trials: [SearchTrial], folder: URL?
    ) throws(StainTargetError) -> [StainTarget?] {
        var known: [(stain: TrainingConfiguration.Stain, target: StainTarget)] = []
        var targets: [StainTarget?] = []
        for trial in trials {
            guard let stain = trial.configuration.input.stain else {
                targets.append(nil)
                continue
            }
            if let found = known.first(where: { $0.stain == stain }) {
                targets.append(found.target)
                continue
            }
            let target = try stain.target.load(match: stain.match, relativeTo: folder)
            known.append((stain, target))
            targets.append(target)
        }
        return targets
    }

    /// Of each trial: after how many folds it is not continued, because its mean area is more than `margin` below the best
    /// one's; nil if it is. What is known of fewer folds than compared decides nothing.
    func abandoned(_ results: [[FoldResult?]], margin: Double?) -> [Int?] {
        var abandoned = [Int?](repeating: nil, count: results.count)
        guard let margin else { return abandoned }
        for folds in 1..<data.folds {
            let areas = results.indices.map { trial -> Double? in
                let known = results[trial].prefix(folds).compactMap { $0 }
                return abandoned[trial] == nil && known.count == folds ? TrialScore(known).meanArea : nil
            }
            guard let best = areas.compactMap({ $0 }).max() else { continue }
            for (trial, area) in areas.enumerated() where area.map({ $0 < best - margin }) ?? false {
                abandoned[trial] = folds
            }
        }
        return abandoned
    }

    /// Folds of a trial that are to be trained: none behind one without a model.
    func missing(_ trial: Int, of results: [[FoldResult?]], among folds: [Int]) -> [Work] {
        if results[trial].contains(where: { $0?.failure != nil }) { return [] }
        return folds.filter { results[trial][$0] == nil }.map { Work(trial: trial, fold: $0) }
    }
}
