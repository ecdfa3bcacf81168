/// The way of items through three stages joined by bounded queues:
///
///     items -> first -> second -> third -> results
///
/// Memory is bounded by the queues, however many items there are. The first error of any stage ends them all.
public struct ThreeStages<Item: Sendable, Early: Sendable, Late: Sendable, End: Sendable> {
    /// A stage without its queues.
    public struct Crew<Input: Sendable, Output: Sendable> {
        let name: String
        let workers: [any StageWorker<Input, Output>]
        let bytes: @Sendable (Output) -> Int

        /// - Parameter bytes: weight of an output against the byte limit of the queue behind the stage.
        public init(
            _ name: String, workers: [any StageWorker<Input, Output>],
            bytes: @escaping @Sendable (Output) -> Int = { _ in 0 }
        ) {
            self.name = name
            self.workers = workers
            self.bytes = bytes
        }
    }

    /// Limit of each queue in bytes; in items it is ``itemsPerWorker`` for every worker of the first stage.
    public static var bytesPerQueue: Int { 64 << 20 }
    public static var itemsPerWorker: Int { 4 }

    private let feeding: String
    private let first: Crew<Item, Early>
    private let second: Crew<Early, Late>
    private let third: Crew<Late, End>

    /// - Parameter feeding: what the choice of the items is called in the report.
    public init(
        feeding: String, _ first: Crew<Item, Early>, _ second: Crew<Early, Late>, _ third: Crew<Late, End>
    ) {
        self.feeding = feeding
        self.first = first
        self.second = second
        self.third = third
    }

    /// Sends `items` through and hands over every result as it comes, in no particular order.
    ///
    /// - Returns: what the stages measured.
    public func run(_ items: [Item], onResult: (End) throws -> Void) async throws -> [StageReport] {
        let limits = QueueLimits(
            items: Self.itemsPerWorker * max(first.workers.count, 1), bytes: Self.bytesPerQueue)
        let chosen = BoundedQueue<Item>(limits: limits)
        let early = BoundedQueue<Early>(limits: limits)
        let late = BoundedQueue<Late>(limits: limits)
        let results = BoundedQueue<End>(limits: limits)
        let firstStage = Self.stage(first, from: chosen, to: early)
        let secondStage = Self.stage(second, from: early, to: late)
        let thirdStage = Self.stage(third, from: late, to: results)

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for item in items { try await chosen.send(item) }
                chosen.finish()
            }
            group.addTask { try await firstStage.run() }
            group.addTask { try await secondStage.run() }
            group.addTask { try await thirdStage.run() }
            while let result = try await results.next() { try onResult(result) }
            for try await _ in group {}
        }
        return [
            StageReport(feeding: feeding, count: items.count, queue: chosen.statistics),
            StageReport(firstStage), StageReport(secondStage), StageReport(thirdStage),
        ]
    }

    private static func stage<Input, Output>(
        _ crew: Crew<Input, Output>, from source: BoundedQueue<Input>, to sink: BoundedQueue<Output>
    ) -> Stage<Input, Output> {
        Stage(
            name: crew.name, workers: crew.workers, source: source, sink: sink, counters: StageCounters(),
            bytes: crew.bytes)
    }
}
