import Foundation
import Records

/// Feeds a file to the XML parser in small pieces, each inspected first; ends as unreadable at the first
/// problem.
///
/// The file is opened once, so what was inspected is what is parsed, and only a piece of it is in memory.
final class InspectedStream: InputStream {
    private let file: FileHandle
    private let path: String
    private let pieceLimit: Int
    private var inspection: MarkupInspection
    /// Why reading ended early.
    private(set) var problem: AnnotationError?

    /// - Parameter pieceLimit: bytes handed over at once; the parser may ask for fewer.
    init(path: String, limits: AnnotationLimits, pieceLimit: Int) throws(FileError) {
        file = try RegularFile.open(path)
        self.path = path
        self.pieceLimit = pieceLimit
        inspection = MarkupInspection(limits: limits)
        super.init(data: Data())
    }

    override func open() {}

    override func close() {}

    override var hasBytesAvailable: Bool { problem == nil }

    override var streamError: (any Error)? { problem }

    /// - Returns: the number of bytes read, 0 at the end, -1 after a problem.
    override func read(_ buffer: UnsafeMutablePointer<UInt8>, maxLength: Int) -> Int {
        guard problem == nil else { return -1 }
        let count = readPiece(into: buffer, at: min(maxLength, pieceLimit))
        guard count > 0 else { return count }
        do throws(AnnotationError.Problem) {
            try inspection.inspect(UnsafeBufferPointer(start: buffer, count: count))
            return count
        } catch {
            problem = AnnotationError(error, line: inspection.line)
            return -1
        }
    }

    private func readPiece(into buffer: UnsafeMutablePointer<UInt8>, at most: Int) -> Int {
        var count: Int
        repeat {
            count = Foundation.read(file.fileDescriptor, buffer, most)
        } while count < 0 && errno == EINTR
        if count < 0 {
            problem = AnnotationError(.unreadable(FileError(.read, path: path, code: errno)))
        }
        return count
    }
}
