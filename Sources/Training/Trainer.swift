public import Kernels
internal import Networks
public import Tensors

/// Trains one model: the phases of a configuration on a set of images, update after update.
///
/// The result depends on configuration, images, extractor, version of the program and kind of processor: not on
/// the number of workers, nor on where a training was interrupted and resumed.
public final class Trainer {
    public let configuration: TrainingConfiguration
    let set: TrainingSet
    let team: WorkerTeam
    private let checkpoint: TrainingCheckpoint?
    let featureCacheLimit: Int
    private let phases: [TrainingPhase]
    let architecture: AutoencoderArchitecture
    var calibration: PhaseCalibration
    var state: TrainingState
    /// The kernels of the checkpoint that is taken up, if they are not those that this processor would choose:
    /// they run from then on.
    public let switchedKernels: KernelPath?

    /// A loss above this is taken for divergence.
    private static let lossLimit: Float = 1e6

    /// Takes up an earlier training if there is one.
    ///
    /// - Parameters:
    ///   - path: of the file from which an interrupted training goes on, and to which this one saves; nil to do
    ///     neither.
    ///   - resumes: whether an interrupted training goes on; else it is overwritten by the first checkpoint.
    ///   - codeVersion: of the program; a checkpoint of another one is not taken up.
    ///   - featureCacheLimit: bytes for features of images that are always seen alike. The result does not
    ///     depend on it.
    ///   - switchKernels: makes these kernels run, if the processor can, for a checkpoint that was made with
    ///     them; in the whole process, unless given.
    /// - Throws: ``CheckpointError``, and errors of the network's shape.
    public init(
        _ configuration: TrainingConfiguration, set: TrainingSet, checkpoint path: String?,
        resumes: Bool = true, codeVersion: String = "", featureCacheLimit: Int = 1 << 30, team: WorkerTeam,
        switchKernels: (KernelPath) -> Bool = { $0.force() }
    ) throws {
        self.configuration = configuration
        self.set = set
        self.team = team
        self.featureCacheLimit = featureCacheLimit
        phases = configuration.phases
        architecture = try configuration.architecture()
        calibration = PhaseCalibration(configuration, set: set, team: team)
        checkpoint = try path.map {
            TrainingCheckpoint(
                path: $0, configuration: configuration,
                fingerprint: try TrainingFingerprint(configuration, set, codeVersion: codeVersion).sha256)
        }
        if resumes, let checkpoint, let saved = try checkpoint.load() {
            switchedKernels = try Self.takeUp(saved.processor, of: checkpoint, switchKernels)
            state = saved.state
        } else {
            switchedKernels = nil
            state = TrainingState(weights: [:])
            state.weights = try freshWeights(of: phases[0])
        }
    }

    /// Goes on with the kernels of the checkpoint, so that the result is that of an uninterrupted training to the
    /// last digit.
    ///
    /// - Returns: the kernels, if they are not the present ones.
    private static func takeUp(
        _ processor: String, of checkpoint: TrainingCheckpoint, _ switchKernels: (KernelPath) -> Bool
    ) throws(CheckpointError) -> KernelPath? {
        if processor == "\(ProcessorKind.current)" { return nil }
        guard let path = KernelPath.allCases.first(where: { processor == "\(ProcessorKind($0))" }),
            switchKernels(path)
        else { throw .ofAnotherProcessor(path: checkpoint.path, kind: processor) }
        return path
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
            let heldOutLoss =
                phase.isLookDue(after: state.update) ? desk.heldOut.mean(desk.objective) : nil
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
                phase: phase.name, update: state.update, updates: phase.iterations, loss: loss,
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
