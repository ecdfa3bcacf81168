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
    ///
    /// - Parameter mapsAnomalies: whether it also says where an image differs.
    public func makeScorer(mapsAnomalies: Bool = false) -> PerceptualScorer {
        PerceptualScorer(autoencoder, distance, mapsAnomalies: mapsAnomalies)
    }
}
