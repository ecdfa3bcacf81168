internal import Flow
internal import Networks
internal import Pixels
internal import Slides
internal import Tissue

/// The tiles of a slide from site to score: `read -> prepare -> score`.
///
/// Verdicts are put back into grid order at the end, so the result does not depend on which worker was
/// faster.
struct TilePipeline {
    let path: String
    let chart: SlideChart
    let stain: StainPlan
    let model: ScreeningModel
    let workers: Int
    /// Largest part of the tiles that may be unread.
    let maximumUnread: Double

    /// - Parameter firstSource: an open slide to use for the first reader.
    /// - Throws: the first error of any stage; `corrupt_tiles` as soon as too many tiles are unread.
    func run(
        firstSource: SlideSource, progress: ProgressHandler
    ) async throws -> (verdicts: [TileVerdict], stages: [StageReport]) {
        let readers = await SlideSource.readers(
            first: firstSource, path: path, count: workers, field: stain.field, level: chart.level)
        let stages = ThreeStages<TileSite, ReadTile, PreparedTile, TileVerdict>(
            feeding: "sample", .init("read", workers: readers, bytes: \.bytes),
            .init("prepare", workers: (0..<workers).map { _ in makePreparer() }, bytes: \.bytes),
            .init("score", workers: (0..<workers).map { _ in TileScorer(model: model) }))
        var table = VerdictTable<TileVerdict>(count: chart.sites.count)
        let reports = try await stages.run(chart.sites) { verdict in
            let reason: String? = if case .unread(let text) = verdict.outcome { text } else { nil }
            try table.put(
                verdict, at: verdict.site.index, unreadReason: reason, maximumUnread: maximumUnread,
                path: path)
            progress(.tiles(done: table.done, of: chart.sites.count))
        }
        return (table.inGridOrder(), reports)
    }

    private func makePreparer() -> TilePreparer {
        TilePreparer(stain: stain, cropInField: cropInField, inputSide: model.record.recipe.input)
    }

    /// Where the crop lies in what is read.
    private var cropInField: PixelRect {
        let crop = chart.grid.crop(column: 0, row: 0)
        guard stain.field == .tile else {
            let size = chart.level.pixels(in: crop)
            return PixelRect(x: 0, y: 0, width: size.width, height: size.height)
        }
        return chart.level.place(of: crop, in: chart.grid.tile(column: 0, row: 0))
    }
}
