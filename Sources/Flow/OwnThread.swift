/// A thread of its own for work that keeps one busy for minutes or hours, such as training: Swift's few
/// cooperative threads stay free meanwhile.
///
/// Public and not inlined on purpose. An actor that is private to the module which makes it may be put on the
/// stack of an async function by the optimizer of Swift 6.3.1, in memory that is too small for it; the address
/// sanitizer sees the first write behind its end.
public actor OwnThread {
    private let executor: BlockingExecutor

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    @inline(never)
    public init(label: String) {
        executor = BlockingExecutor(label: label)
    }

    /// Runs `body` on the thread, as part of the calling task: `Task.isCancelled` is the caller's.
    public func run<Value: Sendable>(_ body: @Sendable () throws -> Value) throws -> Value {
        try body()
    }
}
