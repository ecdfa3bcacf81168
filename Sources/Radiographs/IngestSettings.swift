public import Records

/// Everything that determines what an ingest writes, but for the images themselves. Kept as `settings.json` in the
/// output folder, so that no run goes on with what another one began.
public struct IngestSettings: Sendable, Equatable, Codable {
    /// Of the program.
    public var version: String
    /// SHA-256 of the table.
    public var table: String
    /// `PA`, `AP` or `any`.
    public var view: String
    public var validationFindings: [String]
    public var labels: RadiographQuery.LabelSource
    /// Empty: the split is drawn by patient. Paths are left out: equal lists are equal wherever they lie.
    public var lists: [List]
    /// Shares of the patients; nil where the lists decide.
    public var testShare: Double?
    public var validationShare: Double
    public var seed: UInt64
    public var steps: RadiographSteps
    /// Jobs that share the work; 1 for none.
    public var shards: Int

    public struct List: Sendable, Equatable, Codable {
        public var part: String
        public var isNormal: Bool?
        public var sha256: String
    }

    /// - Parameter table: path of the table.
    /// - Throws: `FileError` if the table cannot be read.
    public init(
        version: String, table: String, query: RadiographQuery, split: PatientSplit, steps: RadiographSteps,
        shards: Int
    ) throws(FileError) {
        self.version = version
        self.table = try Checksum.sha256(ofFile: table)
        view = query.position?.rawValue ?? "any"
        validationFindings = query.validationFindings.sorted()
        labels = query.labels
        self.steps = steps
        self.shards = shards
        switch split {
        case .lists(let lists, let validation, let seed):
            self.lists = lists.files.map { List(part: $0.part, isNormal: $0.isNormal, sha256: $0.sha256) }
                .sorted { ($0.part, $0.sha256) < ($1.part, $1.sha256) }
            (testShare, validationShare, self.seed) = (nil, validation, seed)
        case .drawn(let test, let validation, let seed):
            (lists, testShare, validationShare, self.seed) = ([], test, validation, seed)
        }
    }
}

/// Which share of the images a job of an array works on, from 1 to `count`.
public struct IngestShard: Sendable, Equatable {
    public let number: Int
    public let count: Int

    /// Everything.
    public static let whole = IngestShard(number: 1, count: 1)

    private init(number: Int, count: Int) {
        self.number = number
        self.count = count
    }

    /// As users write it: `3/8`. Nil if it is not between 1/n and n/n.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]),
            (1...10_000).contains(count),
            (1...count).contains(number)
        else { return nil }
        self.init(number: number, count: count)
    }

    var isWhole: Bool { count == 1 }
    /// Of the shard's files, such as `3-of-8`.
    var name: String { "\(number)-of-\(count)" }
}
