import Glibc
import Synchronization

/// Work cut into blocks that may run at once.
package protocol BlockWork: AnyObject {
    /// Runs one block; `worker` is 0..<count and no two calls at once have the same.
    func run(block: Int, worker: Int)
}

/// Threads that run the blocks of one piece of work after another: the caller and count - 1 helpers.
///
/// Blocks are handed out by a counter, so that a slow core does not hold up the others. Between pieces the
/// helpers wait in a short loop, then sleep: most pieces follow each other within microseconds. One thread at
/// a time may call ``run(_:blocks:)``. Nothing is allocated.
public final class WorkerTeam: Sendable {
    /// Number of workers, the caller included.
    public let count: Int
    private let board: TeamBoard

    /// - Parameter count: at least 1.
    public init(count: Int) {
        precondition(count > 0, "a team of \(count)")
        self.count = count
        board = TeamBoard()
        for worker in 1..<count { board.startHelper(worker) }
    }

    deinit {
        board.dismiss()
    }

    /// Runs all blocks and returns when the last is done.
    package func run(_ work: any BlockWork, blocks: Int) {
        if count == 1 || blocks <= 1 {
            for block in 0..<blocks { work.run(block: block, worker: 0) }
            return
        }
        board.post(work, blocks: blocks, helpers: count - 1)
        board.takeBlocks(worker: 0)
        board.waitForHelpers()
    }
}

/// What a team shares: the present work and who is still at it.
///
/// Unchecked: `work` is written only while no helper runs (`busy` is 0), and published by `round`.
private final class TeamBoard: @unchecked Sendable {
    private unowned(unsafe) var work: any BlockWork = NoWork.shared
    private var blocks = 0
    private let next = Atomic(0)
    private let busy = Atomic(0)
    private let round = Atomic(0)
    private let dismissed = Atomic(false)
    private let bell = Bell()
    private let finished = Bell()

    /// Turns of the waiting loop before a thread sleeps, some tens of microseconds.
    private static let patience = 20_000

    func post(_ work: any BlockWork, blocks: Int, helpers: Int) {
        self.work = work
        self.blocks = blocks
        next.store(0, ordering: .relaxed)
        busy.store(helpers, ordering: .relaxed)
        round.add(1, ordering: .sequentiallyConsistent)
        bell.ring()
    }

    func takeBlocks(worker: Int) {
        let (work, blocks) = (work, blocks)
        while true {
            let block = next.add(1, ordering: .relaxed).oldValue
            guard block < blocks else { return }
            work.run(block: block, worker: worker)
        }
    }

    func waitForHelpers() {
        var turns = 0
        while busy.load(ordering: .sequentiallyConsistent) > 0 {
            turns += 1
            // Other programs may have taken the helpers' cores: leave ours to them meanwhile.
            if turns > Self.patience {
                finished.wait(while: { busy.load(ordering: .sequentiallyConsistent) > 0 })
            }
        }
        work = NoWork.shared
    }

    func startHelper(_ worker: Int) {
        let start = HelperStart(board: self, worker: worker)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<HelperStart>.fromOpaque(argument).takeRetainedValue()
                start.board.help(worker: start.worker)
                return nil
            }, Unmanaged.passRetained(start).toOpaque())
        precondition(status == 0, "a worker thread cannot be started: \(String(cString: strerror(status)))")
        pthread_detach(thread)
    }

    private func help(worker: Int) {
        var seen = 0
        while true {
            var turns = 0
            while isIdle(since: seen) {
                turns += 1
                if turns > Self.patience {
                    bell.wait(while: { isIdle(since: seen) })
                }
            }
            if dismissed.load(ordering: .acquiring) { return }
            seen += 1
            takeBlocks(worker: worker)
            if busy.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 { finished.ring() }
        }
    }

    private func isIdle(since seen: Int) -> Bool {
        round.load(ordering: .sequentiallyConsistent) == seen
            && !dismissed.load(ordering: .sequentiallyConsistent)
    }

    func dismiss() {
        dismissed.store(true, ordering: .sequentiallyConsistent)
        bell.ring()
    }
}

/// What a new thread is given.
private final class HelperStart: Sendable {
    let board: TeamBoard
    let worker: Int

    init(board: TeamBoard, worker: Int) {
        self.board = board
        self.worker = worker
    }
}

/// Stands for no work.
private final class NoWork: BlockWork, Sendable {
    static let shared = NoWork()
    func run(block: Int, worker: Int) {}
}
