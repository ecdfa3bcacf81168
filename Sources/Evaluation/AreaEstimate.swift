/// A range that covers the true value with a stated chance.
public struct ConfidenceInterval: Sendable, Equatable, Codable {
    public let low: Double
    public let high: Double
    /// 0.95 for a 95 % interval.
    public let confidence: Double

    public init(low: Double, high: Double, confidence: Double) {
        self.low = low
        self.high = high
        self.confidence = confidence
    }
}

/// An area under the ROC curve and how sure it is.
public struct AreaEstimate: Sendable, Equatable, Codable {
    /// Why an interval says less than it should.
    public enum Caveat: String, Sendable, Codable {
        /// No image's standing among the other kind differs from another's: all images are separated, or all scores
        /// are equal. The interval is the area itself, which does not mean that the area is certain.
        case noVariance
        /// A single normal or abnormal image: no spread can be estimated, and there is no interval.
        case singleImage

        public var explanation: String {
            switch self {
            case .noVariance: "the images show no variance, so the interval is a point; it is not certainty"
            case .singleImage: "a single normal or abnormal image, so there is no interval"
            }
        }
    }

    public let area: Double
    public let normalCount: Int
    public let abnormalCount: Int
    /// Nil for ``Caveat/singleImage``.
    public let standardError: Double?
    /// Nil for ``Caveat/singleImage``.
    public let interval: ConfidenceInterval?
    public let caveat: Caveat?
}
