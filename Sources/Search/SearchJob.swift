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
    /// Threads in all, divided among the trials that run at once.
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
        /// A trial, by its values, gave no model.
        case failed(trial: String, fold: Int, reason: String)
        /// A trial is not continued after this many folds.
        case abandoned(trial: String, folds: Int)
    }

    /// Trains what is not there yet.
    ///
    /// - Throws: ``SearchDataError``, ``SearchError``, errors of listing, hold-out, preparation and files;
    ///   `CancellationError`, after which the same call goes on.
    public func run(_ notify: @escaping @Sendable (Event) -> Void) async throws -> SearchResults {
        guard configuration.abandonBehind == nil || criterion == .auc else {
            throw SearchError.abandonsByAnomalies
        }
        let folder = try SearchFolder(path: output)
        let hold = try FolderHold(folder: output)
        let plan = try await SearchPlan(self, folder, notify)
        let runner = SearchRunner(job: self, plan: plan, folder: folder, notify: notify)
        var results = plan.found
        var abandoned = plan.abandoned(results, margin: configuration.abandonBehind)
        try runner.checkMemory(abandoned: abandoned)
        for round in rounds {
            let work = plan.trials.indices.filter { abandoned[$0] == nil }.flatMap {
                plan.missing($0, of: results, among: round)
            }
            try await runner.run(work, into: &results)
            let now = plan.abandoned(results, margin: configuration.abandonBehind)
            for trial in now.indices where abandoned[trial] == nil {
                guard let folds = now[trial] else { continue }
                notify(.abandoned(trial: label(plan.trials[trial]), folds: folds))
            }
            abandoned = now
        }
        return try SearchResults(configuration, plan, results, abandoned: abandoned, hold: hold)
    }

    /// What an earlier run left, without training anything.
    ///
    /// - Throws: ``SearchError/unfinished(trials:of:)``, and as ``run(_:)``.
    public func finishedResults(
        _ notify: @escaping @Sendable (Event) -> Void = { _ in }
    ) async throws -> SearchResults {
        guard ImageFolder.isFolder(output) else { throw SearchError.noSearch(path: output) }
        let folder = try SearchFolder(path: output)
        let hold = try FolderHold(folder: output)
        let plan = try await SearchPlan(self, folder, notify)
        let abandoned = plan.abandoned(plan.found, margin: configuration.abandonBehind)
        let unfinished = plan.trials.indices.count { trial in
            abandoned[trial] == nil
                && !plan.missing(trial, of: plan.found, among: Array(0..<configuration.folds)).isEmpty
        }
        guard unfinished == 0 else {
            throw SearchError.unfinished(trials: unfinished, of: plan.trials.count)
        }
        return try SearchResults(configuration, plan, plan.found, abandoned: abandoned, hold: hold)
    }

    /// Names of the trials: equal for those that must give the same results.
    package func identities() async throws -> [String] {
        try await SearchPlan(self, SearchFolder(path: output)) { _ in }.identities
    }

    /// A trial by its values.
    func label(_ trial: SearchTrial) -> String {
        configuration.axes.enumerated().map { place, axis in
            "\(axis.name) \(trial.label(place, of: configuration))"
        }.joined(separator: ", ")
    }

    /// Folds that are trained before trials are compared: one after the other if hopeless ones are abandoned.
    private var rounds: [[Int]] {
        let all = Array(0..<configuration.folds)
        return configuration.abandonBehind == nil ? [all] : all.map { [$0] }
    }
}

/// Keeps others out of the folder of a search, from its first trial to its report.
final class FolderHold: Sendable {
    private let lock: FolderLock

    init(folder: String) throws(FolderLockError) { lock = try FolderLock(folder: folder) }
}
