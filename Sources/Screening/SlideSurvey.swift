package import Pixels
package import Slides
package import Tissue

/// What is known of a slide before the first tile is read: its description, resolution, overview and tissue.
package struct SlideSurvey: Sendable {
    package let preflight: SlidePreflight
    package let description: SlideDescription
    package let calibration: Calibration
    package let overview: SlideOverview
    package let mask: TissueMask
    package let warnings: [String]
}

/// Opens a slide with all checks and finds its tissue.
package struct SlideSurveyor: Sendable {
    let settings: ScreenSettings
    let resolutions: ResolutionTable?

    package init(settings: ScreenSettings, resolutions: ResolutionTable?) {
        self.settings = settings
        self.resolutions = resolutions
    }

    /// Checks the file and opens it.
    ///
    /// - Throws: `SlideFailure` with the most telling reason: what the preflight knows beats OpenSlide's
    ///   silence.
    package func open(_ path: String, source: SlideSource) async throws -> (SlidePreflight, SlideDescription)
    {
        let preflight = try SlidePreflight.check(path)
        if let tiles = preflight.tiles, tiles.beyondEnd > 0,
            Double(tiles.beyondEnd) > settings.maximumUnread * Double(tiles.total)
        {
            throw SlideFailure(
                .truncated, path: path,
                detail: "\(tiles.beyondEnd) of \(tiles.total) tiles lie beyond the end of the file")
        }
        do {
            return (preflight, try await source.describe())
        } catch {
            guard error.reason == .notASlide, preflight.tiles?.total == 0 else { throw error }
            throw SlideFailure(.unsupported, path: path, detail: "this TIFF has no tiled image")
        }
    }

    package func survey(_ path: String, source: SlideSource, progress: @escaping ProgressHandler) async throws
        -> SlideSurvey
    {
        let (preflight, description) = try await open(path, source: source)
        let table = resolutions?.micronsPerPixel(of: path)
        let calibration = try Calibration.resolve(
            description.calibrationProperties, flag: settings.micronsPerPixel, table: table, path: path)
        let overview = try await source.overview(calibration: calibration.micronsPerPixel) { done, total in
            progress(.surveying(done: done, of: total))
        }
        let mask =
            switch settings.tissueRule {
            case .otsu: TissueDetector().detect(on: overview)
            case .paper: PaperTissueRule().detect(on: overview)
            }
        return SlideSurvey(
            preflight: preflight, description: description, calibration: calibration, overview: overview,
            mask: mask,
            warnings: warnings(calibration: calibration, mask: mask, tiles: preflight.tiles))
    }

    private func warnings(calibration: Calibration, mask: TissueMask, tiles: TileCensus?) -> [String] {
        var warnings: [String] = []
        if let tiles, tiles.beyondEnd > 0 {
            warnings.append("\(tiles.beyondEnd) of \(tiles.total) tiles lie beyond the end of the file")
        }
        if let flag = settings.micronsPerPixel,
            calibration.source == .slide || calibration.source == .tiffTags
        {
            let own = calibration.micronsPerPixel.mean
            if abs(flag - own) > 0.05 * own {
                warnings.append(
                    "the option --mpp \(flag) was not used: the slide states \(own) microns per pixel itself")
            }
        }
        if mask.evidence.method == .faintTissueFallback {
            warnings.append(
                "Otsu's threshold found next to no tissue; faint areas that stand out from the glass were taken"
            )
        }
        if settings.tissueRule == .paper, PaperTissueRule.partInsideBorder(mask) < 0.5 {
            warnings.append(
                "the slide is small for the paper's border rule, which takes away more than half of it; use --mask otsu"
            )
        }
        if mask.evidence.unreadFraction > 0 {
            warnings.append(
                "parts of the overview could not be read; they count as possible tissue, their tiles are tried"
            )
        }
        return warnings
    }
}
