#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A value that one thread at a time may touch.
///
/// Not `Synchronization.Mutex`: on Linux that is a futex which the thread sanitizer cannot see, so that it
/// reports every access as a race. A pthread mutex costs a few nanoseconds more and lets the sanitizer do its
/// work.
///
/// Unchecked, because the compiler cannot know that the mutex guards every access.
package final class LockedValue<Value>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    package init(_ value: Value) {
        mutex = .allocate(capacity: 1)
        let failure = pthread_mutex_init(mutex, nil)
        precondition(failure == 0, "a mutex cannot be made: \(failure)")
        self.value = value
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Never await, and never call unknown code, inside `body`.
    package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
