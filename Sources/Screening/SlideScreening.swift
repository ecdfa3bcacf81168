internal import ImageFiles
internal import Networks
internal import Pixels
internal import Records
internal import Slides
internal import Staining
internal import Tissue

/// Screens one slide: survey, sample, stain, tiles, aggregate, draw, in this order.
struct SlideScreening: SlideWork {
    let settings: ScreenSettings
    let source: ModelSource
    /// µm per pixel of the model's tiles.
    let tileResolution: Double
    let resolutions: ResolutionTable?
    let workers: Int

    /// - Throws: ``SlideModelError`` if the model was not made for slides.
    init(
        settings: ScreenSettings, source: ModelSource, resolutions: ResolutionTable?, workers: Int
    ) throws(SlideModelError) {
        guard let tileResolution = source.recipe.tileResolution else {
            throw .noPhysicalScale(model: source.identity?.name ?? SelfModelSettings.name)
        }
        self.settings = settings
        self.source = source
        self.tileResolution = tileResolution
        self.resolutions = resolutions
        self.workers = workers
    }

    var model: SlideManifest.Model? { source.identity }
    var selfModel: SelfModelSettings? { source.selfModel }

    var configurationSha256: String {
        Configuration.sha256(settings: settings, model: model, selfModel: selfModel, export: nil)
    }

    private var recipe: Recipe { source.recipe }

    func perform(
        _ input: SlideInput, into results: inout ResultFolder, manifest: inout SlideManifest,
        progress: @escaping ProgressHandler
    ) async throws {
        var watch = Stopwatch()
        let slide = SlideSource(path: input.path)
        let charting = SlideCharting(
            settings: settings, resolutions: resolutions,
            tileMicrons: Double(recipe.tile) * tileResolution,
            cropMicrons: Double(recipe.crop) * tileResolution, tileResolution: tileResolution)
        let chart = try await charting.chart(input, source: slide, manifest: &manifest, progress: progress)
        manifest.warnings += magnificationWarnings(chart)
        let thumbnail = Thumbnail(chart.survey.overview)
        try thumbnail.write(mask: chart.survey.mask, into: &results)
        manifest.timing.secondsTissue = watch.lap()

        var verdicts: [TileVerdict] = []
        var normals = source.normalScores
        if !chart.sites.isEmpty {
            let loaded = try await model(
                for: input, chart, slide, into: &results, manifest: &manifest, watch: &watch,
                progress: progress)
            normals = loaded.model.normalScores
            let stain = try await stainPlan(
                chart, to: loaded.model.stainTarget, source: slide, manifest: &manifest)
            manifest.timing.secondsStain = watch.lap()
            let pipeline = TilePipeline(
                path: input.path, chart: chart, stain: stain, model: loaded.model, workers: workers,
                maximumUnread: settings.maximumUnread)
            (verdicts, manifest.stages) = try await pipeline.run(firstSource: slide, progress: progress)
            manifest.timing.secondsTiles = watch.lap()
        }
        try results.write(Array(TileTable.text(verdicts, normals: normals).utf8), as: "tiles.csv")
        try manifest.conclude(verdicts, normals: normals)
        try Task.checkCancellation()
        try Heatmaps(chart: chart, thumbnail: thumbnail, verdicts: verdicts, normals: normals)
            .write(manifest: manifest, into: &results)
        manifest.timing.secondsDrawing = watch.lap()
        try chart.checkUnchanged(input.path)
    }

    /// The model that scores this slide. One that is learned from the slide becomes one of its results.
    private func model(
        for input: SlideInput, _ chart: SlideChart, _ slide: SlideSource, into results: inout ResultFolder,
        manifest: inout SlideManifest, watch: inout Stopwatch, progress: @escaping ProgressHandler
    ) async throws -> LoadedModel {
        switch source {
        case .file(let loaded): return loaded
        case .slide(let learning):
            let learned = try await learning.learn(
                input, chart: chart, source: slide, workers: workers, seed: settings.seed,
                progress: progress)
            try results.write(learned.file, as: SlideManifest.selfModelFile)
            manifest.model = learned.model.identity
            manifest.selfModel = learned.report
            manifest.timing.secondsLearning = watch.lap()
            return learned.model
        }
    }

    private func magnificationWarnings(_ chart: SlideChart) -> [String] {
        let pixels = chart.level.pixels(in: chart.grid.crop(column: 0, row: 0)).width
        guard Double(pixels) < 0.95 * Double(recipe.input) else { return [] }
        return [
            "the slide is coarser than the model's input (\(pixels) pixels are enlarged to \(recipe.input)): "
                + "scores are not comparable with those of the model's normal tissue"
        ]
    }

    private func stainPlan(
        _ chart: SlideChart, to target: StainTarget?, source: SlideSource, manifest: inout SlideManifest
    ) async throws -> StainPlan {
        guard let stain = recipe.stain, let target else { return .none }
        return try await chart.stainPlan(
            scope: stain.scope, match: stain.match, target: target, step: stain.dictionaryStep,
            seed: settings.seed, source: source, manifest: &manifest)
    }
}

/// Why a model cannot screen slides.
public enum SlideModelError: Error, Equatable, CustomStringConvertible {
    case noPhysicalScale(model: String)

    public var description: String {
        switch self {
        case .noPhysicalScale(let model):
            "the model '\(model)' was trained on images without a physical scale, so it cannot say which part "
                + "of a slide is one of its images; train one with tile_resolution_um for slides"
        }
    }
}

/// `heatmap.tif` and `heatmap.png`.
private struct Heatmaps {
    let chart: SlideChart
    let thumbnail: Thumbnail
    let verdicts: [TileVerdict]
    /// Nil only if nothing was scored.
    let normals: ScoreDistribution?

    func write(manifest: SlideManifest, into results: inout ResultFolder) throws {
        let raster = HeatmapRaster(
            verdicts, grid: chart.grid, calibration: chart.survey.calibration.micronsPerPixel)
        try results.write(as: "heatmap.tif") { path in try raster.write(to: path) }
        let isSelf = manifest.selfModel != nil
        let detector = manifest.model.flatMap { DetectorKind(rawValue: $0.detector) } ?? .dpa
        let picture = HeatmapPicture(
            thumbnail: thumbnail, mask: chart.survey.mask, verdicts: verdicts,
            scale: normals.map { ScoreScale(normals: $0, detector: detector) }, title: manifest.slide,
            subtitle: manifest.headline,
            reference: isSelf ? "own" : "normal", caption: isSelf ? SelfModelMeaning.caption : "")
        try results.write(try PNGFile.encode(picture.draw()), as: "heatmap.png")
    }
}

extension Thumbnail {
    /// `thumbnail.png` and `mask.png`, of the same size.
    func write(mask: TissueMask, into results: inout ResultFolder) throws {
        try results.write(try PNGFile.encode(image), as: "thumbnail.png")
        let tissue = plane { mask.isTissue(x: $0, y: $1) }
        let gray = Plane<UInt8>(
            width: tissue.width, height: tissue.height, values: tissue.values.map { $0 ? 255 : 0 })
        try results.write(try PNGFile.encode(gray), as: "mask.png")
    }
}
