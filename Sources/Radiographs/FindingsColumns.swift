import Records

/// Where a table of NIH ChestX-ray14 has what is used.
///
/// The header of both releases has commas inside its last two names, `OriginalImage[Width,Height]` and
/// `OriginalImagePixelSpacing[x,y]`, mostly without quotes. Split at every comma it has as many names as the rows have
/// values; in quotes it has two fewer. The release of 2017 ends each line with a comma.
struct FindingsColumns: Sendable, Equatable {
    let count: Int
    let image: Int
    let findings: Int
    let patient: Int
    let view: Int
    let age: Int?
    let sex: Int?
    /// Whether lines end with an empty field, as in the release of 2017.
    let hasTrailingField: Bool

    init(header: CSVRecord) throws(FindingsTableError) {
        var names = header.fields.flatMap { Self.parts(of: $0) }.map(Self.plain)
        hasTrailingField = names.count > 1 && names.last == ""
        if hasTrailingField { names.removeLast() }
        count = names.count
        func column(_ known: [String]) throws(FindingsTableError) -> Int? {
            let found = names.indices.filter { known.contains(names[$0]) }
            guard found.count < 2 else { throw .ambiguousColumn(name: known[0]) }
            return found.first
        }
        func needed(_ known: String...) throws(FindingsTableError) -> Int {
            guard let index = try column(known) else { throw .noColumn(name: known[0], found: names) }
            return index
        }
        image = try needed("image index")
        findings = try needed("finding labels")
        patient = try needed("patient id")
        view = try needed("view position")
        age = try column(["patient age"])
        sex = try column(["patient gender", "patient sex"])
    }

    /// A name in quotes that stands for two columns: `OriginalImage[Width,Height]`.
    private static func parts(of name: String) -> [String] {
        name.contains("[") && name.contains("]") && name.contains(",")
            ? name.split(separator: ",", omittingEmptySubsequences: false).map(String.init) : [name]
    }

    private static func plain(_ name: String) -> String {
        name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

/// A table that is not one of NIH ChestX-ray14.
public enum FindingsTableError: Error, Equatable, CustomStringConvertible {
    case empty
    case noColumn(name: String, found: [String])
    case ambiguousColumn(name: String)

    public var description: String {
        switch self {
        case .empty: "the table is empty"
        case .noColumn(let name, let found):
            "the table has no column '\(name)', only \(found.prefix(12).map { "'\($0)'" }.joined(separator: ", "))"
        case .ambiguousColumn(let name): "the table has two columns '\(name)'"
        }
    }
}
