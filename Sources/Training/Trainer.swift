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
    private let featureCacheLimit: Int
    private let phases: [TrainingPhase]
    private let architecture: AutoencoderArchitecture
    private var calibration: PhaseCalibration
    private var state: TrainingState

    /// A loss above this is taken for divergence.
    private static let lossLimit: Float = 1e6

    /// Takes up an earlier training if there is one.
    ///
    /// - Parameters:
    ///   - path: of the file from which an interrupted training goes on, and to which this one saves; nil to do
    ///     neither.
    ///   - resumes: whether an interrupted training goes on; else it is overwritten by the first checkpoint.
    ///   - featureCacheLimit: bytes for features of images that are always seen alike. The result does not
    ///     depend on it.
    /// - Throws: ``CheckpointError``, and errors of the network's shape.
    public init(
        _ configuration: TrainingConfiguration, set: TrainingSet, checkpoint path: String?,
        resumes: Bool = true, featureCacheLimit: Int = 1 << 30, team: WorkerTeam
    ) throws {
        self.configuration = configuration
        self.set = set
        self.team = team
        self.featureCacheLimit = featureCacheLimit
        phases = configuration.phases
        architecture = try configuration.architecture()
        calibration = PhaseCalibration(configuration, set: set, team: team)
        checkpoint = try path.map {
            TrainingCheckpoint(path: $0, fingerprint: try TrainingFingerprint(configuration, set).sha256)
        }
        state = TrainingState(weights: [:])
        if resumes, let saved = try checkpoint?.load() {
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
    ///   - saved: called after each checkpoint.
    ///   - progress: called after every update.
    /// - Throws: ``TrainingError``; `CancellationError` after saving a checkpoint; errors of `saved` and of files.
    public func run(
        checkpointEvery interval: Duration = .seconds(60), saved: (LossLog) throws -> Void = { _ in },
        progress: (TrainingProgress) -> Void = { _ in }
    ) throws -> TrainedNetwork {
        var timer = SaveTimer(interval: interval)
        do {
            while state.phase < phases.count {
                try run(phases[state.phase], &timer, saved, progress)
                try enterNextPhase()
            }
        } catch is CancellationError {
            try save(saved)
            throw CancellationError()
        }
        try save(saved)
        return TrainedNetwork(
            architecture: architecture, weights: state.weights,
            statistics: try calibration.statistics(
                configuration.extractor.taps, at: configuration.input.size),
            log: state.log, heldOutLoss: configuration.keptHeldOutLoss(state.log))
    }

    private func save(_ saved: (LossLog) throws -> Void) throws {
        guard let checkpoint else { return }
        try checkpoint.save(state)
        try saved(state.log)
    }

    private func run(
        _ phase: TrainingPhase, _ timer: inout SaveTimer, _ saved: (LossLog) throws -> Void,
        _ progress: (TrainingProgress) -> Void
    ) throws {
        let desk = try makeDesk(phase)
        while state.update < phase.iterations, !isExhausted {
            if Task.isCancelled {
                desk.note(in: &state)
                throw CancellationError()
            }
            let loss = try update(phase, desk)
            let heldOutLoss = isCheckDue(phase) ? desk.heldOut.mean(desk.objective) : nil
            note(phase, loss, heldOutLoss, progress)
            if let heldOutLoss, phase.stopsEarly { judge(heldOutLoss, desk.objective) }
            if timer.isDue() {
                desk.note(in: &state)
                try save(saved)
            }
        }
        state.weights = desk.objective.tensors
        guard state.weights.values.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) else {
            throw TrainingError.diverged(step: state.step, loss: .nan)
        }
    }

    /// The held-out images are looked at in the last phase, and when it ends: before, the network is not yet
    /// what it will be.
    private func isCheckDue(_ phase: TrainingPhase) -> Bool {
        state.phase == phases.count - 1
            && (state.update % configuration.checkInterval == 0 || state.update == phase.iterations)
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
                step: state.step, total: configuration.iterationLimit, mayEndEarlier: phase.stopsEarly,
                phase: phase.name, loss: loss, heldOutLoss: heldOutLoss))
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

    private func update(_ phase: TrainingPhase, _ desk: TrainingDesk) throws(TrainingError) -> Float {
        desk.loader.load(step: state.step)
        desk.objective.setAlpha(phase.alpha(update: state.update))
        let loss = desk.objective.run()
        guard loss.isFinite, loss < Self.lossLimit else { throw .diverged(step: state.step, loss: loss) }
        desk.optimizer.update()
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
}

/// Networks, memory and weights of the phases.
extension Trainer {
    /// Sets up what a phase works with, at the present state.
    private func makeDesk(_ phase: TrainingPhase) throws -> TrainingDesk {
        let caches = try FeatureCache.suits(configuration, phase, set, limit: featureCacheLimit)
        let objective = StageObjective(
            try network(of: phase), loss: phase.loss, distances: try calibration.distances(of: phase),
            batch: configuration.optimizer.batch, side: configuration.input.size, takesFeatures: caches,
            team: team)
        objective.tensors = state.weights
        let optimizer = objective.makeOptimizer(learningRate: configuration.optimizer.learningRate)
        if !state.moments.isEmpty { try optimizer.restore(state.moments, updates: state.update) }
        let sampler = BatchSampler(
            images: set.training, side: configuration.input.size, batch: configuration.optimizer.batch,
            augmentation: configuration.augmentation, seed: configuration.seed)
        let features = caches ? try cache(set.training, count: set.training.count, phase) : nil
        return TrainingDesk(
            objective: objective, optimizer: optimizer,
            loader: BatchLoader(sampler, into: objective, features: features, team: team),
            heldOut: try HeldOutLoss(set.heldOut, side: configuration.input.size) { count in
                caches ? try cache(set.heldOut, count: count, phase) : nil
            })
    }

    private func cache(
        _ images: PreparedImages, count: Int, _ phase: TrainingPhase
    ) throws -> FeatureCache {
        try FeatureCache(
            images, count: count, extractor: set.extractor.extractor(taps: phase.stage.taps),
            side: configuration.input.size, batch: configuration.optimizer.batch, team: team)
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
}

/// What a phase works with.
private struct TrainingDesk {
    let objective: StageObjective
    let optimizer: AdamOptimizer
    let loader: BatchLoader
    let heldOut: HeldOutLoss

    /// Writes weights and moments down, so that the state can be saved.
    func note(in state: inout TrainingState) {
        state.weights = objective.tensors
        state.moments = optimizer.state
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
