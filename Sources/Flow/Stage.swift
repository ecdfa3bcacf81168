/// One worker of a stage: an actor that turns an input into an output and owns the scratch memory for it.
public protocol StageWorker<Input, Output>: Actor {
    associatedtype Input: Sendable
    associatedtype Output: Sendable

    func process(_ input: Input) async throws -> Output
}

/// A stage between two queues: one or more workers that do the same to different elements.
///
/// Elements leave in the order in which workers finish them, which is not the order in which they came:
/// whoever needs an order keeps an index in the element.
public struct Stage<Input: Sendable, Output: Sendable>: Sendable {
    public let name: String
    public let workers: [any StageWorker<Input, Output>]
    public let source: BoundedQueue<Input>
    public let sink: BoundedQueue<Output>
    /// Weight of an output against the byte limit of `sink`.
    public let bytes: @Sendable (Output) -> Int
    public let counters: StageCounters

    public init(
        name: String, workers: [any StageWorker<Input, Output>], source: BoundedQueue<Input>,
        sink: BoundedQueue<Output>, counters: StageCounters, bytes: @escaping @Sendable (Output) -> Int
    ) {
        self.name = name
        self.workers = workers
        self.source = source
        self.sink = sink
        self.bytes = bytes
        self.counters = counters
    }

    /// Runs until the source ends, then finishes the sink.
    ///
    /// The first error of any worker, or cancellation, fails both queues, which stops the neighbors too.
    public func run() async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in workers { group.addTask { try await run(worker) } }
                // Not `waitForAll`, which would let the other workers go on after an error: leaving the group
                // by an error cancels them.
                for try await _ in group {}
            }
        } catch {
            source.fail(error)
            sink.fail(error)
            throw error
        }
        sink.finish()
    }

    private func run(_ worker: any StageWorker<Input, Output>) async throws {
        let clock = ContinuousClock()
        while true {
            var mark = clock.now
            guard let input = try await source.next() else { return }
            counters.addWaitingForInput(mark.duration(to: clock.now))
            mark = clock.now
            let output = try await worker.process(input)
            counters.addBusy(mark.duration(to: clock.now))
            mark = clock.now
            try await sink.send(output, bytes: bytes(output))
            counters.addWaitingForOutput(mark.duration(to: clock.now))
        }
    }
}
