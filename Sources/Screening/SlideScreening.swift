internal import Flow
internal import Foundation
internal import ImageFiles
internal import Networks
internal import Pixels
internal import Records
internal import Slides
internal import Staining
internal import Tissue

/// Screens one slide: survey, sample, stain, tiles, aggregate, draw, in this order.
///
/// Every error except cancellation becomes a manifest with status `failed`: a slide never disappears.
struct SlideScreening: Sendable {
    let settings: ScreenSettings
    let model: LoadedModel
    let resolutions: ResolutionTable?
    let workers: Int
    let configurationSha256: String

    private var recipe: Recipe { model.model.record.recipe }

    /// - Returns: the manifest, also written to `folder` unless the folder itself cannot be used.
    /// - Throws: `CancellationError` only.
    func run(_ input: SlideInput, folder: String, progress: @escaping ProgressHandler) async throws -> SlideManifest {
        let clock = ContinuousClock()
        let start = clock.now
        var manifest = SlideManifest(
            slide: input.id, path: input.path, status: .failed, configurationSha256: configurationSha256,
            settings: settings, model: model.identity,
            timing: .init(startedAt: Date().formatted(.iso8601)))
        do {
            var results = try ResultFolder(path: folder, manifest: SlideManifest.fileName)
            try await screen(input, into: &results, manifest: &manifest, progress: progress)
            manifest.files = results.checksums
        } catch let error as CancellationError {
            throw error
        } catch {
            if Task.isCancelled { throw CancellationError() }
            manifest.fail(FailureReport(error))
        }
        manifest.timing.secondsTotal = start.duration(to: clock.now).seconds
        return Self.publish(manifest, in: folder)
    }

    /// Writes the manifest, last of all files. Failing there fails the slide.
    private static func publish(_ manifest: SlideManifest, in folder: String) -> SlideManifest {
        do {
            let bytes = try JSONText.encode(manifest)
            try AtomicFile.write(bytes, to: folder + "/" + SlideManifest.fileName)
            return manifest
        } catch {
            var failed = manifest
            if failed.status != .failed { failed.fail(FailureReport(error)) }
            return failed
        }
    }

    private func screen(
        _ input: SlideInput, into results: inout ResultFolder, manifest: inout SlideManifest,
        progress: @escaping ProgressHandler
    ) async throws {
        var watch = Stopwatch()
        let source = SlideSource(path: input.path)
        let survey = try await SlideSurveyor(settings: settings, resolutions: resolutions)
            .survey(input.path, source: source, progress: progress)
        let grid = TileGrid(
            slideWidth: survey.description.width, slideHeight: survey.description.height,
            calibration: survey.calibration.micronsPerPixel,
            tileMicrons: Double(recipe.tile) * recipe.tileResolution,
            cropMicrons: Double(recipe.crop) * recipe.tileResolution, coverage: settings.coverage)
        let level = survey.description.level(
            notCoarserThan: recipe.tileResolution, calibration: survey.calibration.micronsPerPixel)
        manifest.record(survey, grid: grid, level: level)
        manifest.warnings += magnificationWarnings(level, calibration: survey.calibration.micronsPerPixel, grid: grid)
        let sites = TileSampler(
            grid: grid, minimumTissue: settings.minimumTissue, maximumCount: settings.maximumTiles,
            seed: settings.seed
        ).sites(on: survey.mask)
        manifest.counts.tiles = sites.count
        manifest.timing.secondsTissue = watch.lap()

        var verdicts: [TileVerdict] = []
        if !sites.isEmpty {
            let stain = try await stainPlan(sites: sites, source: source, level: level, manifest: &manifest)
            manifest.timing.secondsStain = watch.lap()
            let pipeline = TilePipeline(
                path: input.path, level: level, stain: stain, recipe: recipe, grid: grid, model: model.model,
                workers: workers, maximumUnread: settings.maximumUnread)
            let output = try await pipeline.run(sites, firstSource: source, progress: progress)
            verdicts = output.verdicts
            manifest.stages = output.stages
            manifest.timing.secondsTiles = watch.lap()
        }
        manifest.conclude(verdicts, normals: model.model.normalScores)
        try writeFiles(verdicts, survey: survey, grid: grid, manifest: manifest, into: &results)
        manifest.timing.secondsDrawing = watch.lap()
        guard try SlidePreflight.identity(ofFileAt: input.path) == survey.preflight.identity else {
            throw SlideFailure(.modified, path: input.path, detail: "the file changed while it was being screened")
        }
    }

    private func magnificationWarnings(
        _ level: SlideDescription.Level, calibration: MicronsPerPixel, grid: TileGrid
    ) -> [String] {
        let pixels = level.pixels(in: grid.crop(column: 0, row: 0)).width
        guard Double(pixels) < 0.95 * Double(recipe.input) else { return [] }
        return [
            "the slide is coarser than the model's input (\(pixels) pixels are enlarged to \(recipe.input)): "
                + "scores are not comparable with the model's normal tissue"
        ]
    }

    private func stainPlan(
        sites: [TileSite], source: SlideSource, level: SlideDescription.Level, manifest: inout SlideManifest
    ) async throws -> StainPlan {
        guard let stain = recipe.stain, let target = model.model.stainTarget else { return .none }
        manifest.stain = .init(scope: stain.scope.rawValue, match: stain.match.rawValue, target: target)
        let match = stain.match
        guard stain.scope == .slide else {
            return .tile(fitter: VahadaneFitter(match: match), target: target, step: stain.dictionaryStep)
        }
        let estimate = try await SlideStainEstimation(seed: settings.seed)
            .estimate(sites: sites, source: source, level: level, match: match)
        let normalizer = StainNormalizer(source: estimate, target: target, match: match)
        manifest.stain?.estimate = estimate
        manifest.stain?.gain = [normalizer.gain.x, normalizer.gain.y]
        if normalizer.isGainCapped {
            manifest.warnings.append("the stain of this slide is so weak that its amplification was capped")
        }
        return .slide(normalizer)
    }

    private func writeFiles(
        _ verdicts: [TileVerdict], survey: SlideSurvey, grid: TileGrid, manifest: SlideManifest,
        into results: inout ResultFolder
    ) throws {
        let normals = model.model.normalScores
        let thumbnail = Thumbnail(survey.overview)
        try results.write(Array(TileTable.text(verdicts, normals: normals).utf8), as: "tiles.csv")
        try results.write(try PNGFile.encode(thumbnail.image), as: "thumbnail.png")
        let tissue = thumbnail.plane { survey.mask.isTissue(x: $0, y: $1) }
        let mask = Plane<UInt8>(width: tissue.width, height: tissue.height, values: tissue.values.map { $0 ? 255 : 0 })
        try results.write(try PNGFile.encode(mask), as: "mask.png")
        let raster = HeatmapRaster(verdicts, grid: grid, calibration: survey.calibration.micronsPerPixel)
        try results.write(as: "heatmap.tif") { path in try raster.write(to: path) }
        let picture = HeatmapPicture(
            thumbnail: thumbnail, mask: survey.mask, verdicts: verdicts, scale: ScoreScale(normals: normals),
            title: manifest.slide, subtitle: manifest.headline)
        try results.write(try PNGFile.encode(picture.draw()), as: "heatmap.png")
    }
}

/// Seconds between laps.
struct Stopwatch {
    private let clock = ContinuousClock()
    private var mark = ContinuousClock().now

    mutating func lap() -> Double {
        let now = clock.now
        defer { mark = now }
        return mark.duration(to: now).seconds
    }
}
