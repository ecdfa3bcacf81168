import Flow
import Testing

private struct Broken: Error, Equatable {}

/// Adds one to every number; fails at a chosen one.
private actor Adder: StageWorker {
    let failsAt: Int?

    init(failsAt: Int? = nil) {
        self.failsAt = failsAt
    }

    func process(_ input: Int) async throws -> Int {
        if input == failsAt { throw Broken() }
        await Task.yield()
        return input + 1
    }
}

/// Numbers noted by several tasks.
private actor Notebook {
    private(set) var all: [Int] = []

    func add(_ number: Int) { all.append(number) }
}

@Suite(.timeLimit(.minutes(2))) struct `Bounded queue` {
    @Test(arguments: [(1, 1), (4, 1), (1, 4), (4, 4)], [1, 3, 64])
    func `loses and doubles nothing under load`(ends: (senders: Int, receivers: Int), items: Int) async throws
    {
        let queue = BoundedQueue<Int>(limits: QueueLimits(items: items, bytes: 1_000))
        let perSender = 2_000
        let received = try await withThrowingTaskGroup(of: [Int].self) { group in
            for sender in 0..<ends.senders {
                group.addTask {
                    for index in 0..<perSender {
                        try await queue.send(sender * perSender + index, bytes: index % 40)
                    }
                    return []
                }
            }
            let receivers = (0..<ends.receivers).map { _ in
                Task {
                    var taken: [Int] = []
                    while let element = try await queue.next() { taken.append(element) }
                    return taken
                }
            }
            try await group.waitForAll()
            queue.finish()
            var all: [Int] = []
            for receiver in receivers { all += try await receiver.value }
            return all
        }
        #expect(received.sorted() == Array(0..<(ends.senders * perSender)))
        #expect(queue.statistics.highWaterItems <= items)
        #expect(queue.statistics.sent == received.count && queue.statistics.received == received.count)
        if ends == (1, 1) { #expect(received == received.sorted(), "one sender, one receiver: in order") }
    }

    @Test func `random cancellations lose nothing that was accepted`() async throws {
        let queue = BoundedQueue<Int>(limits: QueueLimits(items: 2, bytes: 100))
        let accepted = Notebook()
        let taken = Notebook()
        let senders = (0..<400).map { number in
            Task {
                try await queue.send(number, bytes: 1)
                await accepted.add(number)
            }
        }
        let receivers = (0..<300).map { _ in
            Task { if let element = try await queue.next() { await taken.add(element) } }
        }
        for index in stride(from: 0, to: 400, by: 3) { senders[index].cancel() }
        for index in stride(from: 0, to: 300, by: 4) { receivers[index].cancel() }
        let drain = Task {
            while let element = try await queue.next() { await taken.add(element) }
        }
        for sender in senders { _ = await sender.result }
        queue.finish()
        for receiver in receivers { _ = await receiver.result }
        try await drain.value
        let all = await taken.all
        #expect(Set(all).count == all.count, "nothing twice")
        let entered = await accepted.all
        #expect(Set(all) == Set(entered), "accepted elements arrive, refused ones do not")
    }

    @Test func `a waiting receiver is freed by cancellation`() async {
        let queue = BoundedQueue<Int>(limits: QueueLimits(items: 1, bytes: 1))
        let waiting = Task { try await queue.next() }
        await Task.yield()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test func `failing from the receiving end frees a waiting sender`() async throws {
        let queue = BoundedQueue<Int>(limits: QueueLimits(items: 1, bytes: 1))
        try await queue.send(1)
        let waiting = Task { try await queue.send(2) }
        await Task.yield()
        queue.fail(Broken())
        await #expect(throws: Broken.self) { try await waiting.value }
        await #expect(throws: Broken.self) { try await queue.next() }
    }

    @Test(arguments: [1, 2, 4])
    func `stages pass everything on, whatever the number of workers`(workers: Int) async throws {
        let limits = QueueLimits(items: 3, bytes: 1_000)
        let queues = (0..<3).map { _ in BoundedQueue<Int>(limits: limits) }
        let counters = StageCounters()
        let sum = try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<2 {
                let stage = Stage(
                    name: "add", workers: (0..<workers).map { _ in Adder() }, source: queues[index],
                    sink: queues[index + 1], counters: counters, bytes: { _ in 1 })
                group.addTask { try await stage.run() }
            }
            group.addTask {
                for number in 0..<500 { try await queues[0].send(number, bytes: 1) }
                queues[0].finish()
            }
            var sum = 0
            while let number = try await queues[2].next() { sum += number }
            try await group.waitForAll()
            return sum
        }
        #expect(sum == (0..<500).reduce(0, +) + 2 * 500)
        #expect(counters.values.items == 1_000)
    }

    @Test func `the first error of a stage ends its neighbors`() async throws {
        let limits = QueueLimits(items: 2, bytes: 1_000)
        let (source, sink) = (BoundedQueue<Int>(limits: limits), BoundedQueue<Int>(limits: limits))
        let stage = Stage(
            name: "add", workers: [Adder(failsAt: 20), Adder(failsAt: 20)], source: source, sink: sink,
            counters: StageCounters(), bytes: { _ in 1 })
        let feeder = Task { for number in 0..<1_000 { try await source.send(number, bytes: 1) } }
        let reader = Task { while try await sink.next() != nil {} }
        await #expect(throws: Broken.self) { try await stage.run() }
        await #expect(throws: Broken.self) { try await feeder.value }
        await #expect(throws: Broken.self) { try await reader.value }
    }
}
