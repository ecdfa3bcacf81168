internal import Flow
public import Foundation
internal import Networks
internal import Records
internal import Staining
internal import Tensors

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
    public var maximumBad = BadImageAllowance.fraction(0.05)
    /// Bytes of prepared images.
    public var memoryLimit = 8 << 30
    public var workers = CoreCount.available
    public var checkpointInterval = Duration.seconds(60)
    /// Whether an earlier, interrupted training is thrown away.
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
        case preparing(PreparationProgress)
        case bad([BadImage])
        /// An interrupted training goes on.
        case resumed(step: Int)
        case training(TrainingProgress)
    }

    /// What came of it.
    public struct Report: Sendable, Codable {
        public let model: String
        public let sha256: String
        public let updates: Int
        public let trainingImages: Int
        public let heldOutImages: Int
        public let badImages: Int
        public let finalLoss: Double
        public let heldOutLoss: Double?
        public let heldOutScores: Quantiles
    }

    /// Of the scores of held-out normals.
    public struct Quantiles: Sendable, Codable {
        public let median: Float
        public let p95: Float
        public let p99: Float
    }

    /// Trains and writes the model; the model file last.
    public func run(_ notify: @escaping @Sendable (Event) -> Void) async throws -> Report {
        let files = TrainingFiles(model: output)
        try files.makeFolder()
        // Held until the end of this function.
        let lock = try FolderLock(folder: files.folder, file: files.lockName)
        if restarts { try files.removeCheckpoint() }
        let set = try await trainingSet(notify, files)
        let network = try await TrainingThread().train(self, set, files, notify)
        let report = try write(network, set, files)
        _ = consume lock
        return report
    }

    private func trainingSet(
        _ notify: @escaping @Sendable (Event) -> Void, _ files: TrainingFiles
    ) async throws -> TrainingSet {
        let extractor = try ExtractorSource.load(configuration.extractor.weights, file: extractor)
        let stain = try configuration.input.stain.map {
            try $0.target.load(match: $0.match, relativeTo: configurationFolder)
        }
        let listing = try ImageListing.find(data, columns: columns)
        let parts = try await HoldOut.divide(
            listing, fraction: configuration.holdOut, seed: configuration.seed, workers: workers)
        notify(
            .listed(
                training: parts.training.count, heldOut: parts.heldOut.count,
                abnormal: listing.skippedAbnormal, test: listing.skippedTest, duplicates: parts.leftOut))
        let preparation = ImagePreparation(recipe: configuration.input.recipe, target: stain)
        let isRandom = configuration.augmentation.crop == .random
        let training = try await prepare(
            parts.training, preparation, isRandom ? .field(side: configuration.fieldSide) : .scored, notify)
        let heldOut = try await prepare(parts.heldOut, preparation, .scored, notify)
        try files.writeBadImages(training.bad + heldOut.bad)
        if !(training.bad + heldOut.bad).isEmpty { notify(.bad(training.bad + heldOut.bad)) }
        return TrainingSet(
            training: training, heldOut: heldOut, extractor: extractor, stainTarget: stain,
            description: "\(training.count) normal images of \(URL(fileURLWithPath: data).lastPathComponent)",
            licence: licence)
    }

    private func prepare(
        _ images: [ImageListing.Image], _ preparation: ImagePreparation, _ layout: PreparedImages.Layout,
        _ notify: @escaping @Sendable (Event) -> Void
    ) async throws -> PreparedImages {
        try await PreparedImages.prepare(
            images, with: preparation, layout: layout, memoryLimit: memoryLimit, maximumBad: maximumBad,
            workers: workers, progress: { notify(.preparing($0)) })
    }

    private func write(_ network: TrainedNetwork, _ set: TrainingSet, _ files: TrainingFiles) throws -> Report {
        let assembly = ModelAssembly(configuration, set: set, codeVersion: codeVersion)
        let (bytes, scores) = try assembly.file(network, name: files.name)
        let report = report(bytes, network, set, scores)
        try files.write(network.log)
        try files.writeCard(ModelCard(configuration, report, data: set.description, licence: licence))
        try files.writeModel(bytes)
        try files.removeCheckpoint()
        return report
    }

    private func report(
        _ bytes: [UInt8], _ network: TrainedNetwork, _ set: TrainingSet, _ scores: ScoreDistribution
    ) -> Report {
        let rows = network.log.rows
        let last = rows.suffix(50).compactMap(\.loss)
        let sorted = scores.sorted
        let quantile = { (part: Double) in sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))] }
        return Report(
            model: output, sha256: Checksum.sha256(bytes), updates: rows.last?.step ?? 0,
            trainingImages: set.training.count, heldOutImages: set.heldOut.count,
            badImages: set.training.bad.count + set.heldOut.bad.count,
            finalLoss: last.reduce(0) { $0 + Double($1) } / Double(max(1, last.count)),
            heldOutLoss: rows.last { $0.heldOutLoss != nil }?.heldOutLoss.map { Double($0) },
            heldOutScores: Quantiles(median: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99)))
    }
}

/// Where the training runs: a thread of its own, since it keeps it busy for hours.
private actor TrainingThread {
    private let executor = BlockingExecutor(label: "training")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func train(
        _ job: TrainingJob, _ set: TrainingSet, _ files: TrainingFiles,
        _ notify: @Sendable (TrainingJob.Event) -> Void
    ) throws -> TrainedNetwork {
        let team = WorkerTeam(count: job.workers)
        let trainer = try Trainer(job.configuration, set: set, checkpoint: files.checkpoint, team: team)
        if trainer.log.rows.count > 0 { notify(.resumed(step: trainer.log.rows.count)) }
        return try trainer.run(checkpointEvery: job.checkpointInterval) { notify(.training($0)) }
    }
}
