internal import Foundation
internal import Records

/// Labels of slides from `reference.csv`.
///
/// Known forms: without a header, the slide, `Normal` or `Tumor`, and details; and with a header, one row for
/// every slide of both parts, the file's name in `image` and `negative`, `micro` or `macro` in `class`.
struct ReferenceTable {
    /// Most rows; the largest known table has 399.
    static let rowLimit = 100_000

    private(set) var labels: [CamelyonSlideName: CamelyonLabel] = [:]
    /// Slides with two different labels; they have none in ``labels``.
    private(set) var conflicting: Set<CamelyonSlideName> = []
    /// Lines that name no slide of the data set or have no known label.
    private(set) var badLines: [Int] = []

    /// - Throws: ``FileError``, `CSVError`, ``ReferenceTableError``.
    init(contentsOf path: String) throws {
        var columns: ReferenceColumns?
        var rows = 0
        try CSV.forEachRecord(ofFile: path) { record in
            rows += 1
            guard rows <= Self.rowLimit else { throw ReferenceTableError.tooManyRows(limit: Self.rowLimit) }
            if let columns {
                take(record, columns)
            } else {
                let found = try ReferenceColumns(firstRecord: record)
                columns = found
                if !found.isHeader { take(record, found) }
            }
        }
        guard columns != nil else { throw ReferenceTableError.empty }
    }

    private mutating func take(_ record: CSVRecord, _ columns: ReferenceColumns) {
        guard let slide = columns.slide(of: record), let label = columns.label(of: record) else {
            badLines.append(record.line)
            return
        }
        add(label, of: slide)
    }

    private mutating func add(_ label: CamelyonLabel, of slide: CamelyonSlideName) {
        guard !conflicting.contains(slide) else { return }
        if let known = labels.updateValue(label, forKey: slide), known != label {
            labels[slide] = nil
            conflicting.insert(slide)
        }
    }

    /// Adds what another table says.
    mutating func merge(_ other: ReferenceTable) {
        for (slide, label) in other.labels { add(label, of: slide) }
        for slide in other.conflicting {
            labels[slide] = nil
            conflicting.insert(slide)
        }
    }
}

/// Where a reference table has what is used.
struct ReferenceColumns {
    let isHeader: Bool
    private let slide: Int
    private let label: Int

    private static let slideNames = [
        "slide", "image", "name", "image_name", "slide_name", "slide_id", "image_id", "filename", "file_name",
        "file",
    ]
    private static let labelNames = ["label", "class", "slide_label", "ground_truth", "gt", "diagnosis"]

    init(firstRecord: CSVRecord) throws(ReferenceTableError) {
        let fields = firstRecord.fields.map(Self.plain)
        if let slide = fields.firstIndex(where: { Self.slideName($0) != nil }) {
            isHeader = false
            self.slide = slide
            label = fields.indices.first { $0 != slide && Self.labelWords[fields[$0]] != nil } ?? slide + 1
            return
        }
        isHeader = true
        let names = fields.map { $0.replacing(" ", with: "_") }
        func column(_ known: [String]) -> Int? {
            known.lazy.compactMap { names.firstIndex(of: $0) }.first
        }
        guard let slide = column(Self.slideNames), let label = column(Self.labelNames) else {
            throw .unknownColumns(found: firstRecord.fields)
        }
        self.slide = slide
        self.label = label
    }

    func slide(of record: CSVRecord) -> CamelyonSlideName? {
        record.fields.indices.contains(slide) ? Self.slideName(Self.plain(record.fields[slide])) : nil
    }

    func label(of record: CSVRecord) -> CamelyonLabel? {
        record.fields.indices.contains(label) ? Self.labelWords[Self.plain(record.fields[label])] : nil
    }

    private static let labelWords: [String: CamelyonLabel] = [
        "normal": .normal, "negative": .normal, "tumor": .tumor, "tumour": .tumor, "positive": .tumor,
        "micro": .tumor, "macro": .tumor, "itc": .tumor,
    ]

    private static func plain(_ field: String) -> String {
        field.trimmingCharacters(in: .whitespaces).lowercased()
    }

    /// With or without the suffix of the image.
    private static func slideName(_ text: String) -> CamelyonSlideName? {
        CamelyonSlideName(text) ?? CamelyonSlideName(fileName: text, suffixes: ["tif", "tiff"])
    }
}

/// A table that gives no labels.
enum ReferenceTableError: Error, Equatable, CustomStringConvertible {
    case empty
    case tooManyRows(limit: Int)
    case unknownColumns(found: [String])

    var description: String {
        switch self {
        case .empty: "it is empty"
        case .tooManyRows(let limit): "it has more than \(limit) rows"
        case .unknownColumns(let found):
            "its first row has neither a slide such as test_001 nor columns called image and label, only "
                + found.prefix(8).map { "'\($0.prefix(40))'" }.joined(separator: ", ")
        }
    }
}
