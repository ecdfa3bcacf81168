public import Training

/// Which images are wanted.
public struct RadiographQuery: Sendable, Equatable {
    /// Nil: both PA and AP.
    public let position: ViewPosition?
    /// The only findings that count as abnormal in the validation part, each as an image's only finding; empty for
    /// all. The paper chooses its settings with `Infiltration` and tests on everything.
    public let validationFindings: Set<String>
    /// What says whether an image is normal.
    public let labels: LabelSource

    public enum LabelSource: String, Sendable, CaseIterable, Codable {
        /// The table: normal means "No Finding", and nothing besides.
        case table
        /// The folders of the split's lists, where they say it; else the table. Published results on the subset of
        /// NIH were scored so: 21 of its test images have other labels in the table of 2020.
        case lists
    }

    public init(
        position: ViewPosition?, validationFindings: Set<String> = [], labels: LabelSource = .table
    ) {
        self.position = position
        self.validationFindings = validationFindings
        self.labels = labels
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
    /// The image is a link that leads out of the folder.
    case linkOutside = "link_outside"
    /// Another row's prepared image would have the same name, but for its case.
    case nameClash = "name_clash"
    /// Says the same as an earlier row of the same image.
    case repeated
    /// Rows of one image that contradict each other.
    case contradicting
    case malformed
    /// The image cannot be decoded, or shows nothing.
    case unreadable
    /// Selected, but for another job of an array.
    case otherShard = "other_shard"

    /// Whether the row is listed among the rejected ones, as opposed to its not being wanted.
    public var isRejected: Bool {
        switch self {
        case .used, .otherView, .otherFinding, .notListed, .abnormalForTraining, .otherShard: false
        case .unknownView, .noImage, .ambiguousImage, .linkOutside, .nameClash, .repeated, .contradicting,
            .malformed,
            .unreadable:
            true
        }
    }

    /// Whether the input is bad: something that was wanted cannot be had. A row that only repeats another does no
    /// harm, and one with an unknown view was not asked for.
    public var isFault: Bool { isRejected && self != .repeated && self != .unknownView }
}

/// The images that were selected from a table, and what became of every row.
public struct RadiographSelection: Sendable {
    public struct Item: Sendable, Equatable {
        public let row: Radiograph
        public let part: ImagePart
        public let isNormal: Bool
        /// Empty until it was looked up.
        public fileprivate(set) var path: String
    }

    /// In the order of the table: those that are wanted; behind ``lookUp(in:)`` those that are there.
    public private(set) var items: [Item]
    /// By line of the table.
    public private(set) var outcomes: [Int: RowOutcome]
    /// Images that the lists and the table do not agree about.
    public let contradictedLabels: Int

    /// Selects what is wanted, whether or not its image is there.
    ///
    /// - Throws: ``SplitError``.
    public init(
        _ table: FindingsTable, _ query: RadiographQuery, split: PatientSplit
    ) throws(SplitError) {
        var outcomes = Dictionary(uniqueKeysWithValues: table.badRows.map { ($0.line, RowOutcome.malformed) })
        var items: [Item] = []
        var contradictedLabels = 0
        let parts = try split.parts(of: table.rows)
        for (row, (part, duplicate)) in zip(table.rows, zip(parts, Self.duplicates(table.rows))) {
            if let outcome = duplicate ?? Self.mismatch(row, query.position) {
                outcomes[row.line] = outcome
                continue
            }
            guard let part else {
                outcomes[row.line] = .notListed
                continue
            }
            let listed = split.isNormal(row)
            if let listed, listed != row.isNormal { contradictedLabels += 1 }
            let isNormal = (query.labels == .lists ? listed : nil) ?? row.isNormal
            if !isNormal, let outcome = Self.mismatch(row, part, query) {
                outcomes[row.line] = outcome
                continue
            }
            items.append(Item(row: row, part: part, isNormal: isNormal, path: ""))
            outcomes[row.line] = .used
        }
        (self.items, self.outcomes) = (items, outcomes)
        self.contradictedLabels = contradictedLabels
        rejectClashes()
    }

    /// File systems differ in whether `a.png` and `A.png` are two files.
    private mutating func rejectClashes() {
        let names = items.map { IngestedFilm.file(of: $0).lowercased() }
        let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
        reject { counts[IngestedFilm.file(of: $0).lowercased()] == 1 ? nil : .nameClash }
    }

    /// Finds the wanted images, and leaves out those that are not there.
    public mutating func lookUp(in files: RadiographFiles) {
        for index in items.indices {
            if case .file(let path) = files.lookup(items[index].row.image) { items[index].path = path }
        }
        reject { item in
            switch files.lookup(item.row.image) {
            case .file: nil
            case .missing: .noImage
            case .outside: .linkOutside
            case .ambiguous: .ambiguousImage
            }
        }
    }

    private mutating func reject(_ outcome: (Item) -> RowOutcome?) {
        for item in items { outcomes[item.row.line] = outcome(item) ?? outcomes[item.row.line] }
        items.removeAll { outcome($0) != nil }
    }

    /// Keeps every `count`-th wanted image from number `index` on: the share of one job of an array. To be called before
    /// ``lookUp(in:)``: the table alone decides, so that each image has exactly one job whatever the jobs find on disk.
    public mutating func keepShard(_ index: Int, of count: Int) {
        precondition((0..<count).contains(index), "shard \(index) of \(count)")
        for (number, item) in items.enumerated() where number % count != index {
            outcomes[item.row.line] = .otherShard
        }
        items = items.enumerated().filter { $0.offset % count == index }.map(\.element)
    }

    /// Takes an image back that turned out not to be readable.
    public mutating func markUnreadable(_ item: Item) { outcomes[item.row.line] = .unreadable }

    /// Number of rows by outcome; the sum is the number of rows of the table.
    public var counts: [RowOutcome: Int] {
        outcomes.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    private static func mismatch(_ row: Radiograph, _ wanted: ViewPosition?) -> RowOutcome? {
        guard let position = row.position else { return .unknownView }
        return wanted == nil || position == wanted ? nil : .otherView
    }

    /// Of an abnormal image.
    private static func mismatch(
        _ row: Radiograph, _ part: ImagePart, _ query: RadiographQuery
    ) -> RowOutcome? {
        switch part {
        case .training: return .abnormalForTraining
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
