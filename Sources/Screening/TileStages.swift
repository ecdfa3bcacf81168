internal import Flow
internal import Tissue

/// The way of a slide's tiles through three stages joined by bounded queues:
///
///     sites -> read -> (middle) -> (last) -> results
///
/// Memory is bounded by the queues, whatever the size of the slide. The first error of any stage ends them
/// all.
struct TileStages<Middle: Sendable, End: Sendable> {
    /// Limit of each queue in bytes; in items it is ``itemsPerWorker`` for every worker.
    static var bytesPerQueue: Int { 64 << 20 }
    static var itemsPerWorker: Int { 4 }

    /// Readers that have been prepared for what they have to read.
    let readers: [SlideSource]
    let middleName: String
    let middle: [any StageWorker<ReadTile, Middle>]
    let middleBytes: @Sendable (Middle) -> Int
    let lastName: String
    let last: [any StageWorker<Middle, End>]

    /// Sends `sites` through and hands over every result as it comes, in no particular order.
    ///
    /// - Returns: what the stages measured.
    func run(
        _ sites: [TileSite], onResult: (End) throws -> Void
    ) async throws -> [SlideManifest.StageReport] {
        let limits = QueueLimits(
            items: Self.itemsPerWorker * max(readers.count, 1), bytes: Self.bytesPerQueue)
        let chosen = BoundedQueue<TileSite>(limits: limits)
        let read = BoundedQueue<ReadTile>(limits: limits)
        let prepared = BoundedQueue<Middle>(limits: limits)
        let results = BoundedQueue<End>(limits: limits)
        let readStage = Stage(
            name: "read", workers: readers, source: chosen, sink: read, counters: StageCounters(),
            bytes: \.bytes)
        let middleStage = Stage(
            name: middleName, workers: middle, source: read, sink: prepared, counters: StageCounters(),
            bytes: middleBytes)
        let lastStage = Stage(
            name: lastName, workers: last, source: prepared, sink: results, counters: StageCounters(),
            bytes: { _ in 0 })

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for site in sites { try await chosen.send(site) }
                chosen.finish()
            }
            group.addTask { try await readStage.run() }
            group.addTask { try await middleStage.run() }
            group.addTask { try await lastStage.run() }
            while let result = try await results.next() { try onResult(result) }
            for try await _ in group {}
        }
        let sample = SlideManifest.StageReport(
            name: "sample", workers: 1, itemsIn: sites.count, itemsOut: chosen.statistics.sent,
            counters: StageCounters.Values(), queue: chosen.statistics)
        return [sample, Self.report(readStage), Self.report(middleStage), Self.report(lastStage)]
    }

    private static func report<Input, Output>(_ stage: Stage<Input, Output>) -> SlideManifest.StageReport {
        SlideManifest.StageReport(
            name: stage.name, workers: stage.workers.count, itemsIn: stage.source.statistics.received,
            itemsOut: stage.sink.statistics.sent, counters: stage.counters.values,
            queue: stage.sink.statistics)
    }
}
