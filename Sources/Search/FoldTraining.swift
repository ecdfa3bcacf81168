internal import Foundation
internal import Networks
internal import Records
internal import Training

/// One configuration in one fold: trains on the other folds' normal images, and scores what it has not seen.
struct FoldTraining: Sendable {
    let trial: SearchTrial
    let identity: String
    let fold: Int
    let data: SearchData
    let images: PreparedSearchImages
    let extractor: ExtractorSource
    /// Of the extractor, for models that do not contain it.
    let extractorFile: URL?
    let folder: SearchFolder
    let version: String
    let workers: Int

    /// What is trained on. Where training stops early, groups of the other folds tell when: the fold's own images judge the
    /// model, so they must not.
    private func set() throws(HoldOutError) -> TrainingSet {
        var (used, watched) = (data.training(fold), data.heldOut(fold))
        if case .earlyStopping = trial.configuration.schedule.length, trial.configuration.detector == .dpa {
            (used, watched) = try data.stopping(
                fold, fraction: trial.configuration.holdOut, seed: trial.configuration.seed)
        }
        let training = images.training(used)
        let heldOut = images.heldOut(watched).images
        return TrainingSet(
            training: training, heldOut: heldOut, extractor: extractor, stainTarget: images.stainTarget,
            description:
                "\(training.count) normal images of a search, all but fold \(fold + 1) of \(data.folds)",
            licence: "not stated")
    }

    /// Bytes for features of images that are always seen alike. Trials run side by side: each takes a part of what a single
    /// training would.
    private static let featureCache = 1 << 27

    /// Bytes that the work takes beside the prepared images.
    func memory() throws -> Int {
        try TrainingMemory(
            trial.configuration, extractor, training: data.training(fold).count, heldOut: 0, workers: workers
        ).program + Self.featureCache
    }

    /// - Returns: the scores; or why there is no model, if that is the configuration's fault.
    /// - Throws: `CancellationError`, errors of files.
    func run(_ progress: @escaping @Sendable (ModelMaker.Event) -> Void) async throws -> FoldResult {
        try AtomicFile.makeFolder(folder.trial(identity))
        let model: ModelAssembly.File
        do {
            model = try await train(progress)
        } catch {
            guard let reason = Self.reason(error) else { throw error }
            let result = FoldResult.failed(identity, fold: fold, reason)
            try folder.write(result, model: nil)
            return result
        }
        // Through the file, so that the scores are those of the model that is kept.
        let loaded = try ModelFile.load(SafetensorsFile(bytes: model.bytes), extractor: extractorFile)
        let result = try scored(
            loaded, updates: Int(model.metrics["updates"] ?? 0), digest: Checksum.sha256(model.bytes))
        try folder.write(result, model: model.bytes)
        return result
    }

    private func train(
        _ progress: @escaping @Sendable (ModelMaker.Event) -> Void
    ) async throws -> ModelAssembly.File {
        var maker = ModelMaker(trial.configuration, set: try set(), codeVersion: version)
        maker.checkpoint = folder.checkpoint(identity, fold: fold)
        maker.workers = workers
        maker.featureCacheLimit = Self.featureCache
        let (name, identity) = ("fold-\(fold + 1)", "\(identity) \(fold)")
        do {
            return try await maker.make(name: name, identity: identity, progress)
        } catch is CheckpointError {
            // The search's own, of another training by the same name or damaged: it is begun anew.
            maker.resumes = false
            return try await maker.make(name: name, identity: identity, progress)
        }
    }

    private func scored(_ model: ScreeningModel, updates: Int, digest: String) throws -> FoldResult {
        let scorer = model.makeScorer()
        func scores(_ part: (indices: [Int], images: PreparedImages)) throws -> [FoldResult.Score] {
            try part.indices.enumerated().map { place, index in
                try Task.checkCancellation()
                return FoldResult.Score(image: index, score: try scorer.score(part.images.image(place)))
            }
        }
        do {
            return FoldResult(
                identity: identity, fold: fold, heldOut: try scores(images.heldOut(data.heldOut(fold))),
                anomalies: try scores(images.judging(data.judging(fold))), updates: updates,
                modelDigest: digest)
        } catch let error as ScoringError {
            return .failed(identity, fold: fold, error.description)
        }
    }

    /// The reason if an error comes of the configuration; nil if it has nothing to do with it.
    private static func reason(_ error: any Error) -> String? {
        switch error {
        case let error as TrainingError: error.description
        case let error as FitError: error.description
        case let error as WeightError: error.description
        case let error as ScoringError: error.description
        case let error as HoldOutError: error.description
        default: nil
        }
    }
}
