/// How scores spread over bins that two kinds of images share.
struct ScoreHistogram: Equatable {
    let low: Double
    let high: Double
    /// Part of the normal images in each bin.
    let normal: [Double]
    /// Part of the abnormal images in each bin.
    let abnormal: [Double]
    /// Images below `low` or above `high`, which count in the outermost bins.
    let outside: Int

    /// The bins span the scores without the outermost 0.5 % at either end of either kind, so that a few extreme scores
    /// do not press all others together. Their number grows with the cube root of that of the images.
    init(_ scores: LabeledScores) {
        let bins = Self.bins(images: scores.count)
        let (normals, abnormals) = (scores.normal.sorted(), scores.abnormal.sorted())
        let (normalEnds, abnormalEnds) = (Self.ends(of: normals), Self.ends(of: abnormals))
        let bottom = min(normalEnds.low, abnormalEnds.low)
        let top = max(normalEnds.high, abnormalEnds.high)
        // All scores equal: a range around them.
        let margin = top > bottom ? 0 : Swift.max(abs(top) * 0.1, 0.5)
        let (low, high) = (bottom - margin, top + margin)
        let shares = { (sorted: [Double]) in
            var counts = [Int](repeating: 0, count: bins)
            for score in sorted {
                let place = (score - low) / (high - low) * Double(bins)
                counts[Int(Swift.max(0, Swift.min(Double(bins - 1), place)))] += 1
            }
            return counts.map { Double($0) / Double(sorted.count) }
        }
        (normal, abnormal) = (shares(normals), shares(abnormals))
        outside = scores.scores.count { $0 < low || $0 > high }
        (self.low, self.high) = (low, high)
    }

    /// Twice the cube root of the number of images (Rice's rule), within what can be read.
    private static func bins(images: Int) -> Int {
        (8..<60).first { $0 * $0 * $0 >= 8 * images } ?? 60
    }

    /// The extreme scores when 0.5 % are taken away at each end: none of fewer than 200.
    private static func ends(of sorted: [Double]) -> (low: Double, high: Double) {
        let away = sorted.count / 200
        return (sorted[away], sorted[sorted.count - 1 - away])
    }

    var binWidth: Double { (high - low) / Double(normal.count) }

    /// The largest part in any bin.
    var peak: Double { (normal + abnormal).max() ?? 0 }
}
