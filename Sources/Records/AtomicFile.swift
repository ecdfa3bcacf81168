internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Files that appear whole or not at all.
///
/// The bytes go to `NAME.part` in the same folder, are synced, and take their final name in one rename; then
/// the folder is synced. Whatever kills the process, a file under its final name is complete.
public enum AtomicFile {
    /// Writes `bytes` to `path`, replacing what was there.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let part = path + ".part"
        let descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError(.create, path: part, code: errno) }
        do throws(FileError) {
            defer { close(descriptor) }
            try writeAll(bytes, to: descriptor, path: part)
            // After a failed fsync the kernel may have dropped the pages: the file is lost, calling it again
            // would lie.
            guard fsync(descriptor) == 0 else { throw FileError(.sync, path: part, code: errno) }
        } catch {
            unlink(part)
            throw error
        }
        try rename(part, to: path)
    }

    /// Syncs a file that somebody else has written and gives it its final name.
    public static func publish(part: String, as path: String) throws(FileError) {
        let descriptor = open(part, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(.sync, path: part, code: errno) }
        let isSynced = fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        guard isSynced else {
            unlink(part)
            throw FileError(.sync, path: part, code: code)
        }
        try rename(part, to: path)
    }

    private static func rename(_ part: String, to path: String) throws(FileError) {
        guard systemRename(part, path) == 0 else {
            let code = errno
            unlink(part)
            throw FileError(.rename, path: path, code: code)
        }
        try syncFolder(of: path)
    }

    /// Makes the folder and its parents.
    ///
    /// - Throws: with the system's reason, for example that a file of that name is in the way.
    public static func makeFolder(_ path: String) throws(FileError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            partial += (partial.isEmpty || partial == "/" ? "" : "/") + component
            if mkdir(partial, 0o755) == 0 { continue }
            let code = errno
            var status = stat()
            guard stat(partial, &status) == 0 else { throw FileError(.create, path: partial, code: code) }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw FileError(.create, path: partial, code: ENOTDIR)
            }
        }
    }

    /// Makes the folder if need be and asks whether it can be written to, so that a place that cannot be used shows
    /// before the work and not behind it.
    public static func makeWritableFolder(_ path: String) throws(FileError) {
        try makeFolder(path)
        guard access(path, W_OK | X_OK) == 0 else { throw FileError(.create, path: path, code: errno) }
    }

    /// Removes a file; that it was not there is fine.
    public static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw FileError(.remove, path: path, code: errno) }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(FileError) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                systemWrite(descriptor, buffer.baseAddress?.advanced(by: offset), bytes.count - offset)
            }
            if written > 0 {
                offset += written
            } else if errno != EINTR && errno != EAGAIN {
                throw FileError(.write, path: path, code: errno)
            }
        }
    }

    /// Makes a rename in the folder durable.
    private static func syncFolder(of path: String) throws(FileError) {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(.sync, path: folder, code: errno) }
        defer { close(descriptor) }
        // Some network file systems refuse to sync a folder; the rename itself is then as durable as they
        // make it.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
            throw FileError(.sync, path: folder, code: errno)
        }
    }
}

/// `write(2)`, which ``AtomicFile/write(_:to:)`` hides by its name.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    guard let bytes else { return 0 }
    return write(descriptor, bytes, count)
}

/// `rename(2)`, which ``AtomicFile``'s own method hides by its name.
private func systemRename(_ from: String, _ to: String) -> Int32 { rename(from, to) }
