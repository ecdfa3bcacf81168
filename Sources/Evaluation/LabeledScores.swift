/// Scores of normal and abnormal images, at least one of each kind: what every statistic of this module starts
/// from. A higher score means more abnormal.
public struct LabeledScores: Sendable, Equatable {
    /// One for each image, all finite.
    public let scores: [Double]
    /// One for each image.
    public let isAbnormal: [Bool]
    public let normalCount: Int
    public let abnormalCount: Int

    /// - Throws: ``LabeledScoresError`` if a score is NaN or infinite, a kind of image is missing, or there are not
    ///   as many labels as scores.
    public init(scores: [Double], isAbnormal: [Bool]) throws(LabeledScoresError) {
        guard scores.count == isAbnormal.count else {
            throw .differentCounts(scores: scores.count, labels: isAbnormal.count)
        }
        if let index = scores.firstIndex(where: { !$0.isFinite }) { throw .notFinite(index: index) }
        abnormalCount = isAbnormal.count { $0 }
        normalCount = isAbnormal.count - abnormalCount
        guard normalCount > 0 else { throw .noNormalImage }
        guard abnormalCount > 0 else { throw .noAbnormalImage }
        self.scores = scores
        self.isAbnormal = isAbnormal
    }

    /// The normal images first, then the abnormal ones.
    public init(normal: [Double], abnormal: [Double]) throws(LabeledScoresError) {
        try self.init(
            scores: normal + abnormal,
            isAbnormal: normal.map { _ in false } + abnormal.map { _ in true })
    }

    public var count: Int { scores.count }

    public var normal: [Double] { zip(scores, isAbnormal).filter { !$1 }.map(\.0) }

    public var abnormal: [Double] { zip(scores, isAbnormal).filter(\.1).map(\.0) }

    /// Part of the images that is abnormal: the average precision of scores that know nothing.
    public var prevalence: Double { Double(abnormalCount) / Double(count) }

    /// Area under the ROC curve; see ``ROC/area(normal:abnormal:)``.
    public var area: Double { ROCCurve(self).area }

    /// Indices of the images by rising score, cut into runs of equal scores.
    var ties: [ArraySlice<Int>] { RankOrder(scores).ties }
}

/// Scores from which no statistic can be made.
public enum LabeledScoresError: Error, Equatable, CustomStringConvertible {
    case differentCounts(scores: Int, labels: Int)
    /// The score of the image at `index` is NaN or infinite.
    case notFinite(index: Int)
    case noNormalImage
    case noAbnormalImage

    public var description: String {
        switch self {
        case .differentCounts(let scores, let labels): "\(scores) scores for \(labels) labels"
        case .notFinite(let index): "score \(index + 1) is not a finite number"
        case .noNormalImage: "there is no normal image to compare with"
        case .noAbnormalImage: "there is no abnormal image to find"
        }
    }
}
