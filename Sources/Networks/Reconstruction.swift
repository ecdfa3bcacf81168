public import Tensors

/// A detector of type DPA: what the autoencoder cannot reconstruct is unusual (Shvetsova et al. 2021).
public struct Reconstruction: Sendable {
    public let autoencoder: Autoencoder
    /// Nil if pixels alone are compared.
    public let distance: PerceptualDistance?
    public let loss: ReconstructionLoss

    /// - Throws: if the loss compares features and no distance is given.
    public init(
        _ autoencoder: Autoencoder, distance: PerceptualDistance?, loss: ReconstructionLoss = .perceptual
    ) throws(WeightError) {
        guard distance != nil || !loss.isPerceptual else { throw .missing(tensor: "feature.mean") }
        self.autoencoder = autoencoder
        self.distance = loss.isPerceptual ? distance : nil
        self.loss = loss
    }

    /// Compared by features alone, as published.
    public init(_ autoencoder: Autoencoder, _ distance: PerceptualDistance) {
        self.autoencoder = autoencoder
        self.distance = distance
        loss = .perceptual
    }
}

extension ReconstructionLoss {
    /// Mean |y - x| of each image, [n].
    public static func pixelL1(_ x: Value, _ y: Value) -> Value {
        (y - x).absolute.mean(over: [1, 2, 3]).reshaped(to: [x.shape[0]])
    }

    /// Mean |y - x| over the channels, [n, R, R, 1].
    static func pixelL1Map(_ x: Value, _ y: Value) -> Value { (y - x).absolute.mean(over: [3]) }
}
