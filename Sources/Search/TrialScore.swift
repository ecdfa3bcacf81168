internal import Evaluation

/// How good a trial is, by what may choose: areas under the ROC curve of each fold's own normal images against anomalies,
/// and the mean score of the normal images, which needs none.
public struct TrialScore: Sendable, Equatable {
    /// Of each fold, in order; nil where nothing may judge it.
    public let areas: [Double?]
    /// Mean of the folds' areas; nil if a fold gave no model, or no fold has both kinds of images.
    public let meanArea: Double?
    /// Of the sample of folds; nil for fewer than two.
    public let deviation: Double?
    /// Mean over the folds of the mean score of their own normal images; nil if a fold gave no model.
    public let loss: Double?

    /// - Parameter anomalies: indices of those that judge; nil: all.
    public init(_ folds: [FoldResult], anomalies: Set<Int>? = nil) {
        let hasFailed = folds.isEmpty || folds.contains { $0.failure != nil }
        areas = folds.map { fold in
            let abnormal = fold.anomalies.filter { anomalies?.contains($0.image) ?? true }
            return ROC.area(
                normal: fold.heldOut.map { Double($0.score) }, abnormal: abnormal.map { Double($0.score) })
        }
        let runs = RepeatedRuns(areas: hasFailed ? [] : areas.compactMap { $0 })
        meanArea = runs?.mean
        deviation = runs?.standardDeviation
        let losses = folds.compactMap(\.meanHeldOutScore)
        loss = hasFailed || losses.count < folds.count ? nil : losses.reduce(0, +) / Double(losses.count)
    }
}

/// By what the best trial is chosen.
public enum SearchCriterion: String, Sendable, CaseIterable, Codable {
    /// Mean area under the ROC curve against a few anomalies.
    case auc
    /// Mean score of normal images that were not trained on, the lower the better: without any anomaly. Losses of other
    /// layers or detectors measure other things; that is what this choice is known to suffer from.
    case loss

    /// Higher is better; nil if the trial cannot be chosen.
    func value(_ score: TrialScore) -> Double? {
        switch self {
        case .auc: score.meanArea
        case .loss: score.loss.map { -$0 }
        }
    }
}
