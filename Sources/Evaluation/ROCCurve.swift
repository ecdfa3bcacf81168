internal import Records

/// The receiver operating characteristic: for every threshold, which part of the normal and of the abnormal images
/// has a score that reaches it.
public struct ROCCurve: Sendable, Equatable {
    /// What happens when every image whose score is `threshold` or higher is called abnormal.
    public struct Point: Sendable, Equatable {
        /// Infinite for the first point of a curve, where no image is called abnormal.
        public let threshold: Double
        /// Normal images called abnormal.
        public let falsePositives: Int
        /// Abnormal images called abnormal.
        public let truePositives: Int
        /// Part of the normal images that is called abnormal.
        public let falsePositiveRate: Double
        /// Part of the abnormal images that is called abnormal: the sensitivity.
        public let truePositiveRate: Double
        /// Part of the normal images that is called normal.
        public let specificity: Double
    }

    /// One for each different score, from the highest to the lowest, behind one at (0, 0) with an infinite
    /// threshold.
    public let points: [Point]
    public let normalCount: Int
    public let abnormalCount: Int

    public init(_ scores: LabeledScores) {
        let (normals, abnormals) = (scores.normalCount, scores.abnormalCount)
        func point(_ threshold: Double, _ falsePositives: Int, _ truePositives: Int) -> Point {
            Point(
                threshold: threshold, falsePositives: falsePositives, truePositives: truePositives,
                falsePositiveRate: Double(falsePositives) / Double(normals),
                truePositiveRate: Double(truePositives) / Double(abnormals),
                specificity: Double(normals - falsePositives) / Double(normals))
        }
        var points = [point(.infinity, 0, 0)]
        var (falsePositives, truePositives) = (0, 0)
        for tie in scores.ties.reversed() {
            let abnormalTies = tie.count { scores.isAbnormal[$0] }
            truePositives += abnormalTies
            falsePositives += tie.count - abnormalTies
            points.append(point(scores.scores[tie[tie.startIndex]], falsePositives, truePositives))
        }
        self.points = points
        (normalCount, abnormalCount) = (normals, abnormals)
    }

    /// Area under the curve by trapezoids, which is the chance that an abnormal image scores higher than a normal
    /// one. Exact: twice the area is a whole number of pairs.
    public var area: Double {
        var doubledPairs = 0
        for (a, b) in zip(points, points.dropFirst()) {
            doubledPairs += (b.falsePositives - a.falsePositives) * (a.truePositives + b.truePositives)
        }
        return Double(doubledPairs) / (2 * Double(normalCount) * Double(abnormalCount))
    }

    /// Precision at every threshold, weighted by what the sensitivity gains there: the sum over all thresholds of
    /// (R_k - R_(k-1)) P_k, without interpolation between them.
    public var averagePrecision: Double {
        var sum = 0.0
        for (a, b) in zip(points, points.dropFirst()) {
            let precision = Double(b.truePositives) / Double(b.truePositives + b.falsePositives)
            sum += Double(b.truePositives - a.truePositives) * precision
        }
        return sum / Double(abnormalCount)
    }

    /// The corners of the curve: the points without those on a straight line between their neighbors. It looks the
    /// same and has the same area.
    public var corners: [Point] {
        var kept: [Point] = []
        for (index, point) in points.enumerated() {
            guard let last = kept.last, index + 1 < points.count else {
                kept.append(point)
                continue
            }
            let next = points[index + 1]
            let (x1, y1) = (
                point.falsePositives - last.falsePositives, point.truePositives - last.truePositives
            )
            let (x2, y2) = (
                next.falsePositives - point.falsePositives, next.truePositives - point.truePositives
            )
            if x1 * y2 != x2 * y1 { kept.append(point) }
        }
        return kept
    }

    /// Every point as CSV. The first threshold is empty: it lies above all scores.
    public var table: String {
        points.reduce(into: CSV.line(["threshold", "false_positive_rate", "true_positive_rate"])) {
            text, point in
            let threshold = point.threshold.isFinite ? "\(point.threshold)" : ""
            text += "\(threshold),\(point.falsePositiveRate),\(point.truePositiveRate)\n"
        }
    }
}
