public import Networks

/// The scores of a slide, all recorded; ``Aggregate`` names the one that users see first.
public struct SlideScores: Sendable, Equatable, Codable {
    public let max: Double
    public let mean: Double
    public let p95: Double
    public let p99: Double
    /// Mean of the highest 1 % of the tiles, of at least ten of them.
    public let top1pctMean: Double
    /// Part of the tiles above the 99th percentile of held-out normal tissue.
    public let fractionAboveNormalP99: Double

    /// Nil without scores. The result does not depend on their order: they are sorted first.
    public init?(_ scores: [Float], normals: ScoreDistribution) {
        guard !scores.isEmpty else { return nil }
        let sorted = scores.map(Double.init).sorted()
        let top = Swift.max(min(10, sorted.count), (sorted.count + 99) / 100)
        max = sorted[sorted.count - 1]
        mean = sorted.reduce(0, +) / Double(sorted.count)
        p95 = Self.percentile(95, of: sorted)
        p99 = Self.percentile(99, of: sorted)
        top1pctMean = sorted.suffix(top).reduce(0, +) / Double(top)
        let limit = Self.percentile(99, of: normals.sorted.map(Double.init))
        fractionAboveNormalP99 = Double(sorted.count { $0 > limit }) / Double(sorted.count)
    }

    /// The score that an aggregate names.
    public func value(_ aggregate: Aggregate) -> Double {
        switch aggregate {
        case .max: max
        case .mean: mean
        case .p95: p95
        case .p99: p99
        case .top1pctMean: top1pctMean
        case .fractionAboveNormalP99: fractionAboveNormalP99
        }
    }

    /// Linear interpolation between ranks, as numpy's default.
    static func percentile(_ percent: Double, of sorted: [Double]) -> Double {
        let rank = percent / 100 * Double(sorted.count - 1)
        let low = Int(rank)
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (rank - Double(low))
    }
}
