import Foundation
import Records

/// Reads a comma-separated table without header and quotes as the challenge's script does: every line is a
/// row, blank around a field is nothing, and fields behind the expected ones are not looked at.
///
/// LF and CRLF end a line. Numbers are decimal and finite; the script would take `nan` and count with it.
struct ScoreTableReader {
    /// More than any table of a slide; a file is held in memory once.
    static let byteLimit = 64 << 20
    static let rowLimit = 1_000_000
    /// No slide is this large.
    private static let coordinateLimit: UInt = 1_000_000_000

    let path: String

    /// One line with its fields.
    struct Row {
        let path: String
        let line: Int
        fileprivate let fields: [String]

        func text(_ column: Int) -> String { fields[column] }

        /// A finite decimal number.
        func number(_ column: Int, name: String) throws(ScoreTableError) -> Double {
            let text = fields[column]
            // Double also reads hexadecimal numbers and words such as nan.
            guard text.utf8.allSatisfy(Self.belongsToNumbers), let number = Double(text),
                number.isFinite
            else { throw notANumber(text, name) }
            return number
        }

        /// A whole number without fraction or exponent.
        func coordinate(_ column: Int, name: String) throws(ScoreTableError) -> Int {
            let text = fields[column]
            guard let number = Int(text), number.magnitude <= ScoreTableReader.coordinateLimit else {
                throw notANumber(text, name)
            }
            return number
        }

        private static func belongsToNumbers(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                true
            default: false
            }
        }

        private func notANumber(_ text: String, _ name: String) -> ScoreTableError {
            .notANumber(path: path, line: line, column: name, text: text)
        }
    }

    /// Calls `body` for every row.
    ///
    /// - Parameter columns: how many fields a row must have at least.
    func forEachRow(
        columns: Int, _ body: (Row) throws(ScoreTableError) -> Void
    ) throws(ScoreTableError) {
        let bytes = try bytes()
        var start = bytes.startIndex
        var line = 0
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
            line += 1
            guard line <= Self.rowLimit else { throw .tooManyRows(path: path, limit: Self.rowLimit) }
            try body(row(bytes[start..<end], line: line, columns: columns))
            start = end + 1
        }
    }

    private func row(_ bytes: ArraySlice<UInt8>, line: Int, columns: Int) throws(ScoreTableError) -> Row {
        var fields: [String] = []
        // What follows the expected fields stays in one piece, however many commas it has.
        let pieces = bytes.split(
            separator: UInt8(ascii: ","), maxSplits: columns, omittingEmptySubsequences: false)
        for field in pieces {
            guard let text = String(validating: Self.trimmed(field), as: UTF8.self) else {
                throw .notUTF8(path: path, line: line)
            }
            fields.append(text)
        }
        if fields == [""] { throw .blankLine(path: path, line: line) }
        guard fields.count >= columns else {
            throw .tooFewFields(path: path, line: line, expected: columns, found: fields.count)
        }
        return Row(path: path, line: line, fields: fields)
    }

    private static func trimmed(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
        }
        let trimmed = field.drop(while: isBlank)
        let end = trimmed.lastIndex { !isBlank($0) }
        return end.map { trimmed[...$0] } ?? []
    }

    private func bytes() throws(ScoreTableError) -> [UInt8] {
        let data: Data
        do {
            data = try RegularFile.open(path).read(upToCount: Self.byteLimit + 1) ?? Data()
        } catch let error as FileError {
            throw .file(error)
        } catch {
            throw .file(FileError(.read, path: path, code: EIO))
        }
        guard data.count <= Self.byteLimit else { throw .tooLarge(path: path, limit: Self.byteLimit) }
        return Array(data)
    }
}

/// Whether a slide's name can be a file's name and a field of a table without quotes.
func checkName(_ slide: String) throws(ScoreTableError) {
    let isUsable =
        !slide.isEmpty && !slide.hasPrefix(".")
        && slide.unicodeScalars.allSatisfy {
            $0.value >= 32 && $0 != "," && $0 != "\"" && $0 != "/" && $0 != "\\"
        }
        && slide == slide.trimmingCharacters(in: .whitespaces)
    if !isUsable { throw .unusableName(slide) }
}
