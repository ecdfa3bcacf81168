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

    /// Makes the folder. A manifest of an earlier run is removed first: while files change, none may vouch
    /// for them.
    public init(path: String, manifest: String) throws(FileError) {
        self.path = path
        try AtomicFile.makeFolder(path)
        try AtomicFile.remove(path + "/" + manifest)
    }

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
}
