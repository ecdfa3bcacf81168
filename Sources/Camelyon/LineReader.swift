internal import Foundation
internal import Records

/// Reads a text file line by line: a list of any size takes the memory of one piece and one line.
///
/// LF and CRLF end a line; a byte order mark at the beginning is skipped.
package struct LineReader {
    package static let longestLine = 4096
    package static let mostLines = 10_000_000
    private static let pieceSize = 1 << 16

    private let path: String
    private let file: FileHandle
    private let lineLimit: Int
    private var piece: [UInt8] = []
    private var position = 0
    private var number = 0
    private var isAtEnd = false

    /// - Throws: ``TileListError/file(_:)``.
    package init(_ path: String, lineLimit: Int = mostLines) throws(TileListError) {
        do { file = try RegularFile.open(path) } catch { throw .file(error) }
        self.path = path
        self.lineLimit = lineLimit
    }

    /// The next line without its end, and its number from 1; nil behind the last.
    package mutating func next() throws(TileListError) -> (number: Int, text: String)? {
        guard var bytes = try nextBytes() else { return nil }
        number += 1
        guard number <= lineLimit else { throw .tooManyLines(path: path, limit: lineLimit) }
        if number == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .notUTF8(path: path, line: number)
        }
        return (number, text)
    }

    private mutating func nextBytes() throws(TileListError) -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            if position == piece.count {
                try refill()
                if isAtEnd { return line.isEmpty ? nil : line }
            }
            let end = piece[position...].firstIndex(of: UInt8(ascii: "\n"))
            line += piece[position..<(end ?? piece.count)]
            guard line.count <= Self.longestLine else {
                throw .lineTooLong(path: path, line: number + 1, limit: Self.longestLine)
            }
            position = end.map { $0 + 1 } ?? piece.count
            if end != nil { return line }
        }
    }

    private mutating func refill() throws(TileListError) {
        do {
            piece = Array(try file.read(upToCount: Self.pieceSize) ?? Data())
        } catch { throw .file(FileError(.read, path: path, code: EIO)) }
        position = 0
        isAtEnd = piece.isEmpty
    }
}
