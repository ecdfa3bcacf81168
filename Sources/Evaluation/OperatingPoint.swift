/// What a threshold achieves that spares a wanted part of the normal images.
public struct OperatingPoint: Sendable, Equatable, Codable {
    /// The specificity that was asked for: at least this part of the normal images is called normal.
    public let wantedSpecificity: Double
    /// The highest sensitivity that any threshold of that specificity has.
    public let sensitivity: Double
    /// What the threshold really has; at least what was asked for.
    public let specificity: Double
    /// Images with this score or a higher one are called abnormal; nil if every threshold of that specificity misses
    /// all abnormal images, so that calling none abnormal is as good.
    public let threshold: Double?

    /// The specificities that are reported when nobody asks for others.
    public static let usualSpecificities = [0.9, 0.95, 0.99]
}

extension ROCCurve {
    /// The highest sensitivity over all thresholds whose specificity is at least `specificity`; of several such
    /// thresholds the highest, which has the best specificity.
    ///
    /// - Parameter specificity: 0 to 1.
    public func operatingPoint(specificity: Double) -> OperatingPoint {
        precondition((0...1).contains(specificity), "a specificity of \(specificity)")
        var best = points[0]
        for point in points where point.specificity >= specificity {
            if point.truePositives > best.truePositives { best = point }
        }
        return OperatingPoint(
            wantedSpecificity: specificity, sensitivity: best.truePositiveRate,
            specificity: best.specificity, threshold: best.threshold.isFinite ? best.threshold : nil)
    }
}
