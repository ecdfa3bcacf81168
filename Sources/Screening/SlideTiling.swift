internal import Flow
internal import Pixels
internal import Records
internal import Slides
internal import Staining
internal import Tissue

/// Cuts one slide into tiles: survey, sample, stain, write.
struct SlideTiling: SlideWork {
    let settings: ScreenSettings
    let export: TileExportSettings
    let resolutions: ResolutionTable?
    let workers: Int

    var model: SlideManifest.Model? { nil }

    var configurationSha256: String {
        Configuration.sha256(settings: settings, model: nil, export: export)
    }

    func perform(
        _ input: SlideInput, into results: inout ResultFolder, manifest: inout SlideManifest,
        progress: @escaping ProgressHandler
    ) async throws {
        var watch = Stopwatch()
        let source = SlideSource(path: input.path)
        let side = Double(export.tileSide) * export.tileResolution
        let charting = SlideCharting(
            settings: settings, resolutions: resolutions, tileMicrons: side, cropMicrons: side,
            tileResolution: export.tileResolution)
        let chart = try await charting.chart(input, source: source, manifest: &manifest, progress: progress)
        try Thumbnail(chart.survey.overview).write(mask: chart.survey.mask, into: &results)
        manifest.timing.secondsTissue = watch.lap()
        var tiles: [WrittenTile] = []
        if !chart.sites.isEmpty {
            let stain = try await stainPlan(chart, source: source, manifest: &manifest)
            manifest.timing.secondsStain = watch.lap()
            (tiles, manifest.stages) = try await write(
                chart, of: input, stain: stain, source: source, folder: results.path + "/tiles",
                progress: progress)
            manifest.timing.secondsTiles = watch.lap()
        }
        manifest.conclude(tiles)
        results.include(
            Dictionary(tiles.filter { $0.status == "ok" }.map { ("tiles/" + $0.file, $0.sha256) }) { $1 })
        try results.write(Array(Self.table(tiles).utf8), as: "tiles.csv")
        try chart.checkUnchanged(input.path)
    }

    private func stainPlan(
        _ chart: SlideChart, source: SlideSource, manifest: inout SlideManifest
    ) async throws -> StainPlan {
        guard let scope = export.scope, let target = export.target else { return .none }
        return try await chart.stainPlan(
            scope: scope, match: export.match, target: target, step: 2,
            seed: settings.seed, source: source, manifest: &manifest)
    }

    private func write(
        _ chart: SlideChart, of input: SlideInput, stain: StainPlan, source: SlideSource, folder: String,
        progress: ProgressHandler
    ) async throws -> ([WrittenTile], [StageReport]) {
        try AtomicFile.makeFolder(folder)
        let size = chart.level.pixels(in: chart.grid.tile(column: 0, row: 0))
        let readers = await SlideSource.readers(
            first: source, path: input.path, count: workers, field: .tile, level: chart.level)
        let normalizers = (0..<workers).map { _ in
            TileNormalizer(stain: stain, size: size, side: export.tileSide)
        }
        let stages = ThreeStages<TileSite, ReadTile, PreparedTile, WrittenTile>(
            feeding: "sample", .init("read", workers: readers, bytes: \.bytes),
            .init("normalize", workers: normalizers, bytes: \.bytes),
            .init("write", workers: (0..<workers).map { _ in TileWriter(folder: folder) }))
        var table = VerdictTable<WrittenTile>(count: chart.sites.count)
        let reports = try await stages.run(chart.sites) { tile in
            try table.put(
                tile, at: tile.site.index, unreadReason: tile.unreadReason,
                maximumUnread: settings.maximumUnread,
                path: input.path)
            progress(.tiles(done: table.done, of: chart.sites.count))
        }
        return (table.inGridOrder(), reports)
    }

    private static func table(_ tiles: [WrittenTile]) -> String {
        let header = [
            "x", "y", "width", "height", "tissue_fraction", "status", "file", "pixel_width", "pixel_height",
            "sha256",
        ]
        return CSV.line(header)
            + tiles.map { tile in
                let cell = tile.site.cell
                let fraction = CSV.decimal(tile.site.tissueFraction, places: 4)
                let file = tile.file.isEmpty ? "" : "tiles/" + tile.file
                return CSV.line([
                    "\(cell.x)", "\(cell.y)", "\(cell.width)", "\(cell.height)", fraction, tile.status, file,
                    written(tile.pixelWidth), written(tile.pixelHeight), tile.sha256,
                ])
            }.joined()
    }

    private static func written(_ pixels: Int) -> String { pixels == 0 ? "" : String(pixels) }
}
