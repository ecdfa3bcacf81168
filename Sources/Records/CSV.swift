internal import Foundation

/// Comma-separated values as RFC 4180 has them: UTF-8, LF line ends, quotes where needed.
public enum CSV {
    /// One field, safe for spreadsheets: text that would be taken for a formula gets an apostrophe in front.
    public static func field(_ text: String) -> String {
        var cell = text
        if let first = cell.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) {
            cell = "'" + cell
        }
        let needsQuotes = cell.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }
        return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }

    /// One line of text fields.
    public static func line(_ fields: [String]) -> String {
        fields.map(field).joined(separator: ",") + "\n"
    }

    /// Shortest text of a rounded number; a decimal point whatever the locale.
    public static func decimal(_ value: Double, places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        return "\((value * scale).rounded() / scale)"
    }

    /// Bytes of the longest record that is read: real ones have hundreds.
    public static let longestRecord = 1 << 20

    /// Splits a whole text into records, with the number of the line each starts on. A byte order mark, CRLF
    /// and blank lines are accepted.
    ///
    /// - Throws: ``CSVError`` for a quote that is never closed or stands in the middle of a field, and for a record
    ///   longer than ``longestRecord``.
    public static func records(in text: String) throws(CSVError) -> [CSVRecord] {
        var parser = CSVParser()
        var records: [CSVRecord] = []
        for byte in text.utf8 {
            if let record = try parser.take(byte) { records.append(record) }
        }
        if let last = try parser.finish() { records.append(last) }
        return records
    }

    /// The same, read from a file piece by piece: a table of any size takes the memory of its longest record.
    ///
    /// - Throws: ``FileError``, ``CSVFileError``, and what `body` throws.
    public static func forEachRecord(ofFile path: String, _ body: (CSVRecord) throws -> Void) throws {
        let file = try RegularFile.open(path)
        do {
            var parser = CSVParser()
            var isFirst = true
            while let bytes = try read(file, path: path) {
                if isFirst, bytes.starts(with: [0x1F, 0x8B]) { throw CSVError.compressed }
                isFirst = false
                for byte in bytes {
                    if let record = try parser.take(byte) { try body(record) }
                }
            }
            if let last = try parser.finish() { try body(last) }
        } catch let error as CSVError {
            throw CSVFileError(path: path, error: error)
        }
    }

    /// The next bytes of a file; nil at its end.
    private static func read(_ file: FileHandle, path: String) throws(FileError) -> Data? {
        do {
            guard let bytes = try file.read(upToCount: 1 << 18), !bytes.isEmpty else { return nil }
            return bytes
        } catch { throw FileError(.read, path: path, code: EIO) }
    }
}

/// A file that is no CSV.
public struct CSVFileError: Error, Equatable, CustomStringConvertible {
    public let path: String
    public let error: CSVError

    public init(path: String, error: CSVError) {
        self.path = path
        self.error = error
    }

    public var description: String { "'\(path)': \(error)" }
}

/// One record of a table and the line of the file on which it starts (the first line is 1).
public struct CSVRecord: Sendable, Equatable {
    public let line: Int
    public let fields: [String]
}
