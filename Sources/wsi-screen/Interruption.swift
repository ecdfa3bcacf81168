import Dispatch
import Foundation
import Screening
import Synchronization

/// SIGINT and SIGTERM as cancellation: the first one stops the work in good order, a second one ends at once.
///
/// Nothing half-written can stay behind either way, because files get their names only when they are
/// complete.
struct Interruption: Sendable {
    /// Runs `work`; when a signal cancels it, the process ends with 130 or 143.
    ///
    /// - Parameter kept: what survives and how to go on, for the message.
    /// - Throws: what `work` throws, also after a signal: work that failed while it stopped, perhaps for want of
    ///   room for what it was to save, was not merely interrupted.
    static func run<Value: Sendable>(
        kept: String = "finished slides are kept, run the same command again to go on",
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let received = Received()
        let task = Task { try await work() }
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if received.isFirst(number) { task.cancel() } else { _exit(status(number)) }
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        let result = await task.result
        // Also when the work was finished before it noticed: who asked for an end gets the status of one.
        if let number = received.first, !hasFailed(result) {
            Terminal.exit(saying: "interrupted; \(kept)", status: status(number))
        }
        return try result.get()
    }

    private static func hasFailed<Value>(_ result: Result<Value, any Error>) -> Bool {
        if case .failure(let error) = result { !(error is CancellationError) } else { false }
    }

    private static func status(_ number: Int32) -> Int32 {
        number == SIGINT ? ExitStatus.interrupted : ExitStatus.terminated
    }

    private final class Received: Sendable {
        private let number = Mutex<Int32?>(nil)

        var first: Int32? { number.withLock { $0 } }

        func isFirst(_ signal: Int32) -> Bool {
            number.withLock { number in
                defer { number = number ?? signal }
                return number == nil
            }
        }
    }
}
