internal import DequeModule

/// The rules of a bounded first-in-first-out queue as a plain value: no lock, no concurrency.
///
/// Every event is a mutating function that returns what has to be done outside the lock (``BoundedQueue``
/// holds one). `Sender` and `Receiver` stand for whoever waits; in tests they are plain integers.
///
/// Invariants: a receiver waits only while the buffer is empty and no sender waits; a sender waits only while
/// its element does not fit; nobody waits after the end.
package struct QueueState<Element, Sender, Receiver> {
    private struct Buffered {
        let element: Element
        let bytes: Int
    }

    private struct WaitingSender {
        let ticket: UInt64
        let item: Buffered
        let sender: Sender
    }

    private struct WaitingReceiver {
        let ticket: UInt64
        let receiver: Receiver
    }

    package enum Phase {
        case open
        /// No more elements come; what is buffered may still be taken.
        case finished
        /// Everything was dropped; senders and receivers get the error.
        case failed(any Error)
    }

    /// What to do for somebody who asked to send.
    package enum SendOutcome {
        case stored
        /// A receiver was waiting: give it the element. The sender is done.
        case handOver(Receiver, Element)
        case mustWait
        case refused(any Error)
    }

    /// What to do for somebody who asked to receive.
    package enum ReceiveOutcome {
        /// Here it is; the senders listed got their elements in and are to be resumed.
        case element(Element, admitted: [Sender])
        case mustWait
        case end
        case failed(any Error)
    }

    package let limits: QueueLimits
    package private(set) var phase = Phase.open
    package private(set) var statistics = QueueStatistics()
    package private(set) var heldBytes = 0
    private var buffer = Deque<Buffered>()
    private var senders = Deque<WaitingSender>()
    private var receivers = Deque<WaitingReceiver>()

    package init(limits: QueueLimits) {
        self.limits = limits
    }

    package var heldItems: Int { buffer.count }

    // MARK: Sending

    /// Tries to send at once. After `.mustWait` the caller registers with
    /// ``wait(sending:bytes:sender:ticket:)`` in the same critical section.
    package mutating func send(_ element: Element, bytes: Int) -> SendOutcome {
        switch phase {
        case .failed(let error): return .refused(error)
        case .finished: return .refused(QueueError.sentAfterFinish)
        case .open: break
        }
        if let waiting = receivers.popFirst() {
            statistics.sent += 1
            statistics.received += 1
            return .handOver(waiting.receiver, element)
        }
        guard senders.isEmpty, fits(bytes) else { return .mustWait }
        store(Buffered(element: element, bytes: bytes))
        return .stored
    }

    package mutating func wait(sending element: Element, bytes: Int, sender: Sender, ticket: UInt64) {
        senders.append(
            WaitingSender(ticket: ticket, item: Buffered(element: element, bytes: bytes), sender: sender))
    }

    /// Takes a waiting sender out; nil if its element got in meanwhile. Those behind it may fit now: the
    /// admitted ones are to be resumed.
    package mutating func cancelSender(ticket: UInt64) -> (cancelled: Sender, admitted: [Sender])? {
        guard let index = senders.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        let cancelled = senders.remove(at: index).sender
        return (cancelled, admitSenders())
    }

    // MARK: Receiving

    package mutating func receive() -> ReceiveOutcome {
        if case .failed(let error) = phase { return .failed(error) }
        if let item = buffer.popFirst() {
            heldBytes -= item.bytes
            statistics.received += 1
            return .element(item.element, admitted: admitSenders())
        }
        if case .finished = phase { return .end }
        return .mustWait
    }

    package mutating func wait(receiver: Receiver, ticket: UInt64) {
        receivers.append(WaitingReceiver(ticket: ticket, receiver: receiver))
    }

    /// Takes a waiting receiver out; nil if it was served meanwhile.
    package mutating func cancelReceiver(ticket: UInt64) -> Receiver? {
        guard let index = receivers.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        return receivers.remove(at: index).receiver
    }

    // MARK: Ending

    /// No more elements will come. Returns the receivers to be told of the end, and the senders that were
    /// still waiting (a misuse: they are refused).
    package mutating func finish() -> (receivers: [Receiver], senders: [Sender]) {
        guard case .open = phase else { return ([], []) }
        phase = .finished
        return drainWaiters()
    }

    /// Drops what is buffered and refuses everything from now on. The first error wins.
    package mutating func fail(_ error: any Error) -> (receivers: [Receiver], senders: [Sender]) {
        if case .failed = phase { return ([], []) }
        phase = .failed(error)
        buffer.removeAll()
        heldBytes = 0
        return drainWaiters()
    }

    private mutating func drainWaiters() -> (receivers: [Receiver], senders: [Sender]) {
        let waiting = (receivers.map(\.receiver), senders.map(\.sender))
        receivers.removeAll()
        senders.removeAll()
        return waiting
    }

    // MARK: Room

    private func fits(_ bytes: Int) -> Bool {
        buffer.isEmpty || (buffer.count < limits.items && heldBytes + bytes <= limits.bytes)
    }

    private mutating func store(_ item: Buffered) {
        buffer.append(item)
        heldBytes += item.bytes
        statistics.sent += 1
        statistics.highWaterItems = max(statistics.highWaterItems, buffer.count)
        statistics.highWaterBytes = max(statistics.highWaterBytes, heldBytes)
    }

    /// Lets waiting senders in, in their order, as long as there is room.
    private mutating func admitSenders() -> [Sender] {
        var admitted: [Sender] = []
        while let next = senders.first, fits(next.item.bytes) {
            senders.removeFirst()
            store(next.item)
            admitted.append(next.sender)
        }
        return admitted
    }
}

/// Misuse of a queue.
public enum QueueError: Error, CustomStringConvertible {
    case sentAfterFinish

    public var description: String { "an element was sent into a queue that was already finished" }
}
