internal import Networks
internal import Pixels
internal import Slides
internal import Staining
internal import Tissue

/// A slide with its tissue, its grid and the cells chosen: all that is decided before tiles are read.
struct SlideChart: Sendable {
    let survey: SlideSurvey
    let grid: TileGrid
    /// The level that tiles are read from.
    let level: SlideDescription.Level
    let sites: [TileSite]
}

/// Makes a ``SlideChart`` and records it in the manifest.
struct SlideCharting: Sendable {
    let settings: ScreenSettings
    let resolutions: ResolutionTable?
    /// Sides in µm.
    let tileMicrons: Double
    let cropMicrons: Double
    /// Resolution at which tiles are looked at, in µm per pixel; the level read is not coarser if there is
    /// one.
    let tileResolution: Double

    func chart(
        _ input: SlideInput, source: SlideSource, manifest: inout SlideManifest,
        progress: @escaping ProgressHandler
    ) async throws -> SlideChart {
        let survey = try await SlideSurveyor(settings: settings, resolutions: resolutions)
            .survey(input.path, source: source, progress: progress)
        let microns = survey.calibration.micronsPerPixel
        let grid = TileGrid(
            slideWidth: survey.description.width, slideHeight: survey.description.height,
            calibration: microns,
            tileMicrons: tileMicrons, cropMicrons: cropMicrons, coverage: settings.coverage)
        let level = survey.description.level(notCoarserThan: tileResolution, calibration: microns)
        let sites = TileSampler(
            grid: grid, minimumTissue: settings.minimumTissue, maximumCount: settings.maximumTiles,
            seed: settings.seed
        ).sites(on: survey.mask)
        manifest.record(survey, grid: grid, level: level)
        manifest.counts.tiles = sites.count
        return SlideChart(survey: survey, grid: grid, level: level, sites: sites)
    }
}

extension SlideChart {
    /// - Throws: `modified` if the file is not the one that was opened.
    func checkUnchanged(_ path: String) throws(SlideFailure) {
        guard try SlidePreflight.identity(ofFileAt: path) == survey.preflight.identity else {
            throw SlideFailure(.modified, path: path, detail: "the file changed while it was being read")
        }
    }

    /// How the stain of the slide's tiles is normalized; recorded in the manifest.
    ///
    /// - Throws: `StainFailure` if one matrix for the slide is wanted and none can be estimated.
    func stainPlan(
        scope: StainScope, match: StainMatch, target: StainTarget, step: Int, seed: UInt64,
        source: SlideSource, manifest: inout SlideManifest
    ) async throws -> StainPlan {
        manifest.stain = .init(scope: scope.rawValue, match: match.rawValue, target: target)
        guard scope == .slide else {
            return .tile(fitter: VahadaneFitter(match: match), target: target, step: step)
        }
        let estimate = try await SlideStainEstimation(seed: seed)
            .estimate(sites: sites, source: source, level: level, match: match)
        let normalizer = StainNormalizer(source: estimate, target: target, match: match)
        manifest.stain?.estimate = estimate
        manifest.stain?.gain = [normalizer.gain.x, normalizer.gain.y]
        if normalizer.isGainCapped {
            manifest.warnings.append("the stain of this slide is so weak that its amplification was capped")
        }
        return .slide(normalizer)
    }
}
