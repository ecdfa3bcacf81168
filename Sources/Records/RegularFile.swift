public import Foundation

/// Opens what is sure to be a file with a size and an end: a named pipe would hang who reads it, a device never
/// ends.
public enum RegularFile {
    /// - Throws: ``FileError``, with EISDIR for a folder and ENOTSUP for a pipe, socket or device.
    public static func open(_ path: String) throws(FileError) -> FileHandle {
        // O_NONBLOCK: opening a named pipe must not wait for its writer.
        let descriptor = Foundation.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(.read, path: path, code: errno) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(.read, path: path, code: errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return file
        case S_IFDIR: throw FileError(.read, path: path, code: EISDIR)
        default: throw FileError(.read, path: path, code: ENOTSUP)
        }
    }

    /// When a file was last changed; nil if there is none.
    public static func modificationDate(_ path: String) -> Date? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    }
}
