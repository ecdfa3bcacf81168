public import Pixels

/// Scores crops, whatever the detector: the higher, the more unusual.
///
/// Owned by ONE worker: it holds the scratch memory, allocated once, so that scoring allocates next to nothing. Weights
/// are shared by all scorers. One crop is one fixed sequence of operations (batch 1), so its score depends neither on
/// the number of workers nor on what was scored before.
public protocol AnomalyScorer: AnyObject {
    /// Where the next crop goes.
    var input: CropInput { get }

    /// The score of the crop in ``input``.
    func scoreInput() throws(ScoringError) -> Float

    /// Where the last crop is unusual, one value per pixel, row by row; nil unless asked for when the scorer was
    /// made, and for detectors that judge a crop as a whole.
    var anomalyMap: [Float]? { get }
}

extension AnomalyScorer {
    /// Side in pixels of the crops that are scored.
    public var side: Int { input.side }

    /// The score of a crop that has the model's size. Grey models take its luma.
    public func score(_ crop: RGBImage) throws(ScoringError) -> Float {
        try input.write(crop)
        return try scoreInput()
    }

    /// The score of a grey crop; an RGB model takes it repeated to three channels.
    public func score(_ crop: Plane<UInt8>) throws(ScoringError) -> Float {
        try input.write(crop)
        return try scoreInput()
    }

    /// The score of an image given as floats in [-1, 1], NHWC, with the model's size and channels.
    public func score(_ values: [Float]) throws(ScoringError) -> Float {
        input.write(values)
        return try scoreInput()
    }
}
