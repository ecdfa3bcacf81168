public import Staining

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
