#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A failed file operation: what was tried, on which path, and the system's reason.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was tried.
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

    /// The disk or the user's share of it is full: making room and running again helps.
    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    /// The place does not allow writing: another place or other permissions are needed.
    public var isForbidden: Bool { [EACCES, EPERM, EROFS, ENOTDIR, EISDIR, EEXIST].contains(code) }

    /// The system's words.
    public var reason: String { String(cString: strerror(code)) }

    public var description: String { "cannot \(operation.rawValue) '\(path)': \(reason)" }
}
