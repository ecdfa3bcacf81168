public import Foundation
internal import Networks
internal import Records

/// A training from the user's files to the model file.
public struct TrainingJob: Sendable {
    public var configuration: TrainingConfiguration
    /// Folder to which a stain target's path in the configuration is relative.
    public var configurationFolder: URL?
    /// A folder of images or a manifest.
    public var data: String
    public var columns = ManifestColumns()
    /// Path of the model file. What else is written takes its name without the suffix.
    public var output: String
    /// VGG19's weights, if the configuration compares its features; or a distilled extractor that replaces the
    /// built-in one.
    public var extractor: URL?
    /// Of all images, those to train on and those held out.
    public var maximumBad = BadImageAllowance.fraction(0.05)
    /// Bytes of prepared images, network at work and caches together.
    public var memoryLimit = 8 << 30
    public var workers = CoreCount.available
    public var checkpointInterval = Duration.seconds(60)
    /// Whether an interrupted training is thrown away and a model of another training replaced.
    public var restarts = false
    /// For the model file.
    public var licence = "not stated"
    public var codeVersion: String

    public init(configuration: TrainingConfiguration, data: String, output: String, codeVersion: String) {
        self.configuration = configuration
        self.data = data
        self.output = output
        self.codeVersion = codeVersion
    }

    /// What happens.
    public enum Event: Sendable {
        case listed(training: Int, heldOut: Int, abnormal: Int, test: Int, duplicates: Int)
        case remark(DataRemark)
        case preparing(PreparationProgress)
        case bad([BadImage], listedIn: String)
        /// The model is being made.
        case making(ModelMaker.Event)
        /// The model was there already.
        case finishedEarlier
    }

    /// Trains and writes the model; the model file last. If the model of just this training is there already,
    /// nothing is written.
    ///
    /// - Throws: ``TrainingTooLarge`` before images are read; ``ModelInTheWay`` if another model lies there and ``restarts`` is false; `CancellationError`
    ///   after saving a checkpoint; errors of configuration, listing, images, training and files.
    public func run(_ notify: @escaping @Sendable (Event) -> Void) async throws -> TrainingReport {
        let files = TrainingFiles(model: output)
        try files.makeFolder()
        // Held until the end of this function.
        let lock = try FolderLock(folder: files.folder, file: files.lockName)
        // Looked at in any case: a folder in the way is better known now than after the training.
        let found = try EarlierModel(path: output)
        let earlier = restarts ? nil : found
        if !files.hasCheckpoint { try earlier?.check(configuration) }
        let set = try await trainingSet(files, notify)
        let identity = try TrainingFingerprint(configuration, set, codeVersion: codeVersion).sha256
        if let earlier, earlier.isResult(of: identity) {
            // A checkpoint beside it may be the beginning of what is to replace it.
            _ = try TrainingCheckpoint(
                path: files.checkpoint, configuration: configuration, fingerprint: identity
            ).load()
            notify(.finishedEarlier)
        } else {
            if earlier != nil, !files.hasCheckpoint { throw ModelInTheWay(path: output) }
            try await make(set, identity, files, notify)
        }
        try files.removeCheckpoint()
        _ = consume lock
        return try TrainingReport(model: output)
    }

    private func make(
        _ set: TrainingSet, _ identity: String, _ files: TrainingFiles,
        _ notify: @escaping @Sendable (Event) -> Void
    ) async throws {
        var maker = ModelMaker(configuration, set: set, codeVersion: codeVersion)
        maker.checkpoint = files.checkpoint
        maker.resumes = !restarts
        maker.checkpointInterval = checkpointInterval
        maker.workers = workers
        maker.featureCacheLimit = try featureCacheLimit(set)
        let title = configuration.name ?? files.name
        let model = try await maker.make(
            name: files.name, identity: identity, saved: { try files.write($0, title: title) }
        ) { notify(.making($0)) }
        if configuration.detector != .dpa { try files.removeLossCurve() }
        try write(model, set, files)
    }

    /// The card, then the model.
    private func write(_ model: ModelAssembly.File, _ set: TrainingSet, _ files: TrainingFiles) throws {
        let title = configuration.name ?? files.name
        try files.write(
            ModelCard(configuration, set, title: title, metrics: model.metrics, scores: model.scores))
        try files.writeModel(model.bytes)
    }
}
