internal import Flow
internal import Foundation

/// A result with the number of what it is the result of.
struct Numbered<Value: Sendable>: Sendable {
    let index: Int
    let value: Value
}

/// Does the same to the numbers 0, 1, 2, … on several workers at once. Results come in the order in which they
/// are ready, each with its number; a queue bounds how many wait.
struct ParallelMap<Value: Sendable> {
    let workers: [any StageWorker<Int, Numbered<Value>>]

    /// - Throws: the first error of a worker or of `receive`, or `CancellationError`.
    func run(count: Int, receive: (Int, Value) throws -> Void) async throws {
        let limits = QueueLimits(items: 2 * workers.count, bytes: .max)
        let numbers = BoundedQueue<Int>(limits: limits)
        let results = BoundedQueue<Numbered<Value>>(limits: limits)
        let stage = Stage(
            name: "map", workers: workers, source: numbers, sink: results, counters: StageCounters(),
            bytes: { _ in 0 })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for index in 0..<count { try await numbers.send(index) }
                numbers.finish()
            }
            group.addTask { try await stage.run() }
            while let result = try await results.next() { try receive(result.index, result.value) }
            for try await _ in group {}
        }
    }
}

/// How many workers use the machine fully.
public enum CoreCount {
    /// Cores that this process may use.
    public static var available: Int { ProcessInfo.processInfo.activeProcessorCount }
}
