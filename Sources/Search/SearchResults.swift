/// The trials of a search, with what came of them.
public struct SearchResults: Sendable {
    public let configuration: SearchConfiguration
    public let data: SearchData
    public let trials: [SearchTrial]
    public let impossible: [ImpossibleTrial]
    /// Names each trial's folder.
    public let identities: [String]
    /// By trial; the folds that have a result.
    public let folds: [[FoldResult]]
    /// Of trials that were not continued: after how many folds.
    public let abandoned: [Int?]
    /// As long as somebody works with the results, the folder is theirs.
    private let hold: FolderHold

    /// - Throws: ``SearchError/allFailed(first:)`` if no trial can be chosen.
    init(
        _ configuration: SearchConfiguration, _ plan: SearchPlan, _ results: [[FoldResult?]],
        abandoned: [Int?], hold: FolderHold
    ) throws(SearchError) {
        self.hold = hold
        self.configuration = configuration
        (data, trials, impossible, identities) = (plan.data, plan.trials, plan.impossible, plan.identities)
        folds = results.map { $0.compactMap { $0 } }
        self.abandoned = abandoned
        if !trials.indices.contains(where: isComplete) {
            let reason = folds.lazy.flatMap { $0 }.compactMap(\.failure).first
            throw .allFailed(first: reason ?? "no fold has normal and abnormal images")
        }
    }

    /// Whether every fold of a trial has a model.
    public func isComplete(_ trial: Int) -> Bool {
        abandoned[trial] == nil && folds[trial].count == data.folds
            && !folds[trial].contains { $0.failure != nil }
    }

    /// Of a trial that every fold has a model of.
    ///
    /// - Parameter anomalies: indices of those that judge; nil: all.
    public func score(_ trial: Int, anomalies: Set<Int>? = nil) -> TrialScore {
        TrialScore(folds[trial], anomalies: anomalies)
    }

    /// Complete trials, best first; of equal ones the earlier in the grid.
    public func ranking(_ criterion: SearchCriterion, anomalies: Set<Int>? = nil) -> [Int] {
        let values = trials.indices.map { trial in
            isComplete(trial) ? criterion.value(score(trial, anomalies: anomalies)) : nil
        }
        let ranked = trials.indices.compactMap { trial in values[trial].map { (trial, $0) } }
        return ranked.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map(\.0)
    }
}
