public import Outliers

/// The method by which a model finds what is unusual, by its name in configurations and model files.
public enum DetectorKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// Deep Perceptual Autoencoder (Shvetsova et al. 2021).
    case dpa
    /// Mahalanobis distance of pooled features from those of normal images.
    case gaussian
    /// Deep IF, a baseline of the same paper: an isolation forest on pooled features.
    case deepIF = "deep-if"

    /// How pooled features are made; nil for detectors that use none.
    public var pooling: PooledFeatures.Pooling? {
        switch self {
        case .dpa: nil
        case .gaussian: .meansAndDeviations
        case .deepIF: .means
        }
    }
}

/// What a model finds unusual with: immutable, shared by all workers.
public enum Detector: Sendable {
    case dpa(Reconstruction)
    case gaussian(PooledFeatures, MahalanobisDistance)
    case isolationForest(PooledFeatures, IsolationForest)

    public var kind: DetectorKind {
        switch self {
        case .dpa: .dpa
        case .gaussian: .gaussian
        case .isolationForest: .deepIF
        }
    }

    /// Whether it says where in a crop something is unusual.
    public var mapsAnomalies: Bool {
        if case .dpa = self { true } else { false }
    }

    /// A scorer for one worker.
    ///
    /// - Parameters:
    ///   - side: of the crops in pixels.
    ///   - channels: of the crops, 3 or 1.
    ///   - mapsAnomalies: whether it also says where a crop is unusual, if the detector can.
    public func makeScorer(side: Int, channels: Int, mapsAnomalies: Bool = false) -> any AnomalyScorer {
        switch self {
        case .dpa(let reconstruction):
            PerceptualScorer(reconstruction, mapsAnomalies: mapsAnomalies)
        case .gaussian(let features, let distance):
            PooledScorer(features, side: side, channels: channels) { distance($0) }
        case .isolationForest(let features, let forest):
            PooledScorer(features, side: side, channels: channels) { forest.score($0) }
        }
    }
}

/// Scores crops by their pooled features.
final class PooledScorer: AnomalyScorer {
    private let reader: PooledFeatureReader
    private let rule: (UnsafeBufferPointer<Float>) -> Float

    init(
        _ features: PooledFeatures, side: Int, channels: Int,
        rule: @escaping (UnsafeBufferPointer<Float>) -> Float
    ) {
        reader = PooledFeatureReader(features, side: side, channels: channels)
        self.rule = rule
    }

    var input: CropInput { reader.input }
    var anomalyMap: [Float]? { nil }

    func scoreInput() throws(ScoringError) -> Float {
        let score = reader.read().withUnsafeBufferPointer(rule)
        guard score.isFinite else { throw .notFinite }
        return score
    }
}
