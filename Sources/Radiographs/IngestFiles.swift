internal import Foundation
internal import Records
internal import Training

/// The tables and the record of an ingest; of a job of an array those of its share, which the last job joins.
struct IngestFiles {
    let folder: String
    let shard: IngestShard

    static let manifest = "manifest.csv"
    static let rejected = "rejected.csv"
    static let shardFolder = "shards"

    /// The name of this share's journal, relative to the folder.
    var journal: String { journal(of: shard.number) }

    private func journal(of number: Int) -> String {
        shard.isWhole ? ".journal" : ".journal-\(number)-of-\(shard.count)"
    }

    /// The name of a file of this share, relative to the folder.
    private func name(_ file: String, of number: Int? = nil) -> String {
        shard.isWhole ? file : "\(Self.shardFolder)/\(number ?? shard.number)-of-\(shard.count).\(file)"
    }

    /// While images change, no record may vouch for them.
    func retract() throws {
        if !shard.isWhole { try AtomicFile.makeFolder(folder + "/" + Self.shardFolder) }
        for name in Set([name(IngestRecord.fileName), IngestRecord.fileName]) {
            try AtomicFile.remove(folder + "/" + name)
        }
    }

    /// Writes both tables, then the record with their checksums.
    func write(_ films: [[String]], rejected: [[String]], _ record: inout IngestRecord) throws {
        try write(films, under: IngestedFilm.header, as: name(Self.manifest), &record)
        try write(rejected, under: RejectedRow.header, as: name(Self.rejected), &record)
        try AtomicFile.write(try JSONText.encode(record), to: folder + "/" + name(IngestRecord.fileName))
    }

    private func write(
        _ rows: [[String]], under header: [String], as name: String, _ record: inout IngestRecord
    ) throws {
        let bytes = Array(([header] + rows).map(CSV.line).joined().utf8)
        try AtomicFile.write(bytes, to: folder + "/" + name)
        record.files[name] = Checksum.sha256(bytes)
    }

    // MARK: Joining

    /// Joins the tables of all shares if all are there, one job at a time. Of jobs that end together each may do so:
    /// the result is the same.
    ///
    /// - Returns: the joined record; nil if a share is missing or was made with other settings.
    /// - Throws: ``SharesDisagree``.
    func join() async throws -> IngestRecord? {
        let lock = try await FolderLock.waiting(folder: folder, file: RadiographIngest.tableLock)
        let record = try joinAlone()
        _ = consume lock
        return record
    }

    private func joinAlone() throws -> IngestRecord? {
        var records: [IngestRecord] = []
        for number in 1...shard.count {
            let url = URL(fileURLWithPath: folder + "/" + name(IngestRecord.fileName, of: number))
            guard let record = try? JSONText.decode(IngestRecord.self, from: url) else { return nil }
            records.append(record)
        }
        guard var joined = records.first, records.allSatisfy({ $0.settings == joined.settings }) else {
            return nil
        }
        let films = try rows(of: Self.manifest, lineColumn: IngestedFilm.header.count - 1)
        let rejected = try rows(of: Self.rejected, lineColumn: 0)
        try joined.adopt(records, films: films)
        let whole = IngestFiles(folder: folder, shard: .whole)
        try whole.write(films, rejected: rejected, &joined)
        try removeStale(besides: films.map { $0[0] })
        return joined
    }

    /// Whether a journal's name is that of a prepared image: a torn line may hold anything.
    private static func isImage(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 3 && ImagePart(rawValue: String(parts[0])) != nil && name.hasSuffix(".png")
            && ["normal", "abnormal"].contains(parts[1])
    }

    /// Removes images that earlier runs prepared and that no row names any more, and what was never finished.
    func removeStale(besides names: [String]) throws {
        let current = Set(names)
        for number in 1...shard.count {
            let journal = try WorkJournal(path: folder + "/" + journal(of: number))
            for name in journal.entries.keys where !current.contains(name) && Self.isImage(name) {
                try AtomicFile.remove(folder + "/" + name)
            }
        }
        for part in ImagePart.allCases {
            let path = folder + "/" + part.rawValue
            let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
            for name in names where name.hasSuffix(".png.part") { try AtomicFile.remove(path + "/" + name) }
        }
    }

    /// The rows of all shares, each line of the table once, in its order.
    private func rows(of file: String, lineColumn: Int) throws -> [[String]] {
        var byLine: [Int: [String]] = [:]
        for number in 1...shard.count {
            var isHeader = true
            try CSV.forEachRecord(ofFile: folder + "/" + name(file, of: number)) { record in
                defer { isHeader = false }
                guard !isHeader, let line = Int(record.fields[lineColumn]) else { return }
                byLine[line] = record.fields
            }
        }
        return byLine.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension IngestRecord {
    /// Becomes the record of all shares: what they selected alike stays, what each found and did is added.
    fileprivate mutating func adopt(_ records: [IngestRecord], films: [[String]]) throws(SharesDisagree) {
        let own = [.used, .unreadable, .noImage, .linkOutside, .ambiguousImage, .otherShard].map(
            \RowOutcome.rawValue)
        let common = counts.filter { !own.contains($0.key) }
        guard records.allSatisfy({ $0.counts.filter { !own.contains($0.key) } == common && $0.rows == rows })
        else {
            throw SharesDisagree()
        }
        for outcome in own {
            let sum = records.reduce(0) { $0 + ($1.counts[outcome] ?? 0) }
            counts[outcome] = sum > 0 ? sum : nil
        }
        counts[RowOutcome.otherShard.rawValue] = nil
        guard accounted == rows else { throw SharesDisagree() }
        let columns = IngestedFilm.header
        func column(_ name: String) -> Int { columns.firstIndex(of: name) ?? 0 }
        let (part, label, patient) = (column("split"), column("label"), column("patient"))
        groups = [Group](films.map { ($0[part], $0[label], $0[patient]) })
        resumed = records.reduce(0) { $0 + $1.resumed }
        seconds = records.reduce(0) { $0 + $1.seconds }
        startedAt = records.map(\.startedAt).min() ?? startedAt
        (shard, stages, files) = (nil, [], [:])
    }
}

/// The shares of an array do not add up to the table.
public struct SharesDisagree: Error, CustomStringConvertible {
    public var description: String {
        "the shares do not add up to the table; remove the output folder and run all jobs again"
    }
}
