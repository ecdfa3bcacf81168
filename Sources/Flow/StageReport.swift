/// Where the time of a stage went, and how full the queue behind it became.
public struct StageReport: Sendable, Codable {
    public var name: String
    public var workers: Int
    public var itemsIn: Int
    public var itemsOut: Int
    public var counters: StageCounters.Values
    public var queue: QueueStatistics

    /// The report of a stage that has ended.
    public init<Input, Output>(_ stage: Stage<Input, Output>) {
        name = stage.name
        workers = stage.workers.count
        itemsIn = stage.source.statistics.received
        itemsOut = stage.sink.statistics.sent
        counters = stage.counters.values
        queue = stage.sink.statistics
    }

    /// The report of what chose `count` items and sent them into the first queue.
    init(feeding name: String, count: Int, queue: QueueStatistics) {
        self.name = name
        workers = 1
        itemsIn = count
        itemsOut = queue.sent
        counters = StageCounters.Values()
        self.queue = queue
    }
}
