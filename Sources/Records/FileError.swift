#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A failed file operation: what was tried, on which path, and the system's reason.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Operation: String, Sendable {
        case create, write, sync, rename, read, lock, remove
    }

    public let operation: Operation
    public let path: String
    /// `errno` of the failed call.
    public let code: Int32

    public init(_ operation: Operation, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// Whether waiting or making room can help (disk full, quota, I/O error), so that a retry makes sense.
    public var isTemporary: Bool { [ENOSPC, EDQUOT, EIO, EAGAIN, EINTR, ENFILE, EMFILE].contains(code) }

    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    public var description: String {
        "cannot \(operation.rawValue) '\(path)': \(String(cString: strerror(code)))"
    }
}
