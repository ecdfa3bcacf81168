internal import Foundation
internal import Networks
internal import Pictures
internal import Pixels

/// Which scores the colors of a heatmap span. It depends on the model alone, so that a color means the same
/// on every slide.
///
/// From the lowest of held-out normal tissue to as far above its 99th percentile as that lies above the lowest. Distances
/// from a Gaussian grow without bound on tissue of another kind, where that would be one color: they span at least up to
/// five times the median of normals, on a logarithmic scale.
struct ScoreScale: Sendable {
    let low: Double
    let high: Double
    /// Scores of held-out normals to mark on the color bar, with their percentiles.
    let marks: [(percentile: Int, score: Double)]
    let isLogarithmic: Bool

    init(normals: ScoreDistribution, detector: DetectorKind) {
        let sorted = normals.sorted.map(Double.init)
        marks = [50, 99].map { ($0, SlideScores.percentile(Double($0), of: sorted)) }
        low = SlideScores.percentile(1, of: sorted)
        let p99 = SlideScores.percentile(99, of: sorted)
        let usual = max(p99 + (p99 - low), low + 1e-6)
        isLogarithmic = detector == .gaussian && low > 0
        high = isLogarithmic ? max(usual, 5 * marks[0].score) : usual
    }

    /// Position of a score on the bar, 0...1 within the scale.
    func position(_ score: Double) -> Double {
        guard isLogarithmic else { return (score - low) / (high - low) }
        return log(max(score, low * 1e-3) / low) / log(high / low)
    }
}
