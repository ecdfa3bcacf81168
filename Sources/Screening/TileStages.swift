internal import Flow
internal import Slides
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
        return [Self.report(readStage), Self.report(middleStage), Self.report(lastStage)]
    }

    private static func report<Input, Output>(_ stage: Stage<Input, Output>) -> SlideManifest.StageReport {
        SlideManifest.StageReport(
            name: stage.name, workers: stage.workers.count, counters: stage.counters.values,
            queue: stage.sink.statistics)
    }
}

/// The results of a slide's tiles, put back into grid order, and the count of what could not be read.
struct VerdictTable<Verdict> {
    private var places: [Verdict?]
    private(set) var done = 0
    private(set) var unread = 0

    init(count: Int) {
        places = [Verdict?](repeating: nil, count: count)
    }

    /// - Throws: `corrupt_tiles` as soon as more than `maximumUnread` of all tiles are unread.
    mutating func put(
        _ verdict: Verdict, at index: Int, unreadReason: String?, maximumUnread: Double, path: String
    ) throws(SlideFailure) {
        precondition(places[index] == nil, "tile \(index) came twice")
        places[index] = verdict
        done += 1
        guard let unreadReason else { return }
        unread += 1
        if Double(unread) > maximumUnread * Double(places.count) {
            let limit = TileTable.decimal(maximumUnread * 100, places: 3)
            throw SlideFailure(
                .corruptTiles, path: path,
                detail: "more than \(limit) % of the \(places.count) tiles cannot be read (\(unreadReason))")
        }
    }

    /// All results in grid order. Traps if one is missing: the stages lose nothing.
    func inGridOrder() -> [Verdict] {
        let verdicts = places.compactMap { $0 }
        precondition(
            verdicts.count == places.count, "\(places.count) tiles went in and \(verdicts.count) came out")
        return verdicts
    }
}
