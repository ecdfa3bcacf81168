internal import Flow
internal import Foundation
internal import ImageFiles
internal import Pixels
internal import Records
internal import Training

/// Prepares the films that a table names: csv -> select -> read -> prepare -> write.
///
/// The table is read whole, because only all rows together tell which patients are on which side. From then on films
/// go one by one through actors joined by bounded queues. Each prepared image appears whole or not at all, the tables
/// come when all images are there, and `ingest.json` last; so a run that was killed goes on where it was.
public struct RadiographIngest: Sendable {
    public let table: String
    public let images: String
    public let output: String
    public let query: RadiographQuery
    public let split: PatientSplit
    public var steps = RadiographSteps()
    public var shard = IngestShard.whole
    public var overwrite = false
    public var workers = CoreCount.available
    /// Of the program, for the settings.
    public let version: String

    public init(
        table: String, images: String, output: String, query: RadiographQuery, split: PatientSplit,
        version: String
    ) {
        self.table = table
        self.images = images
        self.output = output
        self.query = query
        self.split = split
        self.version = version
    }

    public enum Event: Sendable {
        /// The table was read: rows, and films selected of them.
        case selected(films: Int, rows: Int)
        case films(done: Int, of: Int, bad: Int)
        /// All shards are done; their tables were joined.
        case joined
    }

    /// - Returns: the record, also written to the output folder; of an array's last job the joined one.
    /// - Throws: `FileError`, `CSVError`, ``FindingsTableError``, ``SplitError``, `OtherSettings`, `FolderLockError`,
    ///   `CancellationError`.
    public func run(progress: (Event) -> Void = { _ in }) async throws -> IngestRecord {
        let clock = ContinuousClock.now
        let started = Date()
        let settings = try IngestSettings(
            version: version, table: table, query: query, split: split, steps: steps)
        let findings = try FindingsTable(contentsOf: table)
        let files = try RadiographFiles(below: images)
        var selection = try RadiographSelection(findings, query, split: split, files: files)
        selection.keepShard(shard.number - 1, of: shard.count)
        progress(.selected(films: selection.items.count, rows: findings.count))

        try AtomicFile.makeWritableFolder(output)
        let lock = try FolderLock(folder: output, file: shard.isWhole ? ".lock" : ".lock-" + shard.name)
        try prepareFolder(settings, selection)
        var films: [IngestedFilm] = []
        var defects: [Int: String] = [:]
        let (stages, resumed) = try await prepare(
            selection, files, into: &films, defects: &defects, progress: progress)
        for item in selection.items where defects[item.row.line] != nil { selection.markUnreadable(item) }

        var record = record(settings, findings, files, selection, films)
        record.stages = stages
        record.resumed = resumed
        record.startedAt = started.formatted(.iso8601)
        record.seconds = (ContinuousClock.now - clock).seconds
        let tables = IngestFiles(folder: output, shard: shard)
        try tables.write(
            films.map(\.fields), rejected: selection.rejected(of: findings, defects: defects).map(\.fields),
            &record)
        _ = consume lock
        guard !shard.isWhole, let joined = try await tables.join() else { return record }
        progress(.joined)
        return joined
    }

    /// Makes the folders, and takes away what an earlier run vouched for.
    private func prepareFolder(_ settings: IngestSettings, _ selection: RadiographSelection) throws {
        if overwrite {
            _ = try ResultFolder(
                path: output, manifest: IngestRecord.fileName,
                owned: [
                    FolderSettings.fileName, "manifest.csv", "rejected.csv", "shards", "train", "validation",
                    "test",
                ])
        }
        try FolderSettings.claim(output, for: settings, results: "images")
        try IngestFiles(folder: output, shard: shard).retract()
        for folder in Set(selection.items.map(IngestedFilm.folder)) {
            try AtomicFile.makeFolder(output + "/" + folder)
        }
    }

    private func prepare(
        _ selection: RadiographSelection, _ files: RadiographFiles, into films: inout [IngestedFilm],
        defects: inout [Int: String], progress: (Event) -> Void
    ) async throws -> ([StageReport], resumed: Int) {
        let items = selection.items
        let orders = items.enumerated().map { index, item in
            FilmOrder(index: index, source: item.path, target: output + "/" + IngestedFilm.file(of: item))
        }
        let stages = ThreeStages<FilmOrder, ReadFilm, ReadFilm, WrittenFilm>(
            feeding: "select",
            .init("read", workers: (0..<workers).map { _ in FilmReader() }, bytes: \.bytes),
            .init("prepare", workers: (0..<workers).map { _ in FilmPreparer(steps: steps) }, bytes: \.bytes),
            .init("write", workers: (0..<workers).map { _ in FilmWriter() }))
        var written = [IngestedFilm?](repeating: nil, count: items.count)
        var (done, resumed) = (0, 0)
        let reports = try await stages.run(orders) { film in
            let item = items[film.index]
            switch film.outcome {
            case .written(let sum, let isNew):
                if !isNew { resumed += 1 }
                written[film.index] = IngestedFilm(
                    item: item, sha256: sum, source: String(item.path.dropFirst(files.folder.count + 1)))
            case .defect(let defect):
                defects[item.row.line] = "\(defect.reason): \(defect)"
                // An image of an earlier run whose film has become unreadable is not one of this run.
                try AtomicFile.remove(orders[film.index].target)
            }
            done += 1
            progress(.films(done: done, of: items.count, bad: defects.count))
        }
        films = written.compactMap { $0 }
        return (reports, resumed)
    }

    private func record(
        _ settings: IngestSettings, _ table: FindingsTable, _ files: RadiographFiles,
        _ selection: RadiographSelection, _ films: [IngestedFilm]
    ) -> IngestRecord {
        let names = Set(table.rows.map(\.image))
        var unknownListed = 0
        if case .lists(let lists, _, _) = split {
            unknownListed = lists.entries.keys.count { !names.contains($0) }
        }
        return IngestRecord(
            settings: settings,
            counts: Dictionary(uniqueKeysWithValues: selection.counts.map { ($0.rawValue, $1) }),
            rows: table.count,
            groups: [IngestRecord.Group](
                films.map { ($0.item.part.rawValue, IngestedFilm.label(of: $0.item), $0.item.row.patient) }),
            extraImages: files.countExtra(besides: names), unknownListed: unknownListed,
            contradictedLabels: selection.contradictedLabels, rowsWithoutAge: table.rowsWithoutAge,
            hasTrailingField: table.hasTrailingField, resumed: 0, shard: shard.isWhole ? nil : shard.name,
            stages: [], startedAt: "", seconds: 0, workers: workers, files: [:])
    }
}
