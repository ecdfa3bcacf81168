import CAllocationCounter
import Synchronization
public import Tensors

/// Notes the allocations of every worker's thread: with as many blocks as workers, each of which waits for
/// all to begin, every worker runs one.
///
/// Unchecked: every worker writes its own element.
public final class AllocationReading: BlockWork, @unchecked Sendable {
    private let counts: UnsafeMutableBufferPointer<Int>
    private let begun = Atomic(0)

    private init(workers: Int) {
        counts = .allocate(capacity: workers)
        counts.initialize(repeating: 0)
    }

    deinit {
        counts.deallocate()
    }

    package func run(block: Int, worker: Int) {
        begun.add(1, ordering: .sequentiallyConsistent)
        while begun.load(ordering: .sequentiallyConsistent) < counts.count {}
        counts[worker] = allocations_of_this_thread()
    }

    /// Allocations of all workers so far.
    public static func total(of team: WorkerTeam) -> Int {
        let reading = AllocationReading(workers: team.count)
        team.run(reading, blocks: team.count)
        return reading.counts.reduce(0, +)
    }

    /// Allocations of a reading itself.
    public static func overhead(of team: WorkerTeam) -> Int {
        -total(of: team) + total(of: team)
    }
}
