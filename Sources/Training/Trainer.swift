internal import Foundation
internal import Kernels
internal import Networks
public import Tensors

/// Trains one model: the phases of a configuration on a set of images, update after update.
///
/// The result depends on configuration, images and extractor alone: not on the number of workers, nor on where
/// a training was interrupted and resumed.
public final class Trainer {
    public let configuration: TrainingConfiguration
    private let set: TrainingSet
    private let team: WorkerTeam
    private let checkpoint: TrainingCheckpoint?
    private let phases: [TrainingPhase]
    private let architecture: AutoencoderArchitecture
    private var statistics: [Int: PerceptualDistance] = [:]
    private var sampler: BatchSampler
    private var state: TrainingState

    /// A loss above this is taken for divergence.
    private static let lossLimit: Float = 1e6

    /// Calibrates the extractor, and takes up an earlier training if there is one.
    ///
    /// - Parameter checkpoint: path of the file from which an interrupted training goes on, and to which this
    ///   one saves; nil to do neither.
    public init(
        _ configuration: TrainingConfiguration, set: TrainingSet, checkpoint path: String?, team: WorkerTeam
    ) throws {
        self.configuration = configuration
        self.set = set
        self.team = team
        phases = configuration.phases
        architecture = try configuration.architecture()
        checkpoint = try path.map {
            TrainingCheckpoint(path: $0, fingerprint: try Self.fingerprint(configuration, set))
        }
        sampler = BatchSampler(
            images: set.training, side: configuration.input.size, batch: configuration.optimizer.batch,
            augmentation: configuration.augmentation, seed: configuration.seed)
        state = TrainingState(weights: [:])
        if let saved = try checkpoint?.load() {
            state = saved
        } else {
            state.weights = try freshWeights(of: phases[0])
        }
    }

    /// Updates made so far, and at most.
    public var progress: (done: Int, total: Int) { (state.step, configuration.iterationLimit) }
    /// What was measured so far.
    public var log: LossLog { state.log }

    /// Trains to the end, or until the task is cancelled.
    ///
    /// - Parameters:
    ///   - interval: time between checkpoints.
    ///   - progress: called after every update.
    /// - Throws: ``TrainingError``; `CancellationError` after saving a checkpoint.
    public func run(
        checkpointEvery interval: Duration = .seconds(60), progress: (TrainingProgress) -> Void = { _ in }
    ) throws -> TrainedNetwork {
        var saving = SaveTimer(interval: interval)
        while state.phase < phases.count {
            try run(phases[state.phase], &saving, progress)
            try enterNextPhase()
        }
        try checkpoint?.save(state)
        let statistics = try calibrated(configuration.extractor.taps, at: configuration.input.size)
        return TrainedNetwork(
            architecture: architecture, weights: state.weights, statistics: statistics, log: state.log)
    }

    /// Forgets the checkpoint: the model is written.
    public func removeCheckpoint() {
        if let checkpoint { try? FileManager.default.removeItem(atPath: checkpoint.path) }
    }

    private func run(
        _ phase: TrainingPhase, _ saving: inout SaveTimer, _ progress: (TrainingProgress) -> Void
    ) throws {
        let caches = try FeatureCache.suits(configuration, phase, set)
        let features = caches ? try cache(set.training, count: set.training.count, phase) : nil
        let objective = try objective(of: phase, takesFeatures: caches)
        objective.tensors = state.weights
        let optimizer = objective.makeOptimizer(learningRate: configuration.optimizer.learningRate)
        if !state.moments.isEmpty { try optimizer.restore(state.moments, updates: state.update) }
        let heldOut = try HeldOutLoss(set.heldOut, side: configuration.input.size) { count in
            caches ? try cache(set.heldOut, count: count, phase) : nil
        }
        while state.update < phase.iterations, !isExhausted {
            if Task.isCancelled {
                try save(objective, optimizer)
                throw CancellationError()
            }
            let loss = try update(phase, objective, optimizer, features)
            let heldOutLoss = isCheckDue ? heldOut.mean(objective) : nil
            note(phase, loss, heldOutLoss, progress)
            if let heldOutLoss, phase.stopsEarly { judge(heldOutLoss, objective) }
            if saving.isDue() { try save(objective, optimizer) }
        }
        state.weights = objective.tensors
    }

    /// The held-out images are looked at in the last phase: before, the network is not yet what it will be.
    private var isCheckDue: Bool {
        state.phase == phases.count - 1 && state.update % configuration.checkInterval == 0
    }

    private func note(
        _ phase: TrainingPhase, _ loss: Float, _ heldOutLoss: Float?, _ progress: (TrainingProgress) -> Void
    ) {
        let alpha = Double(phase.alpha(update: state.update - 1))
        state.log.append(
            LossLog.Row(
                step: state.step, stage: phase.name, alpha: alpha, loss: loss, heldOutLoss: heldOutLoss))
        progress(
            TrainingProgress(
                step: state.step, total: configuration.iterationLimit, phase: phase.name, loss: loss,
                heldOutLoss: heldOutLoss))
    }

    private func enterNextPhase() throws(WeightError) {
        let finished = phases[state.phase]
        if !state.bestWeights.isEmpty { state.weights = state.bestWeights }
        state.phase += 1
        (state.update, state.moments, state.bestWeights) = (0, [:], [:])
        state.stopping = EarlyStoppingState()
        if state.phase < phases.count {
            state.weights = try weights(entering: phases[state.phase], from: finished)
        }
    }

    private func update(
        _ phase: TrainingPhase, _ objective: StageObjective, _ optimizer: AdamOptimizer,
        _ features: FeatureCache?
    ) throws(TrainingError) -> Float {
        guard let images = objective.images.baseAddress else { preconditionFailure("no memory for images") }
        sampler.fill(step: state.step, into: images)
        if let features {
            for slot in 0..<sampler.batch {
                features.copy(sampler.imageIndex(step: state.step, slot: slot), to: slot, of: objective)
            }
        }
        objective.setAlpha(phase.alpha(update: state.update))
        let loss = objective.run()
        guard loss.isFinite, loss < Self.lossLimit else { throw .diverged(step: state.step, loss: loss) }
        optimizer.update()
        state.update += 1
        state.step += 1
        return loss
    }

    /// Keeps the weights if the held-out images gained.
    private func judge(_ loss: Float, _ objective: StageObjective) {
        guard case .earlyStopping(let rule) = configuration.schedule.length else { return }
        if state.stopping.isGain(loss, minimum: rule.minimumGain) { state.bestWeights = objective.tensors }
    }

    /// Whether the held-out images have gained nothing for so long that training ends.
    private var isExhausted: Bool {
        guard case .earlyStopping(let rule) = configuration.schedule.length else { return false }
        return state.stopping.checksWithoutGain >= rule.patience
    }

    private func save(_ objective: StageObjective, _ optimizer: AdamOptimizer) throws {
        guard let checkpoint else { return }
        state.weights = objective.tensors
        state.moments = optimizer.state
        try checkpoint.save(state)
    }
}

/// Says when the next checkpoint is due.
private struct SaveTimer {
    let interval: Duration
    private var last = ContinuousClock.now

    init(interval: Duration) {
        self.interval = interval
    }

    mutating func isDue() -> Bool {
        let now = ContinuousClock.now
        guard now - last >= interval else { return false }
        last = now
        return true
    }
}

/// Networks, distances and weights of the phases.
extension Trainer {
    private func cache(
        _ images: PreparedImages, count: Int, _ phase: TrainingPhase
    ) throws -> FeatureCache {
        FeatureCache(
            images, count: count, extractor: try set.extractor.extractor(taps: phase.stage.taps),
            side: configuration.input.size, batch: configuration.optimizer.batch, team: team)
    }

    private func objective(of phase: TrainingPhase, takesFeatures: Bool) throws -> StageObjective {
        var distances: [Int: PerceptualDistance] = [:]
        if phase.loss != .pixelL1 {
            let resolution = phase.stage.resolution
            distances[resolution] = try distance(phase.stage.taps, at: resolution)
            if phase.stage.isFade {
                distances[resolution / 2] = try distance(phase.stage.lowerTaps, at: resolution / 2)
            }
        }
        return StageObjective(
            try network(of: phase), loss: phase.loss, distances: distances,
            batch: configuration.optimizer.batch, side: configuration.input.size,
            takesFeatures: takesFeatures, team: team)
    }

    private func network(of phase: TrainingPhase) throws(WeightError) -> StageAutoencoder {
        try StageAutoencoder(architecture, resolution: phase.stage.resolution, isFading: phase.stage.isFade)
    }

    private func freshWeights(of phase: TrainingPhase) throws(WeightError) -> NamedTensors {
        InitialWeights.tensors(try network(of: phase).parameters, seed: configuration.seed)
    }

    /// The weights with which a phase begins: the same network goes on, another resolution grows from it.
    private func weights(
        entering phase: TrainingPhase, from previous: TrainingPhase
    ) throws(WeightError) -> NamedTensors {
        if phase.stage == previous.stage { return state.weights }
        return try network(of: phase).tensors(following: state.weights, fresh: freshWeights(of: phase))
    }

    private func distance(_ taps: [FeatureTap], at resolution: Int) throws -> PerceptualDistance {
        if let known = statistics[resolution] { return known }
        let made = try PerceptualDistance(
            try set.extractor.extractor(taps: taps), statistics: calibrated(taps, at: resolution))
        statistics[resolution] = made
        return made
    }

    /// Statistics of the features of training crops, drawn as for training but in an order of their own.
    private func calibrated(
        _ taps: [FeatureTap], at resolution: Int
    ) throws -> [FeatureTap: FeatureStatistics] {
        let (side, batch) = (configuration.input.size, 16)
        let wanted = min(configuration.extractor.calibrationImages, set.training.count)
        var crops = BatchSampler(
            images: set.training, side: side, batch: batch, augmentation: configuration.augmentation,
            seed: SeededGenerator.hash(configuration.seed, 0x43616C))
        var calibration = FeatureCalibration(
            try set.extractor.extractor(taps: taps), batch: batch, side: resolution,
            channels: set.training.channels, team: team)
        let shrinking = ShrinkingProgram(
            batch: batch, channels: set.training.channels, from: side, to: resolution, team: team)
        for step in 0..<max(1, wanted / batch) {
            crops.fill(step: step, into: shrinking.input)
            calibration.add(shrinking.run())
        }
        return try calibration.statistics(floor: configuration.extractor.deviationFloor)
    }

    /// Names everything that decides the result.
    private static func fingerprint(_ configuration: TrainingConfiguration, _ set: TrainingSet) throws -> String {
        try TrainingFingerprint(configuration, set).sha256
    }
}
