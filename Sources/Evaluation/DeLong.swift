/// Variance of the area under the ROC curve without assumptions about the scores (DeLong, DeLong and Clarke-Pearson
/// 1988, "Comparing the areas under two or more correlated receiver operating characteristic curves: a nonparametric
/// approach"), from mid-ranks in O(n log n) (Sun and Xu 2014, "Fast implementation of DeLong's algorithm for
/// comparing the areas under correlated receiver operating characteristic curves").
///
/// Images count as independent of one another; where several come from one patient or slide, the intervals are too
/// narrow: see ``GroupBootstrap``.
public enum DeLong {
    /// The area with its interval: area ± z standard errors (1.96 for 95 %), clipped to 0...1. No transform of the
    /// area comes first.
    public static func estimate(_ scores: LabeledScores, confidence: Double = 0.95) -> AreaEstimate {
        let placements = Placements(scores)
        let variance = placements.variance
        let area = placements.area
        let error = variance?.squareRoot()
        let reach = NormalDistribution.reach(confidence: confidence)
        return AreaEstimate(
            area: area, normalCount: scores.normalCount, abnormalCount: scores.abnormalCount,
            standardError: error,
            interval: error.map { error in
                ConfidenceInterval(
                    low: max(0, area - reach * error), high: min(1, area + reach * error),
                    confidence: confidence)
            },
            caveat: variance == nil ? .singleImage : variance == 0 ? .noVariance : nil)
    }

    /// Covariance of the areas of two scores of the same images; nil if there is only one normal or one abnormal
    /// image.
    ///
    /// - Precondition: both have the same labels in the same order.
    public static func covariance(_ first: LabeledScores, _ second: LabeledScores) -> Double? {
        precondition(first.isAbnormal == second.isAbnormal, "scores of different images")
        return Placements(first).covariance(Placements(second))
    }

    /// Whether two scores of the same images separate them differently well.
    ///
    /// - Precondition: both have the same labels in the same order.
    public static func compare(_ first: LabeledScores, _ second: LabeledScores) -> AreaComparison {
        precondition(first.isAbnormal == second.isAbnormal, "scores of different images")
        let (a, b) = (Placements(first), Placements(second))
        let difference = a.area - b.area
        // The variance of the differences, not of three rounded terms: it is exactly 0 where it should be.
        let error = a.minus(b).variance?.squareRoot()
        let z = error.flatMap { $0 > 0 ? difference / $0 : nil }
        return AreaComparison(
            difference: difference, standardError: error, z: z, p: z.map(NormalDistribution.twoSidedTail))
    }
}

/// The difference of two areas under ROC curves of the same images.
public struct AreaComparison: Sendable, Equatable, Codable {
    /// First minus second.
    public let difference: Double
    /// Nil if there is only one normal or one abnormal image.
    public let standardError: Double?
    /// Difference by standard error; nil if there is no standard error or it is 0, as for scores that rank the
    /// images alike.
    public let z: Double?
    /// Chance of a difference at least as large, either way, if both were equally good; nil as ``z``.
    public let p: Double?
}

/// How each image stands among those of the other kind.
///
/// An abnormal image's placement is the part of the normal images that score lower, a normal image's the part of the
/// abnormal ones that score higher; ties count half. As the difference of mid-ranks in all images and in the own kind
/// it takes one sort. All numbers are kept whole: they are the placements' deviations from their mean, times
/// twice the number of pairs.
private struct Placements {
    /// Of each abnormal image.
    private var abnormal: [Int]
    /// Of each normal image.
    private var normal: [Int]
    /// Twice the pairs won.
    private var wins: Int

    init(_ scores: LabeledScores) {
        var placements = [Int](repeating: 0, count: scores.count)
        var (normalsBelow, abnormalsAbove) = (0, scores.abnormalCount)
        for tie in scores.ties {
            let abnormals = tie.count { scores.isAbnormal[$0] }
            let normals = tie.count - abnormals
            abnormalsAbove -= abnormals
            for image in tie {
                placements[image] =
                    scores.isAbnormal[image] ? 2 * normalsBelow + normals : 2 * abnormalsAbove + abnormals
            }
            normalsBelow += normals
        }
        let labeled = Array(zip(placements, scores.isAbnormal))
        abnormal = labeled.filter(\.1).map(\.0)
        normal = labeled.filter { !$0.1 }.map(\.0)
        let wins = abnormal.reduce(0, +)
        self.wins = wins
        let (normals, abnormals) = (normal.count, abnormal.count)
        abnormal = abnormal.map { $0 * abnormals - wins }
        normal = normal.map { $0 * normals - wins }
    }

    var area: Double { Double(wins) / doubledPairs }

    /// Nil if there is only one normal or one abnormal image.
    var variance: Double? { covariance(self) }

    func covariance(_ other: Placements) -> Double? {
        guard normal.count > 1, abnormal.count > 1 else { return nil }
        let spread = Self.meanCovariance(abnormal, other.abnormal) + Self.meanCovariance(normal, other.normal)
        return spread / (doubledPairs * doubledPairs)
    }

    /// Those of the difference of the two areas.
    func minus(_ other: Placements) -> Placements {
        var result = self
        result.abnormal = zip(abnormal, other.abnormal).map(-)
        result.normal = zip(normal, other.normal).map(-)
        result.wins = wins - other.wins
        return result
    }

    private var doubledPairs: Double { 2 * Double(normal.count) * Double(abnormal.count) }

    /// Covariance of two means whose deviations are given.
    private static func meanCovariance(_ a: [Int], _ b: [Int]) -> Double {
        let sum = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        return sum / (Double(a.count) * Double(a.count - 1))
    }
}
