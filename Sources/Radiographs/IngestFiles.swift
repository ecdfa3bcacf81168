internal import Foundation
internal import Records

/// The tables and the record of an ingest; of a job of an array those of its share, which the last job joins.
struct IngestFiles {
    let folder: String
    let shard: IngestShard

    private static let manifest = "manifest.csv"
    private static let rejected = "rejected.csv"
    private static let shardFolder = "shards"

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
    func join() async throws -> IngestRecord? {
        let lock = try await Self.lock(folder)
        let record = try joinAlone()
        _ = consume lock
        return record
    }

    /// Joining takes seconds, so whoever has the lock is worth waiting for.
    private static func lock(_ folder: String) async throws -> FolderLock {
        for _ in 0..<600 {
            do throws(FolderLockError) { return try FolderLock(folder: folder) } catch {
                guard case .held = error else { throw error }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        return try FolderLock(folder: folder)
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
        joined.adopt(records, films: films)
        let whole = IngestFiles(folder: folder, shard: .whole)
        try whole.write(films, rejected: rejected, &joined)
        return joined
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
    /// Becomes the record of all shares: what they selected alike stays, what each did is added.
    fileprivate mutating func adopt(_ records: [IngestRecord], films: [[String]]) {
        for outcome in [RowOutcome.used, .unreadable] {
            let sum = records.reduce(0) { $0 + ($1.counts[outcome.rawValue] ?? 0) }
            counts[outcome.rawValue] = sum > 0 ? sum : nil
        }
        counts[RowOutcome.otherShard.rawValue] = nil
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
