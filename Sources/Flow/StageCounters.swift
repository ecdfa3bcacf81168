/// Where the time of one stage went, summed over its workers. Shared by them.
public final class StageCounters: Sendable {
    /// A snapshot; times in seconds.
    public struct Values: Sendable, Hashable, Codable {
        public var items = 0
        public var secondsBusy = 0.0
        public var secondsWaitingForInput = 0.0
        public var secondsWaitingForOutput = 0.0

        public init() {}
    }

    private let state = LockedValue(Values())

    public init() {}

    public var values: Values { state.withLock { $0 } }

    /// Adds one processed element and the time it took.
    public func addBusy(_ duration: Duration) {
        state.withLock {
            $0.items += 1
            $0.secondsBusy += duration.seconds
        }
    }

    /// Adds time in which a worker had nothing to do: the stage before is the slow one.
    public func addWaitingForInput(_ duration: Duration) {
        state.withLock { $0.secondsWaitingForInput += duration.seconds }
    }

    /// Adds time in which a worker could not hand its result on: the stage behind is the slow one.
    public func addWaitingForOutput(_ duration: Duration) {
        state.withLock { $0.secondsWaitingForOutput += duration.seconds }
    }
}

extension Duration {
    /// The duration in seconds.
    public var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
