public import Flow
internal import Foundation
internal import Training

/// What an ingest did, as `ingest.json`: written last, it vouches for the tables.
public struct IngestRecord: Sendable, Codable {
    public static let fileName = "ingest.json"

    /// Images and patients of one part and label.
    public struct Group: Sendable, Equatable, Codable {
        public var part: String
        public var label: String
        public var images: Int
        public var patients: Int
    }

    public var settings: IngestSettings
    /// Rows of the table by outcome; they add up to ``rows``.
    public var counts: [String: Int]
    public var rows: Int
    /// What the table and the split ask for, whether or not the images are there.
    public var wanted: [Group]
    /// What was prepared.
    public var groups: [Group]
    /// Files below the folder of images that no row names.
    public var extraImages: Int
    /// Links below it that lead out of it, or nowhere.
    public var linksOutside: Int
    /// Names in the lists of the split that no row has.
    public var unknownListed: Int
    /// Images that the lists and the table do not agree about.
    public var contradictedLabels: Int
    /// Rows whose age is missing or cannot be believed.
    public var rowsWithoutAge: Int
    /// Whether the table is the release of 2017, whose lines end with a comma.
    public var hasTrailingField: Bool
    /// Images that an earlier run had prepared.
    public var resumed: Int
    public var shard: String?
    public var stages: [StageReport]
    public var startedAt: String
    public var seconds: Double
    public var workers: Int
    /// SHA-256 by file name.
    public var files: [String: String]

    /// Rows that were wanted and cannot be had.
    ///
    /// - Parameter partial: the folder is known to hold only some of the images.
    public func faults(partial: Bool) -> Int {
        RowOutcome.allCases.reduce(0) { sum, outcome in
            outcome.isFault && !(partial && outcome == .noImage) ? sum + (counts[outcome.rawValue] ?? 0) : sum
        }
    }

    /// Films that this run has prepared.
    public var prepared: Int { (counts[RowOutcome.used.rawValue] ?? 0) - resumed }

    /// Sum over all outcomes, which is ``rows``.
    public var accounted: Int { counts.values.reduce(0, +) }
}

extension IngestRecord: CustomStringConvertible {
    /// The counts as an aligned table.
    public var description: String {
        let lines =
            [("rows of the table", rows)]
            + RowOutcome.allCases.compactMap { outcome in
                counts[outcome.rawValue].map { ("  " + outcome.rawValue, $0) }
            }
        func parts(_ groups: [Group]) -> [(String, String)] {
            groups.map { ("  \($0.part) \($0.label)", "\($0.images) images of \($0.patients) patients") }
        }
        let remarks = [
            ("files that no row names", extraImages), ("links that lead out of the folder", linksOutside),
            ("listed names that no row has", unknownListed),
            ("labels on which lists and table differ", contradictedLabels),
            ("rows without a credible age", rowsWithoutAge),
        ].filter { $0.1 > 0 }
        let texts =
            lines.map { ($0.0, String($0.1)) } + [("wanted", "")] + parts(wanted)
            + (groups == wanted ? [] : [("used", "")] + parts(groups)) + remarks.map { ($0.0, String($0.1)) }
        let width = texts.map(\.0.count).max() ?? 0
        return texts.map { name, value in
            value.isEmpty ? name : name.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + value
        }.joined(separator: "\n") + "\n"
    }
}

extension RadiographSelection {
    /// What is selected, by part and label.
    var groups: [IngestRecord.Group] { [IngestRecord.Group](items) }
}

extension [IngestRecord.Group] {
    init(_ items: [RadiographSelection.Item]) {
        self.init(items.map { ($0.part.rawValue, IngestedFilm.label(of: $0), $0.row.patient) })
    }

    /// Groups of rows that are known by part, label and patient, in a fixed order.
    init(_ rows: some Sequence<(part: String, label: String, patient: String)>) {
        var patients: [String: [String: Set<String>]] = [:]
        var images: [String: [String: Int]] = [:]
        for row in rows {
            patients[row.part, default: [:]][row.label, default: []].insert(row.patient)
            images[row.part, default: [:]][row.label, default: 0] += 1
        }
        self = ImagePart.allCases.map(\.rawValue).flatMap { part in
            ["normal", "abnormal"].compactMap { label in
                images[part]?[label].map { count in
                    IngestRecord.Group(
                        part: part, label: label, images: count, patients: patients[part]?[label]?.count ?? 0)
                }
            }
        }
    }
}
