internal import Flow
public import Foundation
internal import Networks
internal import Records
public import Training

/// A search from the user's files to results of every trial.
///
/// The results depend on configuration, images, extractor, version and kind of processor: not on how many trials run at
/// once, nor on where the search was interrupted.
public struct SearchJob: Sendable {
    public var configuration: SearchConfiguration
    /// A manifest of normal and abnormal images.
    public var manifest: String
    public var columns = ManifestColumns()
    /// A folder.
    public var output: String
    public var extractor: URL?
    /// By what the results will be ranked.
    public var criterion = SearchCriterion.auc
    public var maximumBad = BadImageAllowance.fraction(0.05)
    /// Bytes of prepared images and all networks at work together.
    public var memoryLimit = 8 << 30
    /// Threads in all; each trial takes one, the last ones of a search the rest.
    public var workers = CoreCount.available
    public var codeVersion: String

    public init(configuration: SearchConfiguration, manifest: String, output: String, codeVersion: String) {
        self.configuration = configuration
        self.manifest = manifest
        self.output = output
        self.codeVersion = codeVersion
    }

    /// What happens.
    public enum Event: Sendable {
        case listed(normals: Int, anomalies: Int, test: Int, trials: Int, impossible: Int, finished: Int)
        case remark(DataRemark)
        case preparing(PreparationProgress)
        case bad([BadImage])
        /// Of fold trainings: how many are done.
        case fold(done: Int, of: Int)
        case failed(places: [Int], fold: Int, reason: String)
        /// Not continued after this many folds.
        case abandoned(places: [Int], folds: Int)
    }

    /// Trains what is not there yet.
    ///
    /// - Throws: ``SearchDataError``, ``SearchError``, errors of listing, hold-out, preparation and files;
    ///   `CancellationError`, after which the same call goes on.
    public func run(_ notify: @escaping @Sendable (Event) -> Void) async throws -> SearchResults {
        let folder = try SearchFolder(path: output)
        let lock = try FolderLock(folder: output)
        let plan = try await SearchPlan(self, folder, notify)
        var results = plan.found
        var abandoned = [Int?](repeating: nil, count: plan.trials.count)
        for round in rounds {
            let work = plan.trials.indices.filter { abandoned[$0] == nil }.flatMap { trial in
                round.filter { results[trial][$0] == nil }.map { SearchPlan.Work(trial: trial, fold: $0) }
            }
            let runner = SearchRunner(job: self, plan: plan, folder: folder, notify: notify)
            try await runner.run(work, into: &results)
            guard let margin = configuration.abandonBehind, let last = round.last,
                last + 1 < configuration.folds
            else { continue }
            for trial in plan.behind(results, folds: last + 1, margin: margin) where abandoned[trial] == nil {
                abandoned[trial] = last + 1
                notify(.abandoned(places: plan.trials[trial].places, folds: last + 1))
            }
        }
        _ = consume lock
        return try SearchResults(configuration, plan, results, abandoned: abandoned)
    }

    /// What an earlier run left, without training anything.
    ///
    /// - Throws: ``SearchError/unfinished(trials:of:)``, and as ``run(_:)``.
    public func finishedResults(
        _ notify: @escaping @Sendable (Event) -> Void = { _ in }
    ) async throws -> SearchResults {
        let plan = try await SearchPlan(self, SearchFolder(path: output), notify)
        let unfinished = plan.found.count { $0.contains { $0 == nil } }
        guard unfinished == 0 else {
            throw SearchError.unfinished(trials: unfinished, of: plan.trials.count)
        }
        let abandoned = [Int?](repeating: nil, count: plan.trials.count)
        return try SearchResults(configuration, plan, plan.found, abandoned: abandoned)
    }

    /// Folds that are trained before trials are compared: one after the other if hopeless ones are abandoned.
    private var rounds: [[Int]] {
        let all = Array(0..<configuration.folds)
        return configuration.abandonBehind == nil ? [all] : all.map { [$0] }
    }
}
