internal import Flow
internal import Networks
internal import Pixels
internal import Slides
internal import Tissue

/// The stages that every sampled tile passes, joined by bounded queues:
///
///     sites -> read -> prepare -> score -> verdicts
///
/// Memory is bounded by the queues, whatever the size of the slide. Verdicts are put back into grid order at the end,
/// so the result does not depend on which worker was faster.
struct TilePipeline {
    /// Room in each queue: some tiles for every worker, and a limit in bytes for large tiles.
    static let bytesPerQueue = 64 << 20

    let path: String
    let level: SlideDescription.Level
    let stain: StainPlan
    let recipe: Recipe
    let grid: TileGrid
    let model: ScreeningModel
    let workers: Int
    /// Most unread tiles before the slide fails.
    let maximumUnread: Double

    struct Output {
        let verdicts: [TileVerdict]
        let stages: [SlideManifest.StageReport]
    }

    /// - Parameter firstSource: an open slide to use for the first reader.
    /// - Throws: the first error of any stage; `corrupt_tiles` as soon as too many tiles are unread.
    func run(_ sites: [TileSite], firstSource: SlideSource, progress: ProgressHandler) async throws -> Output {
        let limits = QueueLimits(items: 4 * workers, bytes: Self.bytesPerQueue)
        let chosen = BoundedQueue<TileSite>(limits: limits)
        let read = BoundedQueue<ReadTile>(limits: limits)
        let prepared = BoundedQueue<PreparedTile>(limits: limits)
        let scored = BoundedQueue<TileVerdict>(limits: limits)

        let sources = [firstSource] + (1..<max(workers, 1)).map { _ in SlideSource(path: path) }
        for source in sources { await source.prepare(stain.field, level: level) }
        let readStage = Stage(
            name: "read", workers: sources, source: chosen, sink: read, counters: StageCounters(), bytes: \.bytes)
        let prepareStage = Stage(
            name: "prepare", workers: (0..<workers).map { _ in makePreparer() }, source: read, sink: prepared,
            counters: StageCounters(), bytes: \.bytes)
        let scoreStage = Stage(
            name: "score", workers: (0..<workers).map { _ in TileScorer(model: model) }, source: prepared,
            sink: scored, counters: StageCounters(), bytes: { _ in 0 })

        let verdicts = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for site in sites { try await chosen.send(site) }
                chosen.finish()
            }
            group.addTask { try await readStage.run() }
            group.addTask { try await prepareStage.run() }
            group.addTask { try await scoreStage.run() }
            return try await collect(scored, count: sites.count, progress: progress)
        }
        return Output(
            verdicts: verdicts,
            stages: [
                report(readStage), report(prepareStage), report(scoreStage),
            ])
    }

    /// Last stage: every verdict to its place in grid order.
    private func collect(
        _ scored: BoundedQueue<TileVerdict>, count: Int, progress: ProgressHandler
    ) async throws -> [TileVerdict] {
        var places = [TileVerdict?](repeating: nil, count: count)
        var unread = 0
        var done = 0
        while let verdict = try await scored.next() {
            places[verdict.site.index] = verdict
            done += 1
            if case .unread(let reason) = verdict.outcome {
                unread += 1
                if Double(unread) > maximumUnread * Double(count) {
                    throw SlideFailure(
                        .corruptTiles, path: path,
                        detail: "more than \(percent(maximumUnread)) of the \(count) tiles cannot be read (\(reason))")
                }
            }
            progress(.tiles(done: done, of: count))
        }
        let verdicts = places.compactMap { $0 }
        precondition(verdicts.count == count, "\(count) tiles went in and \(verdicts.count) came out")
        return verdicts
    }

    private func percent(_ fraction: Double) -> String {
        TileTable.decimal(fraction * 100, places: 3) + " %"
    }

    private func makePreparer() -> TilePreparer {
        TilePreparer(stain: stain, cropInField: cropInField, inputSide: recipe.input)
    }

    /// Where the crop lies in what is read.
    private var cropInField: PixelRect {
        let crop = grid.crop(column: 0, row: 0)
        let size = level.pixels(in: crop)
        guard stain.field == .tile else { return PixelRect(x: 0, y: 0, width: size.width, height: size.height) }
        let tile = grid.tile(column: 0, row: 0)
        return PixelRect(
            x: Int((Double(crop.x - tile.x) / level.downsample).rounded()),
            y: Int((Double(crop.y - tile.y) / level.downsample).rounded()), width: size.width, height: size.height)
    }

    private func report<Input, Output>(_ stage: Stage<Input, Output>) -> SlideManifest.StageReport {
        SlideManifest.StageReport(
            name: stage.name, workers: stage.workers.count, counters: stage.counters.values,
            queue: stage.sink.statistics)
    }
}
