internal import Flow
internal import Foundation
internal import Networks
internal import Pixels
internal import Records
internal import Slides
internal import Staining
internal import Tensors
internal import Tissue
internal import Training

/// Learns the majority of one slide: sample, read, train, and put together a model file like any other.
struct SelfModelLearning: Sendable {
    let settings: SelfModelSettings
    let configuration: TrainingConfiguration
    private let extractor: ExtractorSource
    private let target: StainTarget
    private let stain: TrainingConfiguration.Stain

    /// - Throws: `ExtractorError` or `StainTargetError` if the built-in model, which lends both, is missing.
    init(settings: SelfModelSettings, seed: UInt64) throws {
        self.settings = settings
        configuration = .ownSlide(
            iterations: settings.iterations, warmup: settings.warmup, learningRate: settings.learningRate,
            batch: settings.batch, seed: seed)
        extractor = try ExtractorSource.load(configuration.extractor.weights, file: nil)
        stain = configuration.input.stain ?? TrainingConfiguration.Stain()
        target = try stain.target.load(match: stain.match, relativeTo: nil)
    }

    var recipe: Recipe { configuration.input.recipe }

    /// A model and the bytes of its file.
    struct Outcome: Sendable {
        let model: LoadedModel
        let file: [UInt8]
        let report: SlideManifest.SelfModel
    }

    /// - Throws: ``TooLittleTissueForSelf``, `SlideFailure`, `TrainingError`, `CancellationError`.
    func learn(
        _ input: SlideInput, chart: SlideChart, source: SlideSource, workers: Int, seed: UInt64,
        progress: @escaping ProgressHandler
    ) async throws -> Outcome {
        let grid = chart.denseGrid(of: recipe)
        let sample = SelfModelSample(grid: grid, mask: chart.survey.mask, settings: settings, seed: seed)
        guard sample.candidates >= settings.minimumPlaces else {
            throw TooLittleTissueForSelf.tissue(
                found: area(sample.candidates), needed: area(settings.minimumPlaces))
        }
        guard Self.areEnough(training: sample.training.count, heldOut: sample.heldOut.count) else {
            throw TooLittleTissueForSelf.drawn(
                training: sample.training.count, heldOut: sample.heldOut.count)
        }
        let reading = SelfModelReading(
            path: input.path, level: chart.level, grid: grid,
            stain: .tile(
                fitter: VahadaneFitter(match: stain.match), target: target, step: stain.dictionaryStep),
            workers: workers)
        let set = try await imageSet(of: sample, reading, source: source, input: input, progress: progress)
        let network = try await OwnThread(label: "learning the slide").run { [configuration] in
            try Trainer(configuration, set: set, checkpoint: nil, team: WorkerTeam(count: workers))
                .run(progress: { progress(.learning(done: $0.step, of: $0.total)) })
        }
        return try outcome(network, set, sample)
    }

    private static func areEnough(training: Int, heldOut: Int) -> Bool {
        training >= SelfModelSettings.fewestTraining && heldOut >= SelfModelSettings.fewestHeldOut
    }

    /// Square millimeters of so many places half a crop apart.
    private func area(_ places: Int) -> Double {
        let side = Double(recipe.crop) * (recipe.tileResolution ?? 0) / 2_000
        return Double(places) * side * side
    }

    private func imageSet(
        of sample: SelfModelSample, _ reading: SelfModelReading, source: SlideSource, input: SlideInput,
        progress: @escaping ProgressHandler
    ) async throws -> TrainingSet {
        let total = sample.training.count + sample.heldOut.count
        var done = 0
        func count() {
            done += 1
            progress(.sampling(done: done, of: total))
        }
        let training = try await reading.images(
            of: sample.training, part: .field, side: configuration.fieldSide, firstSource: source,
            onTile: count)
        let heldOut = try await reading.images(
            of: sample.heldOut, part: .crop, side: configuration.input.size, firstSource: source,
            onTile: count)
        guard Self.areEnough(training: training.count, heldOut: heldOut.count) else {
            throw TooLittleTissueForSelf.usable(found: training.count + heldOut.count, of: total)
        }
        return TrainingSet(
            training: training, heldOut: heldOut, extractor: extractor, stainTarget: target,
            description: "\(training.count) places of \(URL(fileURLWithPath: input.path).lastPathComponent), "
                + "drawn from \(sample.candidates) by seed; its majority, not known to be normal",
            licence: "that of the slide")
    }

    private func outcome(
        _ network: TrainedNetwork, _ set: TrainingSet, _ sample: SelfModelSample
    ) throws -> Outcome {
        let assembly = ModelAssembly(configuration, set: set, codeVersion: WSIScreen.version)
        let bytes = try assembly.file(network, name: SelfModelSettings.name).bytes
        // Through the file, so that the slide is scored by what is written, to the last bit.
        let loaded = LoadedModel(
            model: try ModelFile.load(SafetensorsFile(bytes: bytes)), sha256: Checksum.sha256(bytes))
        let heldOut = loaded.model.normalScores.sorted
        let report = SlideManifest.SelfModel(
            candidatePlaces: sample.candidates,
            sampledPlaces: sample.training.count + sample.heldOut.count,
            trainingImages: set.training.count, heldOutImages: set.heldOut.count, seed: configuration.seed,
            warmup: settings.warmup, iterations: settings.iterations, batch: configuration.optimizer.batch,
            learningRate: configuration.optimizer.learningRate,
            trainingLoss: loaded.model.record.metrics[TrainingReport.Metric.trainingLoss.rawValue],
            heldOutMeanScore: heldOut.reduce(0) { $0 + Double($1) } / Double(heldOut.count),
            tile: recipe.tile, tileResolution: recipe.tileResolution, crop: recipe.crop, input: recipe.input,
            meaning: SelfModelMeaning.manifest)
        return Outcome(model: loaded, file: bytes, report: report)
    }
}

extension SlideChart {
    /// The grid whose cells lie side by side, whatever the coverage of the screening.
    fileprivate func denseGrid(of recipe: Recipe) -> TileGrid {
        let resolution = recipe.tileResolution ?? survey.calibration.micronsPerPixel.mean
        return TileGrid(
            slideWidth: survey.description.width, slideHeight: survey.description.height,
            calibration: survey.calibration.micronsPerPixel, tileMicrons: Double(recipe.tile) * resolution,
            cropMicrons: Double(recipe.crop) * resolution, coverage: .dense)
    }
}
