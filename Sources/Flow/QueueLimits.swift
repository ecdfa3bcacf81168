/// How much a ``BoundedQueue`` may hold before its senders wait.
public struct QueueLimits: Sendable, Hashable {
    /// Most elements held.
    public var items: Int
    /// Most bytes held, by the weight that each sender states. One element larger than this is still let into
    /// an empty queue: it has to pass somehow.
    public var bytes: Int

    public init(items: Int, bytes: Int) {
        precondition(
            items > 0 && bytes > 0, "a queue needs room for something: \(items) items, \(bytes) bytes")
        self.items = items
        self.bytes = bytes
    }
}

/// What a queue saw, for the manifest and for finding the slow stage.
public struct QueueStatistics: Sendable, Hashable, Codable {
    public var sent = 0
    public var received = 0
    public var highWaterItems = 0
    public var highWaterBytes = 0

    public init() {}
}
