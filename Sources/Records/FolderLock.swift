internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Exclusive use of an output folder, through `flock` on `FOLDER/.lock`; or of something in it, on a file of
/// another name.
///
/// The lock dies with its process, so nothing stale can stay behind. The file tells humans who holds it.
public struct FolderLock: ~Copyable, Sendable {
    private let descriptor: Int32

    /// Takes the lock without waiting.
    ///
    /// - Parameter isShared: whether others that share it may have it at the same time.
    /// - Throws: ``FolderLockError/held(by:path:)`` if another process has it.
    public init(folder: String, file: String = ".lock", isShared: Bool = false) throws(FolderLockError) {
        let path = folder + "/" + file
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .file(FileError(.lock, path: path, code: errno)) }
        guard flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 else {
            let code = errno
            let holder = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            close(descriptor)
            guard code == EWOULDBLOCK else { throw .file(FileError(.lock, path: path, code: code)) }
            throw .held(by: holder.trimmingCharacters(in: .whitespacesAndNewlines), path: folder)
        }
        self.descriptor = descriptor
        let text = "process \(getpid()) on \(ProcessInfo.processInfo.hostName)\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
    }

    deinit {
        close(descriptor)
    }

    /// Takes a lock that others hold for seconds at most, waiting a minute if need be.
    public static func waiting(folder: String, file: String) async throws -> FolderLock {
        for _ in 0..<600 {
            do throws(FolderLockError) { return try FolderLock(folder: folder, file: file) } catch {
                guard case .held = error else { throw error }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        return try FolderLock(folder: folder, file: file)
    }
}

/// The folder cannot be had alone.
public enum FolderLockError: Error, CustomStringConvertible {
    case held(by: String, path: String)
    case file(FileError)

    public var description: String {
        switch self {
        case .held(let holder, let path):
            "the output folder '\(path)' is in use by \(holder.isEmpty ? "another run" : holder); "
                + "wait for it or choose another folder with -o"
        case .file(let error): error.description
        }
    }
}
