internal import Kernels
internal import Networks
internal import Pictures
internal import Pixels
internal import Slides
internal import Tissue

/// How a manifest is filled as the work goes on.
extension SlideManifest {
    public static let fileName = "manifest.json"

    /// Everything that a run may write beside the manifest, now or in another version.
    static let ownedFiles = [
        "tiles.csv", "heatmap.png", "heatmap.tif", "mask.png", "thumbnail.png", "tiles.geojson",
        "report.html",
        "tiles.h5", "tiles", selfModelFile,
    ]

    static let selfModelFile = "self-model.safetensors"

    /// What a reader of the scores has to know although nothing went wrong.
    public var notices: [String] { [selfModel?.meaning].compactMap { $0 } }

    /// Part of the tiles without a stain that is worth a warning: a few at the rim of the tissue are usual.
    static let manyDegenerate = 0.05

    /// Texts of unread tiles that are kept: enough to see the cause.
    static let keptReasons = 10

    mutating func fail(_ report: FailureReport) {
        status = .failed
        reason = report.reason
        message = report.message
        score = nil
        scores = nil
    }

    mutating func record(_ survey: SlideSurvey, grid: TileGrid, level: SlideDescription.Level) {
        source = Source(
            identity: survey.preflight.identity, vendor: survey.description.vendor,
            width: survey.description.width,
            height: survey.description.height,
            levels: survey.description.levels.map {
                Source.Level(width: $0.width, height: $0.height, downsample: $0.downsample)
            },
            calibration: survey.calibration, openslideVersion: openSlideVersion,
            kernels: "\(KernelPath.current)", readLevel: level.index.rawValue)
        geometry = Geometry(
            tileWidth: grid.tileWidth, tileHeight: grid.tileHeight, cropWidth: grid.cropWidth,
            cropHeight: grid.cropHeight, cellWidth: grid.cellWidth, cellHeight: grid.cellHeight,
            columns: grid.columns, rows: grid.rows)
        tissue = survey.mask.evidence
        warnings += survey.warnings
    }

    /// Counts the verdicts, makes the slide's scores and decides the status.
    ///
    /// - Throws: ``UnscorableSlide`` if there are tiles but not one of them could be scored.
    /// - Parameter normals: needed if anything was scored.
    mutating func conclude(_ verdicts: [TileVerdict], normals: ScoreDistribution?) throws(UnscorableSlide) {
        let unread = verdicts.filter { $0.status == "unread" }
        counts = Counts(
            tiles: verdicts.count, scored: verdicts.count { $0.score != nil }, unread: unread.count,
            degenerateStain: verdicts.count { $0.status == "degenerate_stain" })
        degenerateReasons = Dictionary(
            verdicts.compactMap(\.degenerateReason).map { ($0, 1) }, uniquingKeysWith: +)
        unreadReasons = unread.prefix(Self.keptReasons).map { verdict in
            if case .unread(let reason) = verdict.outcome { reason } else { "" }
        }
        if counts.unread > 0 {
            warnings.append("\(counts.unread) of \(counts.tiles) tiles could not be read")
        }
        if Double(counts.degenerateStain) > Self.manyDegenerate * Double(counts.tiles) {
            warnings.append(
                "\(counts.degenerateStain) of \(counts.tiles) tiles lie under ink or have no stain to estimate"
            )
        }
        if !verdicts.isEmpty && counts.scored == 0 {
            throw UnscorableSlide(tiles: counts.tiles, degenerateStain: counts.degenerateStain)
        }
        scores = normals.flatMap { SlideScores(verdicts.compactMap(\.score), normals: $0) }
        score = scores?.value(settings.aggregate)
        if verdicts.isEmpty {
            status = .noTissue
        } else if warnings.isEmpty {
            status = .ok
        } else {
            status = .okWithWarnings
        }
    }

    /// Counts exported tiles and decides the status.
    mutating func conclude(_ tiles: [WrittenTile]) {
        counts = Counts(
            tiles: tiles.count, scored: 0, unread: tiles.count { $0.status == "unread" },
            degenerateStain: tiles.count { $0.status == "degenerate_stain" })
        unreadReasons = tiles.compactMap(\.unreadReason).prefix(Self.keptReasons).map { $0 }
        if counts.unread > 0 {
            warnings.append("\(counts.unread) of \(counts.tiles) tiles could not be read")
        }
        if Double(counts.degenerateStain) > Self.manyDegenerate * Double(counts.tiles) {
            warnings.append(
                "\(counts.degenerateStain) of \(counts.tiles) tiles lie under ink or have no stain to estimate"
            )
        }
        status = tiles.isEmpty ? .noTissue : warnings.isEmpty ? .ok : .okWithWarnings
    }

    /// One line under the title of the heatmap.
    var headline: String {
        guard let score else { return "no tissue found" }
        let text = AxisTicks.text(score, places: 3)
        return
            "\(settings.aggregate.rawValue) = \(text)   \(counts.scored) cells   model \(model?.name ?? "")"
    }
}

/// None of a slide's tiles could be scored.
struct UnscorableSlide: Error {
    let tiles: Int
    let degenerateStain: Int
}
