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
public struct FolderLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock without waiting.
    ///
    /// - Throws: ``FolderLockError/held(by:path:)`` if another process has it.
    public init(folder: String, file: String = ".lock") throws(FolderLockError) {
        let path = folder + "/" + file
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .file(FileError(.lock, path: path, code: errno)) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
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
