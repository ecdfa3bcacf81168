internal import Networks

extension TrainingConfiguration {
    /// The configuration of `train` without `--config`, for tiles of H&E-stained tissue: the published network
    /// for Camelyon16 on the small built-in extractor, which knows images of 2 µm per pixel, hence the wide crop;
    /// short enough for two cores. The same as `pipelines/configs/tissue.yaml`.
    public static let tissue = TrainingConfiguration(
        unchecked: .dpa, name: "tissue", seed: 1,
        input: Input(tile: 768, tileResolution: 0.25, crop: 512, size: 64, stain: Stain()),
        augmentation: Augmentation(crop: .random, flips: .both),
        network: tissueNetwork.network,
        extractor: Extractor(weights: .builtIn, taps: [FeatureTap(block: 3, convolution: 2)]),
        loss: .perceptual, optimizer: tissueNetwork.optimizer, schedule: tissueNetwork.schedule, holdOut: 0.1)

    /// What of it belongs to the network alone.
    static let tissueNetwork = (
        network: Network(widths: [4], latentChannels: 4, latentResolution: 8),
        optimizer: Optimizer(learningRate: 0.002, batch: 16),
        schedule: Schedule(length: .iterations(4_000), warmup: 200)
    )
}
