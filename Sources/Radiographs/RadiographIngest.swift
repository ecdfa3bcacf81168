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

    /// Names of what an ingest writes, beside the settings.
    private static let owned =
        [IngestRecord.fileName, IngestFiles.manifest, IngestFiles.rejected, IngestFiles.shardFolder]
        + ImagePart.allCases.map(\.rawValue) + [IngestFiles(folder: "", shard: .whole).journal]
    /// Held for moments: while the folder is claimed, and while tables are joined.
    static let tableLock = ".lock-tables"

    /// - Returns: the record, also written to the output folder; of an array's last job the joined one.
    /// - Throws: `FileError`, `CSVFileError`, ``FindingsTableError``, ``SplitError``, ``NothingSelected``,
    ///   `FolderInTheWay`, `FolderLockError`, ``SharesDisagree``, `CancellationError`.
    public func run(progress: (Event) -> Void = { _ in }) async throws -> IngestRecord {
        let clock = ContinuousClock.now
        let started = Date()
        try FolderSettings.requireApart(output: output, input: images)
        let settings = try IngestSettings(
            version: version, table: table, query: query, split: split, steps: steps, shards: shard.count)
        let findings = try FindingsTable(contentsOf: table)
        var selection = try RadiographSelection(findings, query, split: split)
        try NothingSelected.check(selection, findings, query)
        let wanted = selection.groups
        selection.keepShard(shard.number - 1, of: shard.count)
        let files = try RadiographFiles(below: images)
        selection.lookUp(in: files)
        if shard.isWhole, selection.items.isEmpty {
            throw NothingSelected(
                description:
                    "none of the \(wanted.reduce(0) { $0 + $1.images }) wanted films can be taken from "
                    + "'\(images)' (\(NothingSelected.text(selection.counts)))")
        }
        progress(.selected(films: selection.items.count, rows: findings.count))

        try AtomicFile.makeWritableFolder(output)
        // Jobs of an array share the folder; a run that does everything has it alone.
        let lock = try FolderLock(folder: output, isShared: !shard.isWhole)
        let ownLock = try FolderLock(folder: output, file: ".lock-" + shard.name)
        let tables = IngestFiles(folder: output, shard: shard)
        try await prepareFolder(settings, selection, tables)
        var films: [IngestedFilm] = []
        var defects: [Int: String] = [:]
        let (stages, resumed) = try await prepare(
            selection, files, tables, into: &films, defects: &defects, progress: progress)
        for item in selection.items where defects[item.row.line] != nil { selection.markUnreadable(item) }

        var record = record(settings, findings, files, selection, films)
        record.wanted = wanted
        record.stages = stages
        record.resumed = resumed
        record.startedAt = started.formatted(.iso8601)
        record.seconds = (ContinuousClock.now - clock).seconds
        try tables.write(
            films.map(\.fields), rejected: selection.rejected(of: findings, defects: defects).map(\.fields),
            &record)
        if shard.isWhole { try tables.removeStale(besides: films.map { IngestedFilm.file(of: $0.item) }) }
        _ = consume ownLock
        _ = consume lock
        guard !shard.isWhole, let joined = try await tables.join() else { return record }
        progress(.joined)
        return joined
    }

    /// Claims the folder, makes folders, and takes away what an earlier run vouched for.
    private func prepareFolder(
        _ settings: IngestSettings, _ selection: RadiographSelection, _ tables: IngestFiles
    ) async throws {
        let lock = try await FolderLock.waiting(folder: output, file: Self.tableLock)
        try FolderSettings.claim(
            output, for: settings, results: "images", owned: Self.owned, overwrite: overwrite)
        try tables.retract()
        for folder in Set(selection.items.map(IngestedFilm.folder)) {
            try AtomicFile.makeFolder(output + "/" + folder)
        }
        _ = consume lock
    }

    private func prepare(
        _ selection: RadiographSelection, _ files: RadiographFiles, _ tables: IngestFiles,
        into films: inout [IngestedFilm], defects: inout [Int: String], progress: (Event) -> Void
    ) async throws -> ([StageReport], resumed: Int) {
        let items = selection.items
        var journal = try WorkJournal(path: output + "/" + tables.journal)
        let orders = items.enumerated().map { index, item in
            let file = IngestedFilm.file(of: item)
            return FilmOrder(
                index: index, source: item.path, name: files.relative(item.path), target: output + "/" + file,
                earlier: journal.entries[file])
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
            case .written(let sum, let source):
                if let source {
                    try journal.append(IngestedFilm.file(of: item), source: source, sha256: sum)
                } else {
                    resumed += 1
                }
                written[film.index] = IngestedFilm(item: item, sha256: sum, source: orders[film.index].name)
            case .defect(let defect):
                // The same words wherever the films lie.
                defects[item.row.line] = "\(defect.reason): \(defect)".replacing(files.folder + "/", with: "")
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
            wanted: [], groups: [IngestRecord.Group](films.map(\.item)),
            extraImages: files.countExtra(besides: names), linksOutside: files.outside.count,
            unknownListed: unknownListed,
            contradictedLabels: selection.contradictedLabels, rowsWithoutAge: table.rowsWithoutAge,
            hasTrailingField: table.hasTrailingField, resumed: 0, shard: shard.isWhole ? nil : shard.name,
            stages: [], startedAt: "", seconds: 0, workers: workers, files: [:])
    }
}

/// A query that no image answers: surely not what was meant.
public struct NothingSelected: Error, Equatable, CustomStringConvertible {
    public let description: String

    static func text(_ counts: [RowOutcome: Int]) -> String {
        counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }
            .joined(separator: ", ")
    }

    static func check(
        _ selection: RadiographSelection, _ table: FindingsTable, _ query: RadiographQuery
    ) throws(NothingSelected) {
        let findings = Set(table.rows.flatMap(\.findings)).subtracting([Radiograph.noFinding])
        let unknown = query.validationFindings.subtracting(findings).sorted()
        guard unknown.isEmpty else {
            throw NothingSelected(
                description:
                    "the table has no finding '\(unknown[0])'; it has \(findings.sorted().joined(separator: ", "))"
            )
        }
        guard !selection.items.isEmpty else {
            throw NothingSelected(
                description:
                    "no row of the table is wanted (\(text(selection.counts))); check --view, and that the "
                    + "lists of --split have the table's image names")
        }
    }
}
