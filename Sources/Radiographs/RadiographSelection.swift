/// Which images are wanted.
public struct RadiographQuery: Sendable, Equatable {
    public let position: ViewPosition
    /// The only findings that count as abnormal in the validation part, each as an image's only finding; empty for
    /// all. The paper chooses its settings with `Infiltration` and tests on everything.
    public let validationFindings: Set<String>

    public init(position: ViewPosition, validationFindings: Set<String> = []) {
        self.position = position
        self.validationFindings = validationFindings
    }
}

/// What became of a row of the table. Each row has exactly one of these, so that the counts add up to the file.
public enum RowOutcome: String, Sendable, CaseIterable {
    case used
    /// The other of PA and AP.
    case otherView = "other_view"
    case unknownView = "unknown_view"
    /// In the validation part, abnormal, but not with the finding that was asked for.
    case otherFinding = "other_finding"
    /// In none of the lists of a split.
    case notListed = "not_listed"
    /// Abnormal, and listed for training, which takes normal images alone.
    case abnormalForTraining = "abnormal_for_training"
    case noImage = "no_image"
    /// Several folders have an image of this name.
    case ambiguousImage = "ambiguous_image"
    /// Says the same as an earlier row of the same image.
    case repeated
    /// Rows of one image that contradict each other.
    case contradicting
    case malformed
    /// The image cannot be decoded.
    case unreadable
}

/// The images that were selected from a table, and what became of every row.
public struct RadiographSelection: Sendable {
    public struct Item: Sendable, Equatable {
        public let row: Radiograph
        public let part: RadiographPart
        public let path: String
    }

    public let items: [Item]
    /// By line of the table.
    public private(set) var outcomes: [Int: RowOutcome]

    /// - Throws: ``SplitError``.
    public init(
        _ table: FindingsTable, _ query: RadiographQuery, split: PatientSplit, files: RadiographFiles
    ) throws(SplitError) {
        var outcomes = Dictionary(uniqueKeysWithValues: table.badRows.map { ($0.line, RowOutcome.malformed) })
        var candidates: [Radiograph] = []
        for (row, duplicate) in zip(table.rows, Self.duplicates(table.rows)) {
            if let outcome = duplicate ?? Self.mismatch(row, query.position) {
                outcomes[row.line] = outcome
            } else {
                candidates.append(row)
            }
        }
        var items: [Item] = []
        for (row, part) in zip(candidates, try split.parts(of: candidates)) {
            guard let part else {
                outcomes[row.line] = .notListed
                continue
            }
            if let outcome = Self.mismatch(row, part, query) {
                outcomes[row.line] = outcome
                continue
            }
            switch files.lookup(row.image) {
            case .file(let path):
                items.append(Item(row: row, part: part, path: path))
                outcomes[row.line] = .used
            case .missing: outcomes[row.line] = .noImage
            case .ambiguous: outcomes[row.line] = .ambiguousImage
            }
        }
        (self.items, self.outcomes) = (items, outcomes)
    }

    /// Takes an image back that turned out not to be readable.
    public mutating func markUnreadable(_ item: Item) { outcomes[item.row.line] = .unreadable }

    /// Number of rows by outcome; the sum is the number of rows of the table.
    public var counts: [RowOutcome: Int] {
        outcomes.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    private static func mismatch(_ row: Radiograph, _ wanted: ViewPosition) -> RowOutcome? {
        guard let position = row.position else { return .unknownView }
        return position == wanted ? nil : .otherView
    }

    private static func mismatch(
        _ row: Radiograph, _ part: RadiographPart, _ query: RadiographQuery
    ) -> RowOutcome? {
        if row.isNormal { return nil }
        switch part {
        case .train: return .abnormalForTraining
        case .validation:
            let isWanted =
                query.validationFindings.isEmpty
                || (row.findings.count == 1 && query.validationFindings.contains(row.findings[0]))
            return isWanted ? nil : .otherFinding
        case .test: return nil
        }
    }

    /// The outcome of rows whose image another row names, too.
    private static func duplicates(_ rows: [Radiograph]) -> [RowOutcome?] {
        var first: [String: Int] = [:]
        var contradicted: Set<String> = []
        for (index, row) in rows.enumerated() {
            if let other = first[row.image] {
                if !row.agrees(with: rows[other]) { contradicted.insert(row.image) }
            } else {
                first[row.image] = index
            }
        }
        return rows.enumerated().map { index, row in
            contradicted.contains(row.image) ? .contradicting : first[row.image] == index ? nil : .repeated
        }
    }
}
