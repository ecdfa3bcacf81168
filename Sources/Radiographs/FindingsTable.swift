internal import Foundation
internal import Records

/// The table of NIH ChestX-ray14 (`Data_Entry_2017.csv` or `Data_Entry_2017_v2020.csv`), every row of it.
public struct FindingsTable: Sendable {
    /// A row that cannot be read.
    public struct BadRow: Sendable, Equatable {
        public let line: Int
        public let reason: String
    }

    public private(set) var rows: [Radiograph] = []
    public private(set) var badRows: [BadRow] = []
    /// Rows whose age is missing or cannot be believed.
    public private(set) var rowsWithoutAge = 0
    /// Whether lines end with a comma, as in the release of 2017.
    public let hasTrailingField: Bool

    /// Number of rows, the header not counted.
    public var count: Int { rows.count + badRows.count }

    /// - Throws: `FileError`, `CSVError` where the lines cannot be told apart, ``FindingsTableError``.
    public init(contentsOf path: String) throws {
        var columns: FindingsColumns?
        var (rows, badRows): ([Radiograph], [BadRow]) = ([], [])
        try CSV.forEachRecord(ofFile: path) { record in
            guard let known = columns else {
                columns = try FindingsColumns(header: record)
                return
            }
            switch Self.row(record, known) {
            case .success(let row): rows.append(row)
            case .failure(let defect): badRows.append(BadRow(line: record.line, reason: defect.reason))
            }
        }
        guard let columns else { throw FindingsTableError.empty }
        hasTrailingField = columns.hasTrailingField
        rowsWithoutAge = columns.age == nil ? 0 : rows.count { $0.age == nil }
        (self.rows, self.badRows) = (rows, badRows)
    }

    private struct Defect: Error {
        let reason: String
    }

    private static func row(_ record: CSVRecord, _ columns: FindingsColumns) -> Result<Radiograph, Defect> {
        var fields = record.fields.map { $0.trimmingCharacters(in: .whitespaces) }
        if fields.count == columns.count + 1, fields.last == "" { fields.removeLast() }
        guard fields.count == columns.count else {
            return .failure(Defect(reason: "\(fields.count) fields where the header has \(columns.count)"))
        }
        let image = fields[columns.image]
        guard isFileName(image) else {
            return .failure(
                Defect(reason: "'\(image.prefix(80))' is no file name of at most \(longestName) bytes"))
        }
        let findings = fields[columns.findings].split(separator: "|").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard !findings.isEmpty else { return .failure(Defect(reason: "no finding label")) }
        guard let patient = patient(fields[columns.patient]) else {
            return .failure(Defect(reason: "'\(fields[columns.patient].prefix(80))' is no patient number"))
        }
        return .success(
            Radiograph(
                line: record.line, image: image, findings: findings, patient: patient,
                age: columns.age.flatMap { age(fields[$0]) }, sex: columns.sex.map { fields[$0] } ?? "",
                view: fields[columns.view].uppercased()))
    }

    /// Of an image, in bytes: with the suffixes of prepared images in the making it must still fit into 255.
    private static let longestName = 240

    /// A name that stays inside a folder. Names are only ever looked up among files that were found, so this is for
    /// the message's sake.
    private static func isFileName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= longestName && name != "." && name != ".."
            && !name.contains("/") && !name.contains("\\")
            && !name.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    }

    private static func patient(_ text: String) -> String? {
        guard (1...18).contains(text.count), text.allSatisfy({ $0.isASCII && $0.isNumber }) else {
            return nil
        }
        return Int(text).map(String.init)
    }

    /// Years, as `58` or as DICOM writes them, `058Y`, `011M`, `003W`, `020D`.
    private static func age(_ text: String) -> Int? {
        let units: [Character: Double] = ["Y": 1, "M": 1 / 12.0, "W": 7 / 365.25, "D": 1 / 365.25]
        let unit = text.last.flatMap { units[$0] }
        guard let number = Int(unit == nil ? text : String(text.dropLast())), (0...100_000).contains(number)
        else {
            return nil
        }
        let years = Int(Double(number) * (unit ?? 1))
        return years <= Radiograph.oldestAge ? years : nil
    }
}
