public import Staining

/// A whole model, loaded and checked: immutable, shared by all workers.
public struct ScreeningModel: Sendable {
    public let record: ModelRecord
    public let detector: Detector
    /// What stains are normalized to; nil if the recipe has no stain normalization.
    public let stainTarget: StainTarget?
    public let normalScores: ScoreDistribution

    /// A scorer for one worker.
    ///
    /// - Parameter mapsAnomalies: whether it also says where an image is unusual, if the detector can.
    public func makeScorer(mapsAnomalies: Bool = false) -> any AnomalyScorer {
        detector.makeScorer(
            side: record.recipe.input, channels: record.recipe.color.channels, mapsAnomalies: mapsAnomalies)
    }
}
