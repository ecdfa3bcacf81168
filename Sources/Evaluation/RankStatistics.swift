/// Area under the ROC curve: the chance that an abnormal image scores higher than a normal one.
public enum ROC {
    /// By ranks (Mann and Whitney); equal scores count half. Exact: counts of pairs are whole numbers.
    ///
    /// - Returns: nil if there is no normal or no abnormal image, or a score is NaN.
    public static func area(normal: [Double], abnormal: [Double]) -> Double? {
        guard !normal.isEmpty, !abnormal.isEmpty, !(normal + abnormal).contains(where: \.isNaN) else {
            return nil
        }
        let normal = normal.sorted()
        var (below, notAbove) = (0, 0)
        // Twice the number of pairs won, to keep ties whole.
        var wins = 0
        for score in abnormal.sorted() {
            while below < normal.count, normal[below] < score { below += 1 }
            while notAbove < normal.count, normal[notAbove] <= score { notAbove += 1 }
            wins += below + notAbove
        }
        return Double(wins) / (2 * Double(normal.count) * Double(abnormal.count))
    }

    /// An image's score and a trivial quantity that might explain it, such as its mean optical density.
    public struct Sample: Sendable, Equatable {
        public let score: Double
        public let baseline: Double

        public init(score: Double, baseline: Double) {
            self.score = score
            self.baseline = baseline
        }
    }

    /// The area over those pairs of a normal and an abnormal image whose baselines differ by less than
    /// `tolerance`: what the score knows beyond the baseline.
    ///
    /// - Returns: the area and the number of pairs; nil if there is no such pair.
    public static func matchedArea(
        normal: [Sample], abnormal: [Sample], tolerance: Double = 0.02
    ) -> (area: Double, pairs: Int)? {
        var (wins, pairs) = (0, 0)
        for a in normal {
            for b in abnormal where abs(a.baseline - b.baseline) < tolerance {
                pairs += 1
                wins += b.score > a.score ? 2 : b.score == a.score ? 1 : 0
            }
        }
        return pairs == 0 ? nil : (Double(wins) / (2 * Double(pairs)), pairs)
    }
}
