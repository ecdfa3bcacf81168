internal import Networks

extension TrainingConfiguration {
    /// The configuration with which a slide's own cells are learned, so that the slide is compared with itself.
    ///
    /// The network and loss are those of ``tissue``; the field of view is that of the built-in model, whose
    /// extractor was made for 2 µm per pixel (128 µm on 64 pixels). Short: the majority of one slide is less to
    /// learn than the tissue of many, and somebody is waiting.
    ///
    /// - Parameters:
    ///   - iterations: updates behind the warm-up, at least 1.
    ///   - warmup: updates on pixels alone.
    ///   - seed: only its lower 63 bits count, since model files hold no larger numbers.
    public static func ownSlide(
        iterations: Int, warmup: Int, learningRate: Double, batch: Int, seed: UInt64
    ) -> TrainingConfiguration {
        TrainingConfiguration(
            unchecked: .dpa, name: "self", seed: seed & UInt64(Int64.max),
            input: Input(tile: 768, tileResolution: 0.25, crop: 512, size: 64, stain: Stain()),
            augmentation: Augmentation(crop: .random, flips: .both),
            network: Network(widths: [4], latentChannels: 4, latentResolution: 8),
            extractor: Extractor(weights: .builtIn, taps: [FeatureTap(block: 3, convolution: 2)]),
            loss: .perceptual, optimizer: Optimizer(learningRate: learningRate, batch: batch),
            schedule: Schedule(length: .iterations(iterations), warmup: warmup), holdOut: 0.125)
    }
}
