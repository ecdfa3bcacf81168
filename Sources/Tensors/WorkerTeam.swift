import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

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
    private let isBusy = Atomic(false)

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
        let wasBusy = isBusy.exchange(true, ordering: .acquiring)
        precondition(!wasBusy, "a team is run by one thread at a time")
        defer { isBusy.store(false, ordering: .releasing) }
        board.post(work, blocks: blocks)
        board.takeBlocks(worker: 0)
        board.close()
    }
}

/// What a team shares: the present work and who is at it.
///
/// A helper takes part only if it joins while the work is open. So nobody waits for helpers whose cores other
/// programs have taken: the caller does what is left, closes the work and waits for those alone that joined.
///
/// Unchecked: `work` and `blocks` are written only while the work is closed and nobody is at it, published by
/// opening it, and read only by those who joined.
private final class TeamBoard: @unchecked Sendable {
    private unowned(unsafe) var work: any BlockWork = NoWork.shared
    private var blocks = 0
    private let next = Atomic(0)
    private let attendance = Atomic<UInt64>(0)
    private let dismissed = Atomic(false)
    private let bell = Bell()
    private let finished = Bell()

    /// Turns of the waiting loop before a thread sleeps, some tens of microseconds.
    private static let patience = 20_000

    func post(_ work: any BlockWork, blocks: Int) {
        self.work = work
        self.blocks = blocks
        next.store(0, ordering: .relaxed)
        let last = Attendance(attendance.load(ordering: .relaxed))
        attendance.store(last.opened.code, ordering: .sequentiallyConsistent)
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

    /// Lets nobody join any more, and waits for those who did.
    func close() {
        attendance.bitwiseAnd(~Attendance.open, ordering: .sequentiallyConsistent)
        var turns = 0
        while isAttended {
            turns += 1
            // Other programs may have taken a helper's core: leave ours to them meanwhile.
            if turns > Self.patience { finished.wait(while: { isAttended }) }
        }
        work = NoWork.shared
    }

    private var isAttended: Bool {
        Attendance(attendance.load(ordering: .sequentiallyConsistent)).helpers > 0
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
        var round: UInt64 = 0
        var turns = 0
        while !dismissed.load(ordering: .sequentiallyConsistent) {
            if let joined = join(after: round) {
                takeBlocks(worker: worker)
                leave()
                (round, turns) = (joined, 0)
            } else {
                turns += 1
                if turns > Self.patience { bell.wait(while: { isIdle(since: round) }) }
            }
        }
    }

    /// Joins open work other than that of round `last`.
    ///
    /// - Returns: its round; nil if there is none.
    private func join(after last: UInt64) -> UInt64? {
        var code = attendance.load(ordering: .sequentiallyConsistent)
        while true {
            let seen = Attendance(code)
            guard seen.isOpen, seen.round != last else { return nil }
            let exchange = attendance.compareExchange(
                expected: code, desired: code + 1, ordering: .sequentiallyConsistent)
            if exchange.exchanged { return seen.round }
            code = exchange.original
        }
    }

    private func leave() {
        let left = Attendance(attendance.subtract(1, ordering: .sequentiallyConsistent).newValue)
        if !left.isOpen, left.helpers == 0 { finished.ring() }
    }

    private func isIdle(since last: UInt64) -> Bool {
        let seen = Attendance(attendance.load(ordering: .sequentiallyConsistent))
        return (!seen.isOpen || seen.round == last) && !dismissed.load(ordering: .sequentiallyConsistent)
    }

    func dismiss() {
        dismissed.store(true, ordering: .sequentiallyConsistent)
        bell.ring()
    }
}

/// Who is at the work, in one number that threads can change at once: the round (upper half, wrapping), whether
/// helpers may join, and how many are at it.
private struct Attendance {
    let code: UInt64
    static let open: UInt64 = 1 << 31

    init(_ code: UInt64) {
        self.code = code
    }

    var round: UInt64 { code >> 32 }
    var isOpen: Bool { code & Self.open != 0 }
    var helpers: UInt64 { code & (Self.open - 1) }

    /// The next round, open, with nobody at it yet.
    var opened: Attendance { Attendance((round &+ 1) << 32 | Self.open) }
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
