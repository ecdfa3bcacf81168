internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Which results of a long run are finished, one line each, so that a run that was killed goes on.
///
/// A line is written when its result has its final name. It is not synced: a line that a crash takes away costs one result
/// to be made again, nothing more. Who goes on compares the source's ``fingerprint(of:size:modified:)`` and the result's
/// checksum with the line, so that neither another source nor a damaged result is taken for the right one.
public struct WorkJournal: ~Copyable {
    public struct Entry: Sendable, Equatable {
        /// Of what the result was made from.
        public let source: String
        /// Of the result.
        public let sha256: String
    }

    /// By name of the result.
    public private(set) var entries: [String: Entry]
    private let descriptor: Int32
    private let path: String

    /// Bytes of the longest journal that is read: millions of results.
    private static let limit = 1 << 30

    /// Opens a journal to go on with, or begins one. The torn end of a line that a crash left is dropped.
    public init(path: String) throws(FileError) {
        let text = Self.text(path)
        let descriptor = try Self.open(path, endsLine: !text.isEmpty && text.last != "\n")
        self.path = path
        self.descriptor = descriptor
        entries = Self.parse(text)
    }

    /// - Parameter endsLine: whether the end of a torn line is to be cut off from what follows.
    private static func open(_ path: String, endsLine: Bool) throws(FileError) -> Int32 {
        let descriptor = systemOpen(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError(.create, path: path, code: errno) }
        guard endsLine else { return descriptor }
        do throws(FileError) { try write("\n", to: descriptor, path) } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    deinit { close(descriptor) }

    /// Notes a finished result. `name` has no line breaks and tabs.
    public mutating func append(_ name: String, source: String, sha256: String) throws(FileError) {
        try Self.write("\(sha256)\t\(source)\t\(name)\n", to: descriptor, path)
        entries[name] = Entry(source: source, sha256: sha256)
    }

    /// What tells a source from all others: its name with size and time of change, as a checksum.
    public static func fingerprint(of name: String, at path: String) throws(FileError) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError(.read, path: path, code: errno) }
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return Checksum.sha256(Array("\(name)\0\(status.st_size)\0\(time.tv_sec)\0\(time.tv_nsec)".utf8))
    }

    private static func text(_ path: String) -> String {
        guard let file = try? RegularFile.open(path), let bytes = try? file.read(upToCount: limit) else {
            return ""
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Lines that are whole; the last one of a name counts.
    private static func parse(_ text: String) -> [String: Entry] {
        var entries: [String: Entry] = [:]
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // What stands behind the last line break is empty, or torn.
        lines.removeLast()
        for line in lines {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 3, fields[0].utf8.count == 64, fields[1].utf8.count == 64 else { continue }
            entries[String(fields[2])] = Entry(source: String(fields[1]), sha256: String(fields[0]))
        }
        return entries
    }

    private static func write(_ line: String, to descriptor: Int32, _ path: String) throws(FileError) {
        var bytes = ArraySlice(Array(line.utf8))
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR && errno != EAGAIN {
                throw FileError(.write, path: path, code: errno)
            }
        }
    }
}

/// `write(2)`, which the journal's own function hides by its name.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    guard let bytes else { return 0 }
    return write(descriptor, bytes, count)
}

/// `open(2)`, likewise.
private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 { open(path, flags, mode) }
