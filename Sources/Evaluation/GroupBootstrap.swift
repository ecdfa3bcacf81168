/// Interval of the area under the ROC curve, or of the difference of two such areas, where images of one
/// group (patient, slide) resemble one another.
///
/// A replicate draws as many groups as there are, with replacement, and takes each with all its images; a
/// group may hold both normal and abnormal images. A replicate without one of the two kinds has no area and
/// is drawn again. The interval spans the percentiles of the replicates' areas or differences (Efron and
/// Tibshirani 1993, chapter 13). With few groups of one kind it is too narrow.
public struct GroupBootstrap: Sendable, Equatable, Codable {
    public let interval: ConfidenceInterval
    /// Sample standard deviation over the replicates.
    public let standardError: Double
    public let groups: Int
    public let replicates: Int
    /// Replicates that lacked a kind of image and were drawn again.
    public let redrawn: Int
    public let seed: UInt64

    public static let usualReplicates = 2_000

    /// Of the area of one score. The same scores, groups and seed give the same interval everywhere.
    ///
    /// - Parameters:
    ///   - groups: the group of each image; nil if each image is one of its own.
    ///   - replicates: at least two.
    /// - Returns: nil if there are fewer than two groups, so that nothing can be resampled.
    public init?(
        _ scores: LabeledScores, groups names: [String]? = nil, replicates: Int = usualReplicates,
        seed: UInt64 = 0, confidence: Double = 0.95
    ) {
        let drawn = GroupReplicates([scores], groups: names, replicates: replicates, seed: seed)
        guard let drawn else { return nil }
        self = drawn.area(of: 0, confidence: confidence)
    }

    /// - Parameter values: the area or the difference in each replicate.
    init(_ values: [Double], of drawn: GroupReplicates, confidence: Double) {
        let sorted = values.sorted()
        let outside = 100 * (1 - confidence) / 2
        interval = ConfidenceInterval(
            low: Percentile.value(outside, of: sorted), high: Percentile.value(100 - outside, of: sorted),
            confidence: confidence)
        standardError = RepeatedRuns.standardDeviation(sorted) ?? 0
        (groups, replicates, redrawn, seed) = (drawn.groups, values.count, drawn.redrawn, drawn.seed)
    }
}
