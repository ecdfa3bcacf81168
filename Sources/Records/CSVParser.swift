/// Text that is no CSV, with the line on which that shows.
public enum CSVError: Error, Equatable, CustomStringConvertible {
    case unclosedQuote(line: Int)
    case strayQuote(line: Int)
    case recordTooLong(line: Int, limit: Int)
    case notUTF8(line: Int)
    case compressed

    public var description: String {
        switch self {
        case .unclosedQuote(let line): "line \(line): a quoted field is never closed"
        case .strayQuote(let line): "line \(line): a quote stands in the middle of a field"
        case .recordTooLong(let line, let limit):
            "line \(line): a row of more than \(limit) bytes; check that this is a table"
        case .compressed: "it is compressed; unpack it first (gunzip)"
        case .notUTF8(let line): "line \(line): it is no UTF-8 text; save the table as UTF-8"
        }
    }
}

/// Splits bytes into records, one byte at a time (RFC 4180, and what spreadsheets make of it: a byte order mark, CRLF or
/// LF, blank lines).
struct CSVParser {
    private enum Place { case fieldStart, plain, quoted, quoteInQuoted }

    private var place = Place.fieldStart
    private var field: [UInt8] = []
    private var fields: [String] = []
    /// Bytes of the record so far.
    private var length = 0
    private var line = 1
    private var recordLine = 1
    /// Bytes of a byte order mark that were met; nil behind the beginning.
    private var mark: Int? = 0

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// - Returns: the record that ends with this byte, if one does.
    mutating func take(_ byte: UInt8) throws(CSVError) -> CSVRecord? {
        if let met = mark {
            if met < 3, byte == Self.byteOrderMark[met] {
                mark = met + 1
                return nil
            }
            mark = nil
            // The beginning of a mark without its end is text.
            if met < 3 { for known in Self.byteOrderMark.prefix(met) { _ = try takeBehindMark(known) } }
        }
        return try takeBehindMark(byte)
    }

    private mutating func takeBehindMark(_ byte: UInt8) throws(CSVError) -> CSVRecord? {
        length += 1
        guard length <= CSV.longestRecord else {
            throw .recordTooLong(line: recordLine, limit: CSV.longestRecord)
        }
        switch (place, byte) {
        case (.quoted, UInt8(ascii: "\"")): place = .quoteInQuoted
        case (.quoted, _):
            if byte == UInt8(ascii: "\n") { line += 1 }
            field.append(byte)
        case (.quoteInQuoted, UInt8(ascii: "\"")):
            field.append(byte)
            place = .quoted
        case (_, UInt8(ascii: ",")): try endField()
        case (_, UInt8(ascii: "\r")): break
        case (_, UInt8(ascii: "\n")): return try endRecord()
        case (.fieldStart, UInt8(ascii: "\"")): place = .quoted
        case (.plain, UInt8(ascii: "\"")), (.quoteInQuoted, _): throw .strayQuote(line: line)
        default:
            field.append(byte)
            place = .plain
        }
        return nil
    }

    /// - Returns: the last record, if the text does not end with a line end.
    mutating func finish() throws(CSVError) -> CSVRecord? {
        if place == .quoted { throw .unclosedQuote(line: recordLine) }
        return field.isEmpty && fields.isEmpty && place == .fieldStart ? nil : try endRecord()
    }

    private mutating func endField() throws(CSVError) {
        guard let text = String(validating: field, as: UTF8.self) else { throw .notUTF8(line: recordLine) }
        fields.append(text)
        field.removeAll(keepingCapacity: true)
        place = .fieldStart
    }

    /// Nil for a blank line.
    private mutating func endRecord() throws(CSVError) -> CSVRecord? {
        try endField()
        defer {
            fields = []
            length = 0
            line += 1
            recordLine = line
        }
        return fields == [""] ? nil : CSVRecord(line: recordLine, fields: fields)
    }
}
