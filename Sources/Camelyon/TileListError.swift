public import Records

/// Why a line of a list is refused.
public enum TileLineDefect: Error, Equatable, CustomStringConvertible {
    case name(TileNameDefect)
    case fields(expected: Int, found: Int)
    case notOfLabel(CamelyonLabel)
    case notOfPart(CamelyonPart)
    case otherLabelBefore

    public var description: String {
        switch self {
        case .name(let defect): defect.description
        case .fields(let expected, let found): "\(found) fields instead of \(expected)"
        case .notOfLabel(let label): "not \(label.rawValue), as the list's folder says"
        case .notOfPart(let part): "its slide is not of the \(part.rawValue) part, as the list's folder says"
        case .otherLabelBefore: "the same tile had the other label before"
        }
    }
}

/// A list that cannot be used. A list is taken whole or not at all.
public enum TileListError: Error, Equatable, CustomStringConvertible {
    /// One refused line.
    public struct BadLine: Sendable, Equatable {
        public let line: Int
        public let defect: TileLineDefect
    }

    case file(FileError)
    case empty(path: String)
    case lineTooLong(path: String, line: Int, limit: Int)
    case tooManyLines(path: String, limit: Int)
    case notUTF8(path: String, line: Int)
    /// The number of refused lines, and the first of them.
    case badLines(path: String, count: Int, first: [BadLine])
    /// A table without a header as the NCRF project has it: its points are the centers of tiles.
    case centers(path: String, line: Int)
    case unknownHeader(path: String, line: Int)
    case missingLists(folder: String, missing: [String])

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .empty(let path): "the list '\(path)' has no tiles"
        case .lineTooLong(let path, let line, let limit):
            "line \(line) of '\(path)' is longer than \(limit) bytes: this is no list of tiles"
        case .tooManyLines(let path, let limit): "'\(path)' has more than \(limit) lines: divide it"
        case .notUTF8(let path, let line):
            "line \(line) of '\(path)' is no UTF-8 text: save the list as UTF-8"
        case .badLines(let path, let count, let first):
            "\(count) bad \(count == 1 ? "line" : "lines") in the list '\(path)': "
                + first.map { "line \($0.line): \($0.defect)" }.joined(separator: "; ")
                + (count > first.count ? "; and \(count - first.count) more" : "")
        case .centers(let path, let line):
            "line \(line) of '\(path)' is slide,x,y without a header, as in lists of the NCRF project, "
                + "where x and y are the CENTER of a tile: subtract half a tile's side, and put the header "
                + "slide,x,y above"
        case .unknownHeader(let path, let line):
            "line \(line) of '\(path)' should be a tile's name, or the header slide,x,y or slide,x,y,label "
                + "(x to the right and y down, the top left corner in level-0 pixels)"
        case .missingLists(let folder, let missing):
            "the folder '\(folder)' lacks \(missing.joined(separator: ", ")) of the four lists normal/train, "
                + "normal/test, anomaly/train and anomaly/test: add them, or give one list alone"
        }
    }
}

/// The refused lines of a list so far.
struct TileListDefects {
    /// Lines that an error names.
    static let shown = 5

    let path: String
    private var count = 0
    private var first: [TileListError.BadLine] = []

    init(path: String) {
        self.path = path
    }

    mutating func add(_ line: Int, _ defect: TileLineDefect) {
        count += 1
        if first.count < Self.shown { first.append(TileListError.BadLine(line: line, defect: defect)) }
    }

    func throwIfAny() throws(TileListError) {
        if count > 0 { throw .badLines(path: path, count: count, first: first) }
    }
}
