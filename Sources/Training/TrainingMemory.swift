internal import Networks

/// The greater part of what a training keeps in memory, in bytes, known before any image is read. Caches of
/// features take no more than what is left.
package struct TrainingMemory {
    /// Prepared images, to train on and held out.
    package let images: Int
    /// Values and derivatives of a batch, weights: of the phase that needs most.
    package let program: Int

    /// - Parameters:
    ///   - training: number of images to train on.
    ///   - heldOut: number of images that are held out.
    package init(
        _ configuration: TrainingConfiguration, _ extractor: ExtractorSource, training: Int, heldOut: Int,
        workers: Int
    ) throws {
        let recipe = configuration.input.recipe
        let (images, overflows) = PreparedImages.bytes(of: training, configuration.trainingLayout, recipe)
            .addingReportingOverflow(PreparedImages.bytes(of: heldOut, .scored, recipe))
        self.images = overflows ? .max >> 1 : images
        guard configuration.detector == .dpa else {
            program = try Self.fit(configuration, extractor, images: training, workers: workers)
            return
        }
        program =
            try configuration.phases.map { phase in
                try Self.program(of: phase, configuration, extractor, workers: workers)
            }.max() ?? 0
    }

    /// Of images and program; more than any machine has if it does not fit into a number.
    package var total: Int {
        let (sum, overflows) = images.addingReportingOverflow(program)
        return overflows ? .max : sum
    }

    private static func program(
        of phase: TrainingPhase, _ configuration: TrainingConfiguration, _ extractor: ExtractorSource,
        workers: Int
    ) throws -> Int {
        let (stage, side) = (phase.stage, configuration.input.size)
        var distances: [Int: PerceptualDistance] = [:]
        if phase.loss != .pixelL1 {
            distances[stage.resolution] = try distance(stage.taps, extractor)
            if stage.isFade { distances[stage.resolution / 2] = try distance(stage.lowerTaps, extractor) }
        }
        return StageObjective.byteCount(
            try StageAutoencoder(
                configuration.architecture(), resolution: stage.resolution, isFading: stage.isFade),
            loss: phase.loss, distances: distances, batch: configuration.optimizer.batch, side: side,
            workers: workers)
    }

    /// Of a detector of pooled features: its samples, the matrices of a Gaussian, and a reader for each worker, whose
    /// feature maps are at most as large as four of the first layer.
    private static func fit(
        _ configuration: TrainingConfiguration, _ source: ExtractorSource, images: Int, workers: Int
    ) throws -> Int {
        let extractor = try source.extractor(taps: configuration.extractor.taps)
        let pooling = configuration.detector.pooling ?? .means
        let dimension = PooledFeatures(extractor, pooling: pooling).dimension
        let samples = images * configuration.fit.views * dimension
        let first = configuration.input.size * configuration.input.size * 64
        return 16 * samples + 4 * 8 * dimension * dimension + workers * 4 * 4 * first
    }

    /// With statistics that stand for those that are measured later.
    private static func distance(
        _ taps: [FeatureTap], _ source: ExtractorSource
    ) throws -> PerceptualDistance {
        let extractor = try source.extractor(taps: taps)
        let statistics = try taps.map { tap in
            let ones = [Float](repeating: 1, count: extractor.channels(at: tap))
            return (tap, try FeatureStatistics(mean: ones, deviation: ones))
        }
        return try PerceptualDistance(
            extractor, statistics: Dictionary(statistics, uniquingKeysWith: { first, _ in first }))
    }
}

extension TrainingConfiguration {
    /// What the images that are trained on are prepared for.
    package var trainingLayout: PreparedImages.Layout {
        augmentation.crop == .random && (detector == .dpa || fit.views > 1)
            ? .field(side: fieldSide) : .scored
    }
}

/// A training that does not fit into the memory that it may take.
public struct TrainingTooLarge: Error, Equatable, CustomStringConvertible {
    /// Bytes of prepared images.
    public let images: Int
    /// Bytes of the network at work on a batch.
    public let program: Int
    /// Bytes allowed.
    public let limit: Int

    package init(images: Int, program: Int, limit: Int) {
        self.images = images
        self.program = program
        self.limit = limit
    }

    public var description: String {
        let (sum, overflows) = images.addingReportingOverflow(program)
        return "the training takes \(Self.mebibytes(overflows ? .max : sum)) of memory "
            + "(\(Self.mebibytes(images)) for images, \(Self.mebibytes(program)) for the network at work on a "
            + "batch), more than the limit of \(Self.mebibytes(limit)): use fewer images, a smaller tile or "
            + "optimizer.batch, or a higher limit (--memory)"
    }

    private static func mebibytes(_ bytes: Int) -> String {
        "\(bytes >> 20 + (bytes & 0xFFFFF == 0 ? 0 : 1)) MiB"
    }
}
