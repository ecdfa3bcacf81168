/// How the scores of a slide's or patient's images become one score.
public enum ScoreAggregate: String, Sendable, Codable, CaseIterable {
    case max
    case mean
    /// Mean of the highest 1 % of the images, of at least ten of them (or all, if there are fewer).
    case top1pctMean = "top1pct_mean"

    /// Does not depend on the order of the scores: they are sorted first. `scores` must not be empty.
    public func value(of scores: [Double]) -> Double {
        precondition(!scores.isEmpty, "nothing to aggregate")
        let sorted = scores.sorted()
        let count =
            switch self {
            case .max: 1
            case .mean: sorted.count
            case .top1pctMean: Swift.max(min(10, sorted.count), (sorted.count + 99) / 100)
            }
        return sorted.suffix(count).reduce(0, +) / Double(count)
    }
}

extension LabeledScores {
    /// One score for each group of images; a group is abnormal if any of its images is. Groups are sorted by name,
    /// images without a group are left out.
    ///
    /// - Throws: ``LabeledScoresError`` if a score is not finite, or the groups are all normal or all abnormal.
    public static func ofGroups(
        _ images: [ScoredImage], aggregate: ScoreAggregate
    ) throws(LabeledScoresError) -> LabeledScores {
        if let index = images.firstIndex(where: { !$0.score.isFinite }) { throw .notFinite(index: index) }
        var groups: [String: [ScoredImage]] = [:]
        for image in images {
            if let group = image.group { groups[group, default: []].append(image) }
        }
        let parts = groups.sorted { $0.key < $1.key }.map(\.value)
        return try LabeledScores(
            scores: parts.map { aggregate.value(of: $0.map(\.score)) },
            isAbnormal: parts.map { $0.contains(where: \.isAbnormal) })
    }
}

/// How well whole slides or patients are separated.
public struct SlideLevelRow: Sendable, Equatable, Codable {
    public let aggregate: ScoreAggregate
    public let area: AreaEstimate
    public let averagePrecision: Double

    /// One row for each aggregate; empty if the groups are all of one kind.
    public static func table(
        of images: [ScoredImage], confidence: Double = 0.95
    ) throws(LabeledScoresError) -> [SlideLevelRow] {
        var rows: [SlideLevelRow] = []
        for aggregate in ScoreAggregate.allCases {
            do {
                let scores = try LabeledScores.ofGroups(images, aggregate: aggregate)
                rows.append(
                    SlideLevelRow(
                        aggregate: aggregate, area: DeLong.estimate(scores, confidence: confidence),
                        averagePrecision: ROCCurve(scores).averagePrecision))
            } catch {
                guard error == .noNormalImage || error == .noAbnormalImage else { throw error }
            }
        }
        return rows
    }
}
