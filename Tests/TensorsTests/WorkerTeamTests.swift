import Glibc
import Synchronization
import Tensors
import Testing

/// One test at a time: more spinning threads than cores make every piece wait for the scheduler.
@Suite(.serialized) struct `Worker teams` {
    /// The sanitizer's build is a debug build, in which waiting loops take milliseconds.
    #if DEBUG
        private static let (pieces, naps) = (200, 15)
    #else
        private static let (pieces, naps) = (3_000, 60)
    #endif

    /// Counts how often each block ran, and whether two calls at once had the same worker.
    ///
    /// Unchecked: a call count is written by its block alone, and read when no block runs.
    private final class Tally: BlockWork, @unchecked Sendable {
        private let calls: UnsafeMutablePointer<Int>
        private let active: [AtomicFlag]
        let collisions = Atomic(0)

        init(blocks: Int, workers: Int) {
            calls = .allocate(capacity: max(1, blocks))
            calls.initialize(repeating: 0, count: max(1, blocks))
            active = (0..<workers).map { _ in AtomicFlag() }
        }

        deinit {
            calls.deallocate()
        }

        func run(block: Int, worker: Int) {
            if !active[worker].raise() { collisions.add(1, ordering: .relaxed) }
            calls[block] += 1
            active[worker].lower()
        }

        func counts(_ blocks: Int) -> [Int] { (0..<blocks).map { calls[$0] } }
    }

    private final class AtomicFlag: Sendable {
        private let isUp = Atomic(false)
        func raise() -> Bool {
            isUp.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged
        }
        func lower() { isUp.store(false, ordering: .relaxed) }
    }

    @Test(arguments: [1, 2, 3, 5])
    func `many tiny pieces run every block once`(_ workers: Int) {
        let team = WorkerTeam(count: workers)
        let tally = Tally(blocks: 9, workers: workers)
        var expected = [Int](repeating: 0, count: 9)
        for piece in 0..<Self.pieces {
            let blocks = piece % 10
            team.run(tally, blocks: blocks)
            for block in 0..<blocks { expected[block] += 1 }
            // What the blocks wrote is seen by the caller, after each piece.
            if tally.counts(9) != expected {
                Issue.record("piece \(piece): \(tally.counts(9)) instead of \(expected)")
                return
            }
        }
        #expect(tally.collisions.load(ordering: .relaxed) == 0)
    }

    @Test(arguments: [2, 3, 5])
    func `helpers that fell asleep wake up`(_ workers: Int) {
        let team = WorkerTeam(count: workers)
        let tally = Tally(blocks: 7, workers: workers)
        for _ in 0..<Self.naps {
            usleep(1_500)
            for _ in 0..<5 { team.run(tally, blocks: 7) }
        }
        #expect(tally.counts(7) == [Int](repeating: 5 * Self.naps, count: 7))
        #expect(tally.collisions.load(ordering: .relaxed) == 0)
    }

    @Test func `teams come and go, before and after their helpers fall asleep`() {
        for number in 0..<100 {
            let team = WorkerTeam(count: 1 + number % 5)
            let tally = Tally(blocks: 3, workers: team.count)
            if number % 3 > 0 { team.run(tally, blocks: 3) }
            if number % 7 == 0 { usleep(1_500) }
            #expect(tally.counts(3).allSatisfy { $0 == (number % 3 > 0 ? 1 : 0) })
        }
    }

    @Test func `two teams work at the same time`() async {
        await withTaskGroup(of: [Int].self) { group in
            for _ in 0..<2 {
                group.addTask {
                    let team = WorkerTeam(count: 2)
                    let tally = Tally(blocks: 5, workers: 2)
                    for _ in 0..<500 { team.run(tally, blocks: 5) }
                    return tally.counts(5)
                }
            }
            for await counts in group { #expect(counts == [Int](repeating: 500, count: 5)) }
        }
    }
}
