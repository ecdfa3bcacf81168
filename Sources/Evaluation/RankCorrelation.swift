/// How far two methods put the same images into the same order: Spearman's rank correlation, the
/// product-moment correlation of mid-ranks.
///
/// Two methods that tell normal from abnormal agree over all images for that reason alone. Whether they also
/// agree about which normal image is the odder, and which abnormal one, is seen within each kind; the ranks
/// are taken anew there.
public struct RankCorrelation: Sendable, Equatable, Codable {
    /// Names of the methods.
    public let first: String
    public let second: String
    /// Over all images, -1 to 1. Nil, as the others, if there are fewer than two images or a method gives all
    /// of them the same score.
    public let all: Double?
    public let normal: Double?
    public let abnormal: Double?

    /// - Precondition: both scores have the same labels in the same order.
    init(_ first: (name: String, scores: LabeledScores), _ second: (name: String, scores: LabeledScores)) {
        precondition(first.scores.isAbnormal == second.scores.isAbnormal, "scores of different images")
        (self.first, self.second) = (first.name, second.name)
        all = Self.spearman(first.scores.scores, second.scores.scores)
        normal = Self.spearman(first.scores.normal, second.scores.normal)
        abnormal = Self.spearman(first.scores.abnormal, second.scores.abnormal)
    }

    /// Spearman's rank correlation of two lists of finite numbers.
    ///
    /// - Precondition: both are of the same length.
    /// - Returns: nil if there are fewer than two numbers, or all of a list are equal.
    public static func spearman(_ first: [Double], _ second: [Double]) -> Double? {
        precondition(first.count == second.count, "lists of different lengths")
        let (a, b) = (centeredRanks(first), centeredRanks(second))
        // The root of one product, not a product of two roots: lists of one order then give exactly 1.
        let scale = (product(a, a) * product(b, b)).squareRoot()
        return scale > 0 ? product(a, b) / scale : nil
    }

    /// Twice the mid-ranks' distance from their mean, which is known to be (n + 1) / 2.
    private static func centeredRanks(_ values: [Double]) -> [Double] {
        RankOrder(values).doubledMidRanks.map { Double($0 - values.count - 1) }
    }

    private static func product(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
