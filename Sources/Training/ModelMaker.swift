internal import Flow
internal import Networks
internal import Tensors

/// Makes a model of images in memory: trains a network or fits a detector, and puts it into a model file.
public struct ModelMaker: Sendable {
    public let configuration: TrainingConfiguration
    public let set: TrainingSet
    public let codeVersion: String
    /// From which an interrupted training of a network goes on, and to which this one saves; nil to do neither.
    public var checkpoint: String?
    /// Whether an interrupted training goes on; else it is overwritten by the first checkpoint.
    public var resumes = true
    public var checkpointInterval = Duration.seconds(60)
    public var workers = CoreCount.available
    /// Bytes for features of images that are always seen alike. The result does not depend on it.
    public var featureCacheLimit = 1 << 30

    public init(_ configuration: TrainingConfiguration, set: TrainingSet, codeVersion: String) {
        self.configuration = configuration
        self.set = set
        self.codeVersion = codeVersion
    }

    /// What happens.
    public enum Event: Sendable {
        /// An interrupted training goes on.
        case resumed(step: Int)
        /// It goes on with the kernels that it began with, which are not those of this processor's choice.
        case switchedKernels(to: String)
        case training(TrainingProgress)
        case fitting(done: Int, total: Int)
    }

    /// - Parameters:
    ///   - name: for the model, if the configuration has none.
    ///   - identity: equal for trainings that must give the same model.
    ///   - saved: called after each checkpoint of a network.
    /// - Throws: `CancellationError` after saving a checkpoint; errors of the network's shape, of training and of files.
    public func make(
        name: String, identity: String?, saved: @escaping @Sendable (LossLog) throws -> Void = { _ in },
        _ notify: @escaping @Sendable (Event) -> Void = { _ in }
    ) async throws -> ModelAssembly.File {
        let assembly = ModelAssembly(
            configuration, set: set, codeVersion: codeVersion, trainingIdentity: identity)
        guard configuration.detector == .dpa else {
            let fit = DetectorFit(configuration: configuration, set: set, workers: workers)
            let detector = try await fit.run { notify(.fitting(done: $0, total: $1)) }
            return try assembly.file(fitted: detector, name: name)
        }
        return try await OwnThread(label: "training").run {
            try assembly.file(try train(saved, notify), name: name)
        }
    }

    private func train(
        _ saved: (LossLog) throws -> Void, _ notify: (Event) -> Void
    ) throws -> TrainedNetwork {
        let trainer = try Trainer(
            configuration, set: set, checkpoint: checkpoint, resumes: resumes, codeVersion: codeVersion,
            featureCacheLimit: featureCacheLimit, team: WorkerTeam(count: workers))
        if trainer.progress.done > 0 { notify(.resumed(step: trainer.progress.done)) }
        if let kernels = trainer.switchedKernels { notify(.switchedKernels(to: "\(kernels)")) }
        return try trainer.run(
            checkpointEvery: checkpointInterval, saved: saved, progress: { notify(.training($0)) })
    }
}
