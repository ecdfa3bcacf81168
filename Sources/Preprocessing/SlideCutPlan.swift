internal import Annotations
internal import Camelyon
internal import Pixels
internal import Records
internal import Screening
internal import Slides
internal import Tissue

/// A tile that is to be cut.
struct PlannedTile: Sendable, Equatable {
    /// In level-0 pixels.
    let area: SlideRect
    let label: CamelyonLabel
    /// Nil where the tissue was not looked for: tiles of a list.
    let tissueFraction: Double?
    /// Exact; nil where nothing outlines the tumor.
    let tumorFraction: Double?
    /// Part that pen or scanner black covers.
    let foreignFraction: Double

    /// As in the paper's lists, where x is the ROW, but for the suffix.
    func name(on slide: CamelyonSlideName, suffix: String) -> String {
        PublishedTile(slide: slide, label: label, area: area).name(suffix: suffix)
    }
}

/// Which tiles of a slide are cut, with what was found out on the way.
struct SlideCutPlan: Sendable {
    var tiles: [PlannedTile] = []
    /// Tiles that the rules allow, of which some were chosen.
    var candidates = 0
    /// µm per level-0 pixel; nil for tiles of a list on slides that do not state it.
    var micronsPerPixel: Double?
    var warnings: [String] = []
    /// Whether the tissue was looked for and none was found.
    var isWithoutTissue = false
}

/// Decides which tiles of one slide are cut.
struct SlideCutPlanner: Sendable {
    let settings: TileCutSettings
    let resolutions: ResolutionTable?
    /// Of the list for this slide; empty when tiles are sampled.
    let listed: [ListedTile]

    /// Microns per pixel of the two scanners, 0.226 and 0.243, with room.
    private static let usualResolution = 0.2...0.3

    /// - Throws: `SlideFailure`, ``CutFailure``, `AnnotationError`.
    func plan(_ slide: CamelyonSlide, source: SlideSource) async throws -> SlideCutPlan {
        let (region, warnings) = try tumor(of: slide)
        var plan =
            if let sampling = settings.sampling {
                try await sampled(slide, sampling, region, source: source)
            } else {
                try await fromList(slide, region, source: source)
            }
        plan.warnings += warnings
        if let microns = plan.micronsPerPixel, !Self.usualResolution.contains(microns) {
            let field = Int((microns * Double(TileCutSettings.side)).rounded())
            plan.warnings.append(
                "at \(CSV.decimal(microns, places: 4)) microns per pixel its tiles show \(field) microns, not about 190 as "
                    + "Camelyon16's do")
        }
        return plan
    }

    /// The outlined tumor; nil where there is no annotation.
    private func tumor(of slide: CamelyonSlide) throws -> (TumorRegion?, [String]) {
        guard slide.label == .tumor else { return (nil, []) }
        guard let path = slide.annotationPath else {
            if settings.sampling != nil { throw CutFailure.noAnnotation }
            return (nil, ["no annotation was found; the tumor fraction of its tiles is not known"])
        }
        let file = try ASAPAnnotationFile(path: path)
        let region = TumorRegion(file.annotations, vertices: .integers)
        let empty = region.isEmpty ? ["its annotation outlines no tumor"] : []
        return (region, file.warnings.map(\.description) + empty)
    }

    // MARK: Listed tiles

    private func fromList(
        _ slide: CamelyonSlide, _ region: TumorRegion?, source: SlideSource
    ) async throws -> SlideCutPlan {
        let description = try await source.describe()
        let calibration = try? Calibration.resolve(
            description.calibrationProperties, flag: settings.micronsPerPixel,
            table: resolutions?.micronsPerPixel(of: slide.path), path: slide.path)
        let side = TileCutSettings.side
        if let odd = listed.first(where: { $0.area.width != side || $0.area.height != side }) {
            throw CutFailure.otherSide(odd.area)
        }
        let bounds = SlideRect(x: 0, y: 0, width: description.width, height: description.height)
        let outside = listed.filter { $0.area.intersection(bounds) != $0.area }
        guard outside.isEmpty else { throw CutFailure.outside(count: outside.count, first: outside[0].area) }
        var plan = SlideCutPlan(candidates: listed.count, micronsPerPixel: calibration?.micronsPerPixel.mean)
        let isNormal = slide.label == .normal
        // In the order of the slide, so that the list's order changes nothing.
        let ordered = listed.sorted { ($0.area.y, $0.area.x) < ($1.area.y, $1.area.x) }
        plan.tiles = try ordered.map { tile in
            guard let label = tile.label ?? slide.label else { throw CutFailure.unknownLabel }
            let fraction = region.map { TumorRule.fraction(of: tile.area, in: $0) }
            return PlannedTile(
                area: tile.area, label: label, tissueFraction: nil,
                tumorFraction: fraction ?? (isNormal ? 0 : nil),
                foreignFraction: 0)
        }
        let tumors = plan.tiles.count { $0.label == .tumor }
        if isNormal, tumors > 0 {
            plan.warnings.append("\(tumors) listed tiles are called tumor, but the slide is normal")
        }
        let doubtful = plan.tiles.count { tile in
            tile.label == .tumor ? (tile.tumorFraction ?? 1) < 0.5 : (tile.tumorFraction ?? 0) > 0.5
        }
        if region != nil, doubtful > 0 {
            plan.warnings.append("the outlines contradict the labels of \(doubtful) listed tiles")
        }
        return plan
    }

    // MARK: Sampled tiles

    private func sampled(
        _ slide: CamelyonSlide, _ sampling: TileCutSettings.Sampling, _ region: TumorRegion?,
        source: SlideSource
    ) async throws -> SlideCutPlan {
        guard let label = slide.label else { throw CutFailure.unknownLabel }
        let surveyor = SlideSurveyor(
            settings: ScreenSettings(
                coverage: .sparse, tissueRule: sampling.tissueRule, minimumTissue: sampling.minimumTissue,
                seed: sampling.seed, maximumUnread: settings.maximumUnread,
                micronsPerPixel: settings.micronsPerPixel), resolutions: resolutions)
        let survey = try await surveyor.survey(slide.path, source: source) { _ in }
        let cells = candidates(survey, sampling, region)
        let chosen = TileChoice(limit: sampling.perSlide, seed: sampling.seed).cells(
            of: slide.name, from: cells)
        var plan = SlideCutPlan(
            candidates: cells.count, micronsPerPixel: survey.calibration.micronsPerPixel.mean,
            warnings: survey.warnings, isWithoutTissue: survey.mask.fraction == 0)
        if region != nil, cells.isEmpty { plan.warnings.append("no tile of it is tumor by the rule") }
        plan.tiles = chosen.map { cell in
            let area = Self.area(of: cell)
            return PlannedTile(
                area: area, label: label, tissueFraction: survey.mask.tissueFraction(in: area),
                tumorFraction: region.map { TumorRule.fraction(of: area, in: $0) } ?? 0,
                foreignFraction: survey.mask.foreignFraction(in: area))
        }
        return plan
    }

    /// Cells of the grid with enough tissue and, on tumor slides, tumor. Those that reach over the slide's border do
    /// not count.
    private func candidates(
        _ survey: SlideSurvey, _ sampling: TileCutSettings.Sampling, _ region: TumorRegion?
    ) -> [GridCell] {
        let side = TileCutSettings.side
        let (columns, rows) = (survey.description.width / side, survey.description.height / side)
        return (0..<rows).flatMap { row in
            (0..<columns).compactMap { column in
                let cell = GridCell(column: column, row: row)
                let area = Self.area(of: cell)
                let tissue = survey.mask.tissueFraction(in: area)
                guard tissue > 0, tissue >= sampling.minimumTissue,
                    region.map({ sampling.tumorRule.isTumor(area, in: $0) }) ?? true
                else { return nil }
                return cell
            }
        }
    }

    private static func area(of cell: GridCell) -> SlideRect {
        let side = TileCutSettings.side
        return SlideRect(x: cell.column * side, y: cell.row * side, width: side, height: side)
    }
}

/// Why no tile of a slide can be cut.
enum CutFailure: Error, Equatable, CustomStringConvertible {
    case noAnnotation
    case unknownLabel
    case outside(count: Int, first: SlideRect)
    case otherSide(SlideRect)
    /// The list names a slide that is not there.
    case noSlide

    /// Stable, for tables.
    var reason: String {
        switch self {
        case .noAnnotation: "no_annotation"
        case .unknownLabel: "unknown_label"
        case .outside: "outside_slide"
        case .otherSide: "other_side"
        case .noSlide: "no_slide"
        }
    }

    var description: String {
        switch self {
        case .noAnnotation:
            "the outlines of its tumors are missing: put its XML file below the data set's folder"
        case .unknownLabel:
            "nothing says whether it is normal: put reference.csv below the data set's folder, or cut a list"
        case .outside(let count, let first):
            "\(count) listed tiles lie outside, the first at x \(first.x), y \(first.y): this is not the slide that "
                + "the list was made from"
        case .otherSide(let area):
            "a listed tile has \(area.width) x \(area.height) pixels; tiles have \(TileCutSettings.side)"
        case .noSlide: "the list has tiles of it, but its file was not found below the data set's folder"
        }
    }
}
