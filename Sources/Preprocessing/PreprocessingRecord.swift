internal import Camelyon
internal import Records

/// What a preprocessing did, as `preprocess.json`: written last, it vouches for the tables.
public struct PreprocessingRecord: Sendable, Encodable {
    public static let fileName = "preprocess.json"

    public var settings: TileCutSettings
    /// Slides by status; they add up to all that were found or listed.
    public var slides: [String: Int]
    public var tiles: Int
    /// Tiles that were chosen and could not be written.
    public var rejectedTiles: Int
    /// Reason codes of failed slides.
    public var failures: [String: Int]
    /// What is to be known of the data set, in sentences.
    public var findings: [String]
    public var startedAt: String
    public var seconds: Double
    public var workers: Int
    /// SHA-256 by file name.
    public var files: [String: String] = [:]
    /// Tiles and slides by part and label beside the paper's, aligned, for people.
    public var countsText: String

    init(
        settings: TileCutSettings, records: [SlideCutRecord], findings: [CamelyonFinding], startedAt: String,
        seconds: Double, workers: Int
    ) {
        self.settings = settings
        slides = Dictionary(records.map { ($0.status.rawValue, 1) }, uniquingKeysWith: +)
        tiles = records.reduce(0) { $0 + $1.written }
        rejectedTiles = records.reduce(0) { $0 + $1.tiles.count } - tiles
        let failed = records.filter { $0.status == .failed }
        failures = Dictionary(failed.map { ($0.reason, 1) }, uniquingKeysWith: +)
        self.findings = findings.map(\.description)
        self.startedAt = startedAt
        self.seconds = seconds
        self.workers = workers
        countsText = PreprocessingTables(records: records, validation: []).counts.text()
    }

    private enum CodingKeys: String, CodingKey {
        case settings, slides, tiles, rejectedTiles, failures, findings, startedAt, seconds, workers, files
    }
}

/// The tables over all slides.
struct PreprocessingTables {
    static let names = ["manifest.csv", "rejected.csv", "summary.csv", "counts.csv"]

    let records: [SlideCutRecord]
    /// Names of the slides whose tiles are for validation.
    let validation: Set<String>

    /// Writes all tables, then the record with their checksums.
    func write(to folder: String, _ record: inout PreprocessingRecord) throws {
        let texts = [manifest, rejected, summary, counts.csv()]
        for (name, text) in zip(Self.names, texts) {
            let bytes = Array(text.utf8)
            try AtomicFile.write(bytes, to: folder + "/" + name)
            record.files[name] = Checksum.sha256(bytes)
        }
        try AtomicFile.write(try JSONText.encode(record), to: folder + "/" + PreprocessingRecord.fileName)
    }

    private var manifest: String {
        table(
            SlideCutRecord.manifestHeader,
            records.flatMap {
                $0.manifestFields(split: validation.contains($0.slide) ? "validation" : $0.part)
            })
    }

    private var rejected: String { table(SlideCutRecord.rejectedHeader, records.flatMap(\.rejectedFields)) }

    private var summary: String { table(SlideCutRecord.summaryHeader, records.map(\.summaryFields)) }

    var counts: CountsTable {
        var counts = CountsTable()
        for record in records {
            guard let slide = CamelyonSlideName(record.slide) else { continue }
            for label in CamelyonLabel.allCases {
                let tiles = record.tiles.count { $0.isWritten && $0.label == label.rawValue }
                counts.add(tiles, of: slide, label: label)
            }
        }
        return counts
    }

    private func table(_ header: [String], _ rows: [[String]]) -> String {
        ([header] + rows).map(CSV.line).joined()
    }
}
