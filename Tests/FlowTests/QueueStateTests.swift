import Testing

import Flow

private struct Broken: Error, Equatable {}

/// The rules as a plain value: senders and receivers are integers.
@Suite struct `Queue rules` {
    private typealias State = QueueState<String, Int, Int>

    private func makeState(items: Int = 2, bytes: Int = 100) -> State {
        State(limits: QueueLimits(items: items, bytes: bytes))
    }

    @Test func `elements leave in the order they came`() {
        var state = makeState(items: 3)
        for element in ["a", "b", "c"] { _ = state.send(element, bytes: 1) }
        #expect(["a", "b", "c"].allSatisfy { take(&state) == $0 })
        guard case .mustWait = state.receive() else {
            Issue.record("an empty open queue makes its receiver wait")
            return
        }
    }

    @Test func `a full queue makes senders wait and admits them in order when room comes`() {
        var state = makeState(items: 1)
        _ = state.send("a", bytes: 1)
        for (index, element) in ["b", "c"].enumerated() {
            guard case .mustWait = state.send(element, bytes: 1) else {
                Issue.record("\(element) had to wait")
                return
            }
            state.wait(sending: element, bytes: 1, sender: index, ticket: UInt64(index))
        }
        guard case .element("a", admitted: let first) = state.receive() else {
            Issue.record("a came first")
            return
        }
        #expect(first == [0] && state.heldItems == 1)
        guard case .element("b", admitted: [1]) = state.receive() else {
            Issue.record("b came second and let c in")
            return
        }
    }

    @Test func `the byte limit holds, but a giant passes an empty queue`() {
        var state = makeState(items: 10, bytes: 100)
        guard case .stored = state.send("giant", bytes: 1_000) else {
            Issue.record("an empty queue takes anything")
            return
        }
        guard case .mustWait = state.send("small", bytes: 1) else {
            Issue.record("no room beside the giant")
            return
        }
        #expect(take(&state) == "giant" && state.heldBytes == 0)
        #expect(state.statistics.highWaterBytes == 1_000)
    }

    @Test func `a small element does not overtake a waiting large one`() {
        var state = makeState(items: 10, bytes: 100)
        _ = state.send("a", bytes: 60)
        guard case .mustWait = state.send("large", bytes: 60) else {
            Issue.record("large does not fit")
            return
        }
        state.wait(sending: "large", bytes: 60, sender: 7, ticket: 1)
        guard case .mustWait = state.send("small", bytes: 1) else {
            Issue.record("small would fit but has to queue behind large")
            return
        }
    }

    @Test func `after finish the buffer drains and then ends`() {
        var state = makeState()
        _ = state.send("a", bytes: 1)
        _ = state.finish()
        guard case .refused(let error) = state.send("late", bytes: 1), error is QueueError else {
            Issue.record("a finished queue takes nothing")
            return
        }
        #expect(take(&state) == "a")
        guard case .end = state.receive() else {
            Issue.record("then it ends")
            return
        }
    }

    @Test func `failure drops the buffer, tells all waiters and keeps the first error`() {
        var state = makeState()
        state.wait(receiver: 4, ticket: 9)
        let told = state.fail(Broken())
        #expect(told.receivers == [4])
        #expect(state.fail(CancellationError()).receivers.isEmpty)
        guard case .failed(let error) = state.receive(), error is Broken else {
            Issue.record("the first error wins")
            return
        }
    }

    @Test func `a cancelled waiter leaves without disturbing the others`() {
        var state = makeState(items: 1)
        _ = state.send("a", bytes: 1)
        state.wait(sending: "b", bytes: 1, sender: 1, ticket: 1)
        state.wait(sending: "c", bytes: 1, sender: 2, ticket: 2)
        #expect(state.cancelSender(ticket: 1)?.cancelled == 1 && state.cancelSender(ticket: 1) == nil)
        #expect(take(&state) == "a" && take(&state) == "c")
    }

    @Test func `a large waiter that gives up lets the small one behind it in`() {
        var state = makeState(items: 10, bytes: 10)
        _ = state.send("a", bytes: 6)
        state.wait(sending: "large", bytes: 8, sender: 1, ticket: 1)
        state.wait(sending: "small", bytes: 3, sender: 2, ticket: 2)
        #expect(state.cancelSender(ticket: 1)?.admitted == [2])
        #expect(take(&state) == "a" && take(&state) == "small")
    }

    private func take(_ state: inout State) -> String? {
        if case .element(let element, _) = state.receive() { element } else { nil }
    }
}
