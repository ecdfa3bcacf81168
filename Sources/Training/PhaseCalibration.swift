internal import Kernels
internal import Networks
internal import Tensors

/// The perceptual distances of a training: the extractor with statistics of its features on training crops, for
/// each resolution at which images are compared. Each is measured once.
struct PhaseCalibration {
    private let configuration: TrainingConfiguration
    private let set: TrainingSet
    private let team: WorkerTeam
    private var known: [Int: [FeatureTap: FeatureStatistics]] = [:]

    private static let batch = 16

    init(_ configuration: TrainingConfiguration, set: TrainingSet, team: WorkerTeam) {
        self.configuration = configuration
        self.set = set
        self.team = team
    }

    /// What a phase compares images with, by resolution; nothing if it compares pixels alone.
    mutating func distances(of phase: TrainingPhase) throws -> [Int: PerceptualDistance] {
        guard phase.loss != .pixelL1 else { return [:] }
        let resolution = phase.stage.resolution
        var distances = [resolution: try distance(phase.stage.taps, at: resolution)]
        if phase.stage.isFade {
            distances[resolution / 2] = try distance(phase.stage.lowerTaps, at: resolution / 2)
        }
        return distances
    }

    private mutating func distance(_ taps: [FeatureTap], at resolution: Int) throws -> PerceptualDistance {
        try PerceptualDistance(
            set.extractor.extractor(taps: taps), statistics: statistics(taps, at: resolution))
    }

    /// Statistics of the features of training crops, drawn as for training but in an order of their own. Each
    /// image counts once at most.
    ///
    /// - Throws: `CancellationError`, or if a layer is silent on all images.
    mutating func statistics(
        _ taps: [FeatureTap], at resolution: Int
    ) throws -> [FeatureTap: FeatureStatistics] {
        if let known = known[resolution] { return known }
        let side = configuration.input.size
        let wanted = min(configuration.extractor.calibrationImages, set.training.count)
        var crops = BatchSampler(
            images: set.training, side: side, batch: Self.batch, augmentation: configuration.augmentation,
            seed: SeededGenerator.hash(configuration.seed, 0x43616C))
        var calibration = FeatureCalibration(
            try set.extractor.extractor(taps: taps), batch: Self.batch, side: resolution,
            channels: set.training.channels, team: team)
        let shrinking = ShrinkingProgram(
            batch: Self.batch, channels: set.training.channels, from: side, to: resolution, team: team)
        for first in stride(from: 0, to: wanted, by: Self.batch) {
            if Task.isCancelled { throw CancellationError() }
            crops.fill(step: first / Self.batch, into: shrinking.input)
            calibration.add(shrinking.run(), count: min(Self.batch, wanted - first))
        }
        let measured = try calibration.statistics(floor: configuration.extractor.deviationFloor)
        known[resolution] = measured
        return measured
    }
}
