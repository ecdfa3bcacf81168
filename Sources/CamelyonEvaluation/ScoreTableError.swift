public import Records

/// Why a table of detections or slide scores cannot be used. There is no way to use a part of one.
public enum ScoreTableError: Error, Equatable, CustomStringConvertible {
    case file(FileError)
    case tooLarge(path: String, limit: Int)
    case tooManyRows(path: String, limit: Int)
    case tooManyTables(folder: String, limit: Int)
    case notUTF8(path: String, line: Int)
    /// The challenge's script fails there as well.
    case blankLine(path: String, line: Int)
    case tooFewFields(path: String, line: Int, expected: Int, found: Int)
    case notANumber(path: String, line: Int, column: String, text: String)
    case noName(path: String, line: Int)
    case repeatedSlide(path: String, line: Int, slide: String)
    /// A slide's name that cannot be the name of a file, or a field of a table.
    case unusableName(String)
    /// Slides of a table that the reference does not know.
    case unknownSlides([String])

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .tooLarge(let path, let limit): "'\(path)' has more than \(limit) bytes"
        case .tooManyRows(let path, let limit): "'\(path)' has more than \(limit) lines"
        case .tooManyTables(let folder, let limit): "the folder '\(folder)' has more than \(limit) tables"
        case .notUTF8(let path, let line): "line \(line) of '\(path)' is no UTF-8 text"
        case .blankLine(let path, let line): "line \(line) of '\(path)' is blank, which is not allowed"
        case .tooFewFields(let path, let line, let expected, let found):
            "line \(line) of '\(path)' has \(found) of \(expected) fields"
        case .notANumber(let path, let line, let column, let text):
            "line \(line) of '\(path)': '\(text.prefix(40))' is no \(column); the table has no header"
        case .noName(let path, let line): "line \(line) of '\(path)' names no slide"
        case .repeatedSlide(let path, let line, let slide):
            "line \(line) of '\(path)': the slide '\(slide)' is there twice"
        case .unusableName(let name): "'\(name)' cannot be the name of a slide"
        case .unknownSlides(let slides):
            "the reference does not know \(slides.count) slides of the table: "
                + slides.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        }
    }
}
