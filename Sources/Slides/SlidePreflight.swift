internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The look at a file before OpenSlide gets it.
///
/// OpenSlide hides why it refuses a file, aborts the whole process on some hostile TIFFs, and would hang on a
/// pipe. So we open the file ourselves first, keep the system's reason, and check a TIFF's directories
/// against the file size.
public struct SlidePreflight: Sendable, Equatable {
    /// Size and modification time when the file was looked at; a change while screening makes the result
    /// worthless.
    public struct Identity: Sendable, Equatable, Codable {
        public let bytes: Int
        public let modifiedSeconds: Int
        public let modifiedNanoseconds: Int
        public let inode: UInt64
    }

    public let identity: Identity
    /// Tiles of the first tiled image and how many of them lie beyond the end of the file; nil if the file is
    /// no TIFF.
    public let tiles: TileCensus?

    /// - Throws: ``SlideFailure`` if the file is not worth opening.
    public static func check(_ path: String) throws(SlideFailure) -> SlidePreflight {
        // O_NONBLOCK: opening a named pipe must not wait for its writer.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw openFailure(path, code: errno) }
        defer { close(descriptor) }
        let identity = try identity(of: descriptor, path: path)
        let file = RandomAccessFile(descriptor: descriptor, size: identity.bytes, path: path)
        let tiles = try TIFFDirectoryScan.census(of: file)
        return SlidePreflight(identity: identity, tiles: tiles)
    }

    /// The identity alone, to compare with after the work.
    public static func identity(ofFileAt path: String) throws(SlideFailure) -> Identity {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw openFailure(path, code: errno) }
        defer { close(descriptor) }
        return try identity(of: descriptor, path: path)
    }

    private static func identity(of descriptor: Int32, path: String) throws(SlideFailure) -> Identity {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw SlideFailure(.ioError, path: path, detail: "the system says \"\(systemText(errno))\"")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "not a regular file"
            throw SlideFailure(.notRegularFile, path: path, detail: "this is \(kind)")
        }
        guard status.st_size > 0 else {
            throw SlideFailure(.emptyFile, path: path, detail: "the file is empty")
        }
        return Identity(
            bytes: Int(status.st_size), modifiedSeconds: Int(status.st_mtim.tv_sec),
            modifiedNanoseconds: Int(status.st_mtim.tv_nsec), inode: UInt64(status.st_ino))
    }

    private static func openFailure(_ path: String, code: Int32) -> SlideFailure {
        let reason: SlideFailureReason =
            switch code {
            case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP: .fileNotFound
            case EIO: .ioError
            case ENXIO: .notRegularFile
            default: .cannotOpen
            }
        if reason == .fileNotFound, path.unicodeScalars.contains("\u{FFFD}") {
            return SlideFailure(
                reason, path: path, detail: "the name of the file is not valid UTF-8; rename it")
        }
        return SlideFailure(reason, path: path, detail: "the system says \"\(systemText(code))\"")
    }

    private static func systemText(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// Bounds-checked reading at any offset of an open file.
struct RandomAccessFile {
    let descriptor: Int32
    let size: Int
    let path: String

    /// Exactly `count` bytes at `offset`.
    ///
    /// - Throws: `truncated` if they lie beyond the end, `io_error` if the system fails.
    func bytes(at offset: Int, count: Int) throws(SlideFailure) -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
            throw SlideFailure(
                .truncated, path: path,
                detail: "the file has \(size) bytes but refers to byte \(offset) and beyond")
        }
        var buffer = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = buffer.withUnsafeMutableBytes {
                pread(
                    descriptor, $0.baseAddress?.advanced(by: filled), count - filled, off_t(offset + filled))
            }
            if got > 0 {
                filled += got
            } else if got == 0 {
                throw SlideFailure(
                    .truncated, path: path, detail: "the file became shorter while it was read")
            } else if errno != EINTR {
                throw SlideFailure(
                    .ioError, path: path, detail: "the system says \"\(String(cString: strerror(errno)))\"")
            }
        }
        return buffer
    }
}
