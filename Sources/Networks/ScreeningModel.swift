/// A whole model, loaded and checked: immutable, shared by all workers.
public struct ScreeningModel: Sendable {
    public let record: ModelRecord
    public let autoencoder: Autoencoder
    public let distance: PerceptualDistance
    /// What stains are normalized to; nil if the recipe has no stain normalization.
    public let stainTarget: StainTarget?
    public let normalScores: ScoreDistribution

    /// A scorer for one worker.
    public func makeScorer() -> PerceptualScorer {
        PerceptualScorer(autoencoder, distance)
    }
}

/// The stain that normalized tiles have.
public struct StainTarget: Sendable, Hashable {
    /// Two rows of three optical densities (R, G, B): hematoxylin, then eosin, each of unit length.
    public let matrix: [[Float]]
    /// 99th percentiles of the two concentrations.
    public let p99: [Float]

    public init(matrix: [[Float]], p99: [Float]) {
        precondition(matrix.count == 2 && matrix.allSatisfy { $0.count == 3 } && p99.count == 2)
        self.matrix = matrix
        self.p99 = p99
    }
}
