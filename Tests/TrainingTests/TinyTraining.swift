import Foundation
import ImageFiles
import Kernels
import Networks
import Pixels
import Tensors
import TestSupport
import Training

/// Trainings that take a fraction of a second: 16 px, four channels, a dozen updates.
enum TinyTraining: String, CaseIterable, Sendable {
    case plain
    case warmup
    case growing
    case earlyStopping
    /// Images are always seen alike, so that their features are computed once.
    case still
    case pixels
    /// The mixture of the two.
    case mixture

    private var schedule: String {
        switch self {
        case .plain, .still, .pixels, .mixture: "{iterations: 9}"
        case .warmup: "{iterations: 6, warmup: 4}"
        case .growing:
            "{iterations: 4, growing: {start: 8, iterations_per_stage: 3, taps: {8: [r12], 16: [r22]}}}"
        case .earlyStopping:
            "{early_stopping: {check_every: 2, patience: 2, minimum_gain: 0.02, limit: 14}, warmup: 2}"
        }
    }

    private var loss: String {
        switch self {
        case .pixels: "pixel_l1"
        case .mixture: "{kind: mixture, pixel_weight: 0.3}"
        case .plain, .warmup, .growing, .earlyStopping, .still: "perceptual"
        }
    }

    /// The configuration as YAML.
    func yaml(seed: Int = 3, schedule: String? = nil, rate: Double = 0.01, batch: Int = 4) -> String {
        """
        name: \(rawValue)
        seed: \(seed)
        input: {color: rgb, tile: 20, crop: 16, size: 16}
        augmentation: \(self == .still ? "{crop: center, flips: none}" : "{crop: random, flips: both}")
        network: {widths: 4, latent_channels: 4, latent_resolution: 4}
        extractor: {weights: built-in, taps: [r22], deviation_floor: 0.1, calibration_images: 40}
        loss: \(loss)
        optimizer: {learning_rate: \(rate), batch: \(batch)}
        schedule: \(schedule ?? self.schedule)
        hold_out: 0.2
        """
    }

    func configuration(seed: Int = 3) throws -> TrainingConfiguration {
        try TrainingConfiguration(yaml: yaml(seed: seed))
    }

    /// Textures in memory.
    static func set(training: Int = 19, heldOut: Int = 5, side: Int = 20) throws -> TrainingSet {
        func images(_ count: Int, _ side: Int, _ seed: UInt64) -> PreparedImages {
            PreparedImages(
                side: side, channels: 3, names: (0..<count).map { "\($0).png" },
                pixels: (0..<count).flatMap { texture(side: side, seed: seed + UInt64($0)).pixels })
        }
        return TrainingSet(
            training: images(training, side, 100), heldOut: images(heldOut, 16, 500),
            extractor: try ExtractorSource.load(.builtIn, file: nil), stainTarget: nil,
            description: "textures", licence: "CC0")
    }

    func set() throws -> TrainingSet { try Self.set(side: self == .still ? 16 : 20) }

    /// What a training makes, but for what follows from it.
    struct Result: Equatable, Sendable {
        let model: [UInt8]
        let table: String
    }

    static func result(
        of network: TrainedNetwork, _ configuration: TrainingConfiguration, _ set: TrainingSet
    ) throws -> Result {
        let model = try ModelAssembly(configuration, set: set, codeVersion: "test").file(network, name: "m")
        return Result(model: model.bytes, table: network.log.csv)
    }

    /// Trains in one go, without files.
    static func train(
        _ configuration: TrainingConfiguration, _ set: TrainingSet, workers: Int = 1,
        featureCacheLimit: Int = 1 << 30
    ) throws -> TrainedNetwork {
        try Trainer(
            configuration, set: set, checkpoint: nil, featureCacheLimit: featureCacheLimit,
            team: WorkerTeam(count: workers)
        ).run()
    }

    func result(seed: Int = 3, workers: Int = 1, featureCacheLimit: Int = 1 << 30) throws -> Result {
        let (configuration, set) = (try configuration(seed: seed), try set())
        let network = try Self.train(
            configuration, set, workers: workers, featureCacheLimit: featureCacheLimit)
        return try Self.result(of: network, configuration, set)
    }

    /// Trains with a checkpoint, is cancelled whenever `isCancelled` says so of the update just made, and goes
    /// on.
    ///
    /// - Returns: the result and the number of interruptions.
    func resumedResult(
        checkpoint: String, cancelledAfter isCancelled: @escaping @Sendable (Int) -> Bool
    ) async throws -> (result: Result, interruptions: Int) {
        let (configuration, set) = (try configuration(), try set())
        for interruptions in 0..<100 {
            let part = Task { () throws -> Result in
                let trainer = try Trainer(
                    configuration, set: set, checkpoint: checkpoint, team: WorkerTeam(count: 1))
                let first = trainer.progress.done
                let cancel = { (progress: TrainingProgress) in
                    guard progress.step > first, isCancelled(progress.step) else { return }
                    withUnsafeCurrentTask { $0?.cancel() }
                }
                let network = try trainer.run(checkpointEvery: .seconds(1_000), progress: cancel)
                return try Self.result(of: network, configuration, set)
            }
            do {
                return (try await part.value, interruptions)
            } catch is CancellationError {
                continue
            }
        }
        throw CancellationError()
    }
}

/// A smooth random pattern in two colors, which a small network can learn something about.
func texture(side: Int, seed: UInt64) -> RGBImage {
    var random = SeededGenerator(seed: seed)
    let waves = (0..<4).map { _ in
        (x: 3 * random.nextUnit() - 1.5, y: 3 * random.nextUnit() - 1.5, phase: 6 * random.nextUnit())
    }
    var bytes: [UInt8] = []
    for y in 0..<side {
        for x in 0..<side {
            let sum = waves.reduce(0) { $0 + sin($1.x * Double(x) + $1.y * Double(y) + $1.phase) } / 4
            for (mean, range) in [(190.0, 50.0), (120, 90), (170, 60)] {
                bytes.append(UInt8(max(0, min(255, mean + range * sum + 6 * random.nextUnit()))))
            }
        }
    }
    return RGBImage(width: side, height: side, pixels: bytes)
}
