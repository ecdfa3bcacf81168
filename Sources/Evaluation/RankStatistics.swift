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
    /// Takes the images in the order of their baselines, so that the normal images that match an abnormal one are a
    /// window that only moves up, and keeps their scores counted: O((n + m) log(n + m)) for n and m images.
    ///
    /// - Returns: the area and the number of pairs; nil if there is no such pair, or a score is NaN. A baseline that
    ///   is not finite matches no other.
    public static func matchedArea(
        normal: [Sample], abnormal: [Sample], tolerance: Double = 0.02
    ) -> (area: Double, pairs: Int)? {
        guard !(normal + abnormal).contains(where: \.score.isNaN) else { return nil }
        let normal = ranked(normal)
        let levels = Set(normal.map(\.score)).sorted()
        var counter = ScoreCounter(levels: levels)
        var (first, end) = (0, 0)
        // Twice the number of pairs won, to keep ties whole.
        var (wins, pairs) = (0, 0)
        for sample in ranked(abnormal) {
            // The rounded difference never falls when a baseline rises, so both ends can be tested by the very
            // difference that decides about a pair.
            while end < normal.count, normal[end].baseline - sample.baseline < tolerance {
                counter.add(normal[end].score)
                end += 1
            }
            while first < end, !(sample.baseline - normal[first].baseline < tolerance) {
                counter.remove(normal[first].score)
                first += 1
            }
            wins += counter.below(sample.score) + counter.notAbove(sample.score)
            pairs += end - first
        }
        return pairs == 0 ? nil : (Double(wins) / (2 * Double(pairs)), pairs)
    }

    private static func ranked(_ samples: [Sample]) -> [Sample] {
        samples.filter(\.baseline.isFinite).sorted { $0.baseline < $1.baseline }
    }
}
