/// Scores of held-out normal tissue, in which a tile's score is placed.
public struct ScoreDistribution: Sendable, Equatable {
    /// Ascending, finite, at least one.
    public let sorted: [Float]

    /// Sorts the scores; nil if there are none or one is not finite.
    public init?(_ scores: [Float]) {
        guard !scores.isEmpty, scores.allSatisfy(\.isFinite) else { return nil }
        sorted = scores.sorted()
    }

    /// The percentage of normals below `score`, those equal counted half (mid-rank): 0...100.
    public func percentile(of score: Float) -> Double {
        let below = partition { $0 >= score }
        let notAbove = partition { $0 > score }
        return 50 * Double(below + notAbove) / Double(sorted.count)
    }

    /// Index of the first score for which `isBehind` holds; binary search.
    private func partition(_ isBehind: (Float) -> Bool) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(sorted[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
