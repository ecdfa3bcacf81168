internal import Foundation
internal import Records
internal import Training

/// A row of `manifest.csv`: one prepared image. `train` and `evaluate` read the table as it is.
struct IngestedFilm: Sendable, Equatable {
    static let header = [
        "file", "label", "split", "patient", "findings", "view", "age", "sex", "source", "sha256",
        "table_line",
    ]

    let item: RadiographSelection.Item
    let sha256: String
    /// Of the film, relative to the folder of images.
    let source: String

    /// Relative to the output folder. Two films never share a name, since their own names differ.
    static func file(of item: RadiographSelection.Item) -> String {
        let name = item.row.image
        return folder(of: item) + "/" + (name.hasSuffix(".png") ? name : name + ".png")
    }

    static func folder(of item: RadiographSelection.Item) -> String {
        item.part.rawValue + "/" + label(of: item)
    }

    static func label(of item: RadiographSelection.Item) -> String { item.isNormal ? "normal" : "abnormal" }

    var fields: [String] {
        let row = item.row
        return [
            Self.file(of: item), Self.label(of: item), item.part.rawValue, row.patient,
            row.findings.joined(separator: "|"), row.view, row.age.map(String.init) ?? "", row.sex, source,
            sha256,
            String(row.line),
        ]
    }
}

/// A row of `rejected.csv`: a row of the table that cannot be used, and why.
struct RejectedRow: Sendable, Equatable {
    static let header = ["table_line", "image", "outcome", "reason"]

    let line: Int
    let image: String
    let outcome: RowOutcome
    let reason: String

    var fields: [String] { [String(line), image, outcome.rawValue, reason] }
}

extension RadiographSelection {
    /// The rejected rows in the order of the table.
    ///
    /// - Parameter defects: why images could not be decoded, by line.
    func rejected(of table: FindingsTable, defects: [Int: String]) -> [RejectedRow] {
        let malformed = table.badRows.map {
            RejectedRow(line: $0.line, image: "", outcome: .malformed, reason: $0.reason)
        }
        let others = table.rows.compactMap { row -> RejectedRow? in
            guard let outcome = outcomes[row.line], outcome.isRejected else { return nil }
            return RejectedRow(
                line: row.line, image: row.image, outcome: outcome,
                reason: defects[row.line] ?? outcome.explanation(row))
        }
        return (malformed + others).sorted { $0.line < $1.line }
    }
}

extension RowOutcome {
    fileprivate func explanation(_ row: Radiograph) -> String {
        switch self {
        case .unknownView: "the view '\(row.view.prefix(20))' is neither PA nor AP"
        case .noImage: "no file of this name lies below the folder of images"
        case .ambiguousImage: "several folders have a file of this name"
        case .linkOutside: "it is a link that leads out of the folder of images, or nowhere"
        case .nameClash: "another row's image has the same name but for upper and lower case, or the suffix"
        case .repeated: "an earlier row says the same"
        case .contradicting: "another row says something else of this image"
        default: ""
        }
    }
}
