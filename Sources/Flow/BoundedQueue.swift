internal import Synchronization

/// A first-in-first-out queue between stages, for any number of senders and receivers, bounded in items and
/// bytes.
///
/// A full queue suspends its senders (back-pressure), an empty one its receivers. Cancelling a task that
/// waits here throws `CancellationError` in it and loses nothing that others sent. Waiters are served in the
/// order they came.
///
/// ``QueueState`` holds the rules; this type adds the lock and resumes continuations outside of it.
public final class BoundedQueue<Element: Sendable>: Sendable {
    private typealias Sender = CheckedContinuation<Void, any Error>
    private typealias Receiver = CheckedContinuation<Element?, any Error>
    private typealias State = QueueState<Element, Sender, Receiver>

    private let state: LockedValue<State>
    private let tickets = Atomic<UInt64>(0)

    public init(limits: QueueLimits) {
        state = LockedValue(State(limits: limits))
    }

    public var statistics: QueueStatistics { state.withLock { $0.statistics } }

    /// Hands `element` over, waiting while the queue is full.
    ///
    /// - Parameter bytes: what the element weighs against the byte limit.
    /// - Throws: the error the queue failed with, or `CancellationError`; the element was then not taken.
    public func send(_ element: Element, bytes: Int = 0) async throws {
        let ticket = tickets.add(1, ordering: .relaxed).newValue
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (sender: Sender) in
                let resume = state.withLock { state -> @Sendable () -> Void in
                    // The handler may have run already: a task cancelled before this point must not wait.
                    if Task.isCancelled { return { sender.resume(throwing: CancellationError()) } }
                    switch state.send(element, bytes: bytes) {
                    case .stored:
                        return { sender.resume() }
                    case .handOver(let receiver, let element):
                        return {
                            receiver.resume(returning: element)
                            sender.resume()
                        }
                    case .refused(let error):
                        return { sender.resume(throwing: error) }
                    case .mustWait:
                        state.wait(sending: element, bytes: bytes, sender: sender, ticket: ticket)
                        return {}
                    }
                }
                resume()
            }
        } onCancel: {
            guard let ended = state.withLock({ $0.cancelSender(ticket: ticket) }) else { return }
            ended.cancelled.resume(throwing: CancellationError())
            for sender in ended.admitted { sender.resume() }
        }
    }

    /// The next element, waiting while the queue is empty; nil after the end.
    ///
    /// - Throws: the error the queue failed with, or `CancellationError`.
    public func next() async throws -> Element? {
        let ticket = tickets.add(1, ordering: .relaxed).newValue
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (receiver: Receiver) in
                let resume = state.withLock { state -> @Sendable () -> Void in
                    if Task.isCancelled { return { receiver.resume(throwing: CancellationError()) } }
                    switch state.receive() {
                    case .element(let element, let admitted):
                        return {
                            for sender in admitted { sender.resume() }
                            receiver.resume(returning: element)
                        }
                    case .end:
                        return { receiver.resume(returning: nil) }
                    case .failed(let error):
                        return { receiver.resume(throwing: error) }
                    case .mustWait:
                        state.wait(receiver: receiver, ticket: ticket)
                        return {}
                    }
                }
                resume()
            }
        } onCancel: {
            state.withLock { $0.cancelReceiver(ticket: ticket) }?.resume(throwing: CancellationError())
        }
    }

    /// Says that no more elements come. What is buffered can still be taken.
    public func finish() {
        let waiting = state.withLock { $0.finish() }
        for receiver in waiting.receivers { receiver.resume(returning: nil) }
        for sender in waiting.senders { sender.resume(throwing: QueueError.sentAfterFinish) }
    }

    /// Ends the queue from either side: drops what is buffered and throws `error` in everybody who waits or
    /// comes.
    public func fail(_ error: any Error) {
        let waiting = state.withLock { $0.fail(error) }
        for receiver in waiting.receivers { receiver.resume(throwing: error) }
        for sender in waiting.senders { sender.resume(throwing: error) }
    }
}
