internal import Foundation
internal import Records
public import Training

/// Labeled scores from a table: what `evaluate --scores` and `xray score` write, or any other with the columns score and
/// label.
public struct ScoredTable: Sendable {
    public let images: [ScoredImage]
    /// Trivial quantities that the table has a value of for every image.
    public let trivial: [TrivialQuantity]
    /// Rows without a score.
    public let leftOut: Int

    /// Columns of trivial quantities, with the difference below which two images count as equal.
    private static let trivialColumns: [(column: String, name: String, tolerance: Double?)] = [
        ("mean_red", "mean red", nil),
        ("mean_optical_density", "mean optical density", EvaluationSummary.densityTolerance),
        ("mean_intensity", "mean intensity", nil),
    ]
    private static let groupNames = ["group", "patient", "patient_id", "slide", "slide_id"]
    private static let imageNames = ["file", "image", "film", "tile"]
    private static let findingNames = ["findings", "finding_labels", "nih_label"]

    /// - Parameters:
    ///   - columns: which columns mean what, where their usual names do not say it.
    ///   - part: only rows of this part; nil: all. A table without a column for splits is taken whole.
    /// - Throws: `FileError`, `CSVFileError`, ``ScoredTableError``.
    public init(
        contentsOf path: String, columns: ManifestColumns = ManifestColumns(), part: ImagePart? = nil
    ) throws {
        var header: [String: Int]?
        var rows: [CSVRecord] = []
        try CSV.forEachRecord(ofFile: path) { record in
            if header != nil { return rows.append(record) }
            let names = record.fields.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
            header = Dictionary(zip(names, names.indices)) { first, _ in first }
        }
        let reading = try Reading(header ?? [:], columns, path: path)
        var images: [ScoredImage] = []
        var values: [[Double?]] = []
        var leftOut = 0
        for row in rows {
            if let part, let found = try reading.part(of: row), found != part { continue }
            guard let image = try reading.image(of: row) else {
                leftOut += 1
                continue
            }
            images.append(image)
            values.append(Self.trivialColumns.map { reading.number($0.column, of: row) })
        }
        trivial = Self.trivialColumns.enumerated().compactMap { index, column in
            let known = values.compactMap { $0[index] }
            return known.isEmpty || known.count < images.count
                ? nil : TrivialQuantity(name: column.name, values: known, tolerance: column.tolerance)
        }
        (self.images, self.leftOut) = (images, leftOut)
    }

    /// How the rows of a table are read.
    private struct Reading {
        let path: String
        let header: [String: Int]
        let score: String
        let label: String
        let group: String?
        let finding: String?
        let image: String?
        let normalLabels: Set<String>

        init(_ header: [String: Int], _ columns: ManifestColumns, path: String) throws(ScoredTableError) {
            func needed(_ name: String) throws(ScoredTableError) -> String {
                guard header[name.lowercased()] != nil else {
                    throw .noColumn(path: path, name: name, found: header.keys.sorted())
                }
                return name.lowercased()
            }
            self.path = path
            self.header = header
            score = try needed("score")
            label = try needed(columns.label ?? "label")
            group = try columns.group.map(needed) ?? ScoredTable.groupNames.first { header[$0] != nil }
            finding = ScoredTable.findingNames.first { header[$0] != nil }
            image = ScoredTable.imageNames.first { header[$0] != nil }
            normalLabels = Set(columns.normalLabels.map(ManifestWords.word))
        }

        func text(_ name: String, of row: CSVRecord) -> String {
            header[name].flatMap { row.fields.indices.contains($0) ? row.fields[$0] : nil } ?? ""
        }

        /// Nil without that column, or where it is empty.
        func known(_ name: String?, of row: CSVRecord) -> String? {
            let found = name.map { text($0, of: row) } ?? ""
            return found.isEmpty ? nil : found
        }

        func number(_ name: String, of row: CSVRecord) -> Double? { Double(text(name, of: row)) }

        /// Nil for a row that is to be left out: one without a score.
        func image(of row: CSVRecord) throws(ScoredTableError) -> ScoredImage? {
            let written = text(score, of: row)
            if written.isEmpty { return nil }
            guard let value = Double(written), value.isFinite else {
                throw .noNumber(path: path, line: row.line, text: written)
            }
            let word = ManifestWords.word(text(label, of: row))
            let isNormal = normalLabels.isEmpty ? ManifestWords.isNormal(word) : normalLabels.contains(word)
            guard isNormal || !normalLabels.isEmpty || ManifestWords.isKnown(word) else {
                throw .unknownLabel(path: path, line: row.line, text: word)
            }
            let findings = finding.map { text($0, of: row) } ?? text(label, of: row)
            return ScoredImage(
                score: value, isAbnormal: !isNormal, group: known(group, of: row),
                classes: isNormal ? [] : ScoredImage.classes(joined: findings), name: known(image, of: row))
        }

        /// Nil where the table has no column for it.
        func part(of row: CSVRecord) throws(ScoredTableError) -> ImagePart? {
            guard header["split"] != nil else { return nil }
            let word = ManifestWords.word(text("split", of: row))
            guard let part = ManifestWords.part(word) else {
                throw .unknownPart(path: path, line: row.line, text: word)
            }
            return part
        }
    }
}

/// A table that labeled scores cannot be read from.
public enum ScoredTableError: Error, Equatable, CustomStringConvertible {
    case noColumn(path: String, name: String, found: [String])
    case noNumber(path: String, line: Int, text: String)
    case unknownLabel(path: String, line: Int, text: String)
    case unknownPart(path: String, line: Int, text: String)

    public var description: String {
        switch self {
        case .noColumn(let path, let name, let found):
            "'\(path)' has no column '\(name)', only \(found.prefix(12).joined(separator: ", "))"
        case .noNumber(let path, let line, let text):
            "'\(path)', line \(line): the score '\(text.prefix(40))' is no finite number"
        case .unknownLabel(let path, let line, let text):
            "'\(path)', line \(line): it is not clear whether the label '\(text.prefix(40))' is normal; say it with "
                + "--label-normal"
        case .unknownPart(let path, let line, let text):
            "'\(path)', line \(line): the split '\(text.prefix(40))' is none of train, validation and test"
        }
    }
}
