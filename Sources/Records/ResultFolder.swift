internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The files of one result, each written atomically and remembered with its checksum, for a manifest that
/// comes last.
public struct ResultFolder: Sendable {
    public let path: String
    /// SHA-256 by file name, of everything written so far.
    public private(set) var checksums: [String: String] = [:]

    /// Makes the folder and removes what an earlier run may have left in it: first the manifest, because
    /// while files change none may vouch for them, then everything else that this program writes. Files of
    /// others stay.
    ///
    /// - Parameters:
    ///   - manifest: name of the manifest.
    ///   - owned: names of all files and folders that any run of the program may have written here.
    public init(path: String, manifest: String, owned: [String]) throws(FileError) {
        self.path = path
        try AtomicFile.makeFolder(path)
        for name in [manifest] + owned {
            try Self.remove(path + "/" + name)
            try AtomicFile.remove(path + "/" + name + ".part")
        }
    }

    /// Writes a file whole or not at all.
    public mutating func write(_ bytes: [UInt8], as name: String) throws(FileError) {
        try AtomicFile.write(bytes, to: path + "/" + name)
        checksums[name] = Checksum.sha256(bytes)
    }

    /// Remembers files that others have written atomically: checksums by path relative to the folder.
    public mutating func include(_ written: [String: String]) {
        checksums.merge(written) { $1 }
    }

    /// Lets `body` write a file of its own (a library that wants a path), then syncs it and gives it its
    /// name.
    public mutating func write<Failure: Error>(
        as name: String, with body: (_ partPath: String) throws(Failure) -> Void
    ) throws {
        let part = path + "/" + name + ".part"
        do {
            try body(part)
        } catch {
            unlink(part)
            throw error
        }
        checksums[name] = try Checksum.sha256(ofFile: part)
        try AtomicFile.publish(part: part, as: path + "/" + name)
    }

    /// Removes a file, or a folder with all that is in it. A symbolic link is removed, not followed.
    package static func remove(_ path: String) throws(FileError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else { return try AtomicFile.remove(path) }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw FileError(.remove, path: path, code: errno)
        }
    }
}
