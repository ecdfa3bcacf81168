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

    /// Splits a whole text into records, with the number of the line each starts on. A byte order mark, CRLF
    /// and blank lines are accepted.
    ///
    /// - Throws: ``CSVError`` for a quote that is never closed or stands in the middle of a field.
    public static func records(in text: String) throws(CSVError) -> [CSVRecord] {
        var parser = CSVParser()
        for character in text.unicodeScalars { try parser.take(character) }
        return try parser.finish()
    }
}

/// One record of a table and the line of the file on which it starts (the first line is 1).
public struct CSVRecord: Sendable, Equatable {
    public let line: Int
    public let fields: [String]
}

/// Text that is no CSV, with the line on which that shows.
public enum CSVError: Error, Equatable, CustomStringConvertible {
    case unclosedQuote(line: Int)
    case strayQuote(line: Int)

    public var description: String {
        switch self {
        case .unclosedQuote(let line): "line \(line): a quoted field is never closed"
        case .strayQuote(let line): "line \(line): a quote stands in the middle of a field"
        }
    }
}

private struct CSVParser {
    private enum Place { case fieldStart, plain, quoted, quoteInQuoted }

    private var place = Place.fieldStart
    private var field = String.UnicodeScalarView()
    private var fields: [String] = []
    private var records: [CSVRecord] = []
    private var line = 1
    private var recordLine = 1
    private var isFirst = true

    mutating func take(_ scalar: Unicode.Scalar) throws(CSVError) {
        defer { isFirst = false }
        if isFirst, scalar == "\u{FEFF}" { return }
        switch (place, scalar) {
        case (.quoted, "\""): place = .quoteInQuoted
        case (.quoted, _):
            if scalar == "\n" { line += 1 }
            field.append(scalar)
        case (.quoteInQuoted, "\""):
            field.append(scalar)
            place = .quoted
        case (_, ","): endField()
        case (_, "\r"): break
        case (_, "\n"): endRecord()
        case (.fieldStart, "\""): place = .quoted
        case (.plain, "\""), (.quoteInQuoted, _): throw .strayQuote(line: line)
        default:
            field.append(scalar)
            place = .plain
        }
    }

    mutating func finish() throws(CSVError) -> [CSVRecord] {
        if place == .quoted { throw .unclosedQuote(line: recordLine) }
        if !field.isEmpty || !fields.isEmpty || place != .fieldStart { endRecord() }
        return records
    }

    private mutating func endField() {
        fields.append(String(field))
        field = String.UnicodeScalarView()
        place = .fieldStart
    }

    private mutating func endRecord() {
        endField()
        if fields != [""] { records.append(CSVRecord(line: recordLine, fields: fields)) }
        fields = []
        line += 1
        recordLine = line
    }
}
