internal import Dispatch

/// Runs an actor's work on a thread of its own, so that calls which block (reading from disk, decoding inside
/// OpenSlide) never occupy one of the few threads of Swift's cooperative pool.
///
/// Give every actor that blocks an instance of its own and return it as `unownedExecutor`.
public final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    public init(label: String) {
        queue = DispatchQueue(label: label)
    }

    /// Called by the runtime: runs the job on the executor's own thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
