public import Camelyon
internal import Foundation
internal import Records
public import Screening

/// Cuts the tiles of Camelyon16: several slides at once within a memory bound, each through its own stages.
///
/// Every slide ends with a record; the tables come when all slides are done, and `preprocess.json` last. A run that was
/// killed goes on where it was: finished slides are not opened, finished tiles of others not cut again.
public struct CamelyonPreprocessing: Sendable {
    public let dataset: CamelyonDataset
    public let settings: TileCutSettings
    /// Nil: tiles are sampled.
    public let list: TileList?
    public let output: String
    /// Of slides that do not state their own.
    public var resolutions: ResolutionTable?
    public var overwrite = false
    public var workers = 1
    /// In bytes; see ``lanes``.
    public var memoryLimit = 4 << 30

    public init(dataset: CamelyonDataset, settings: TileCutSettings, list: TileList?, output: String) {
        precondition((settings.sampling == nil) == (list != nil), "tiles are either sampled or listed")
        self.dataset = dataset
        self.settings = settings
        self.list = list
        self.output = output
    }

    public enum Event: Sendable {
        case started(slides: Int, lanes: Int)
        case tiles(slide: String, done: Int, of: Int)
        case finished(slide: String, status: String, tiles: Int, message: String)
    }

    // MARK: Memory

    /// What a slide at work takes, in bytes, where its file has tiles of at most 1,024 pixels: OpenSlide's cache of 32 MiB for each reader, three queues of four
    /// tiles a worker, one tile at work in each stage with its densities, and the overview that tissue is found on.
    private static func bytes(workers: Int) -> Int {
        let tile = TileCutSettings.side * TileCutSettings.side * 3
        return (256 << 20) + workers * ((32 << 20) + 12 * tile + 3 * 8 * tile)
    }

    /// Slides at work at once, and workers for each of their stages, so that all together stay within the limit. One slide
    /// with one worker is the least.
    package var lanes: (count: Int, workers: Int) {
        let count = max(1, min(workers, memoryLimit / Self.bytes(workers: 1)))
        let each = (1...max(1, workers / count)).last { Self.bytes(workers: $0) * count <= memoryLimit } ?? 1
        return (count, each)
    }

    // MARK: Running

    /// - Throws: `FileError`, `FolderLockError`, `OtherSettings`, `CancellationError`; what is wrong with a slide is its row.
    public func run(progress: @escaping @Sendable (Event) -> Void = { _ in }) async throws
        -> PreprocessingRecord
    {
        let started = Date()
        try Self.checkOutput(output, root: dataset.root)
        let lock = try FolderLock(folder: output)
        try FolderSettings.claim(
            output, for: settings, results: "tiles",
            owned: [PreprocessingRecord.fileName] + PreprocessingTables.names
                + [SlideCutting.recordFolder, SlideCutting.tileFolder], overwrite: overwrite)
        try AtomicFile.remove(output + "/" + PreprocessingRecord.fileName)
        try AtomicFile.makeFolder(output + "/" + SlideCutting.recordFolder)
        let records = try await records(progress: progress)
        try removeStale(records)
        var record = PreprocessingRecord(
            settings: settings, records: records, findings: dataset.findings,
            startedAt: started.formatted(.iso8601), seconds: Date().timeIntervalSince(started),
            workers: workers)
        try PreprocessingTables(records: records, validation: Set(settings.validationSlides))
            .write(to: output, &record)
        _ = consume lock
        return record
    }

    /// To be asked before anything that takes time.
    ///
    /// - Throws: `FolderInTheWay`, `FileError`.
    public static func checkOutput(_ output: String, root: String) throws {
        try FolderSettings.requireApart(output: output, input: root)
        try AtomicFile.makeWritableFolder(output)
    }

    /// Removes tiles and records of slides that are no longer there, and folders without tiles.
    private func removeStale(_ records: [SlideCutRecord]) throws {
        let known = Set(records.filter { $0.status != .excluded && $0.status != .notListed }.map(\.slide))
        let folder = output + "/" + SlideCutting.recordFolder
        for file in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let slide = String(file.prefix { $0 != "." })
            if !known.contains(slide) { try AtomicFile.remove(folder + "/" + file) }
        }
        let tiles = output + "/" + SlideCutting.tileFolder
        let written = Set(records.filter { $0.written > 0 || !$0.isPermanent }.map(\.slide))
        for slide in (try? FileManager.default.contentsOfDirectory(atPath: tiles)) ?? []
        where !written.contains(slide) {
            try? FileManager.default.removeItem(atPath: tiles + "/" + slide)
        }
    }

    /// What is to be done with a slide.
    private enum Job {
        case work(CamelyonSlide, [ListedTile])
        case done(SlideCutRecord)
    }

    private func records(progress: @escaping @Sendable (Event) -> Void) async throws -> [SlideCutRecord] {
        let jobs = jobs()
        let (count, each) = lanes
        progress(.started(slides: jobs.count { if case .work = $0 { true } else { false } }, lanes: count))
        var records = [SlideCutRecord?](repeating: nil, count: jobs.count)
        try await withThrowingTaskGroup(of: (Int, SlideCutRecord).self) { group in
            var next = 0
            var isFull = false
            func start() {
                guard next < jobs.count else { return }
                let (index, job) = (next, jobs[next])
                next += 1
                let isStarted = !isFull
                group.addTask {
                    (index, try await run(job, isStarted: isStarted, workers: each, progress: progress))
                }
            }
            for _ in 0..<count { start() }
            while let (index, record) = try await group.next() {
                records[index] = record
                if case .work = jobs[index] {
                    progress(
                        .finished(
                            slide: record.slide, status: record.status.rawValue, tiles: record.written,
                            message: record.message))
                }
                // Every further slide would be computed in full and then lost in the same way.
                isFull = isFull || record.reason == FailureReport.diskFull
                start()
            }
        }
        let all = records.compactMap { $0 }
        precondition(all.count == jobs.count, "\(jobs.count) slides went in and \(all.count) came out")
        return all.sorted { $0.slide < $1.slide }
    }

    private func run(
        _ job: Job, isStarted: Bool, workers: Int, progress: @escaping @Sendable (Event) -> Void
    ) async throws -> SlideCutRecord {
        switch job {
        case .done(let record): return record
        case .work(let slide, let listed):
            let cutting = SlideCutting(
                settings: settings, resolutions: resolutions, output: output, workers: workers
            ) { done, total in
                progress(.tiles(slide: slide.name.description, done: done, of: total))
            }
            if isStarted { return try await cutting.run(slide, listed: listed) }
            return cutting.finished(slide) ?? SlideCutRecord(notStarted: slide)
        }
    }

    /// Every slide of the data set and of the list, once.
    private func jobs() -> [Job] {
        let listed = Dictionary(grouping: list?.tiles ?? [], by: \.slide)
        let known = dataset.slides.map { slide -> Job in
            let tiles = listed[slide.name] ?? []
            var record = SlideCutRecord(slide)
            switch slide.standing {
            case .failed:
                (record.status, record.reason) = (.failed, slide.reasonCode ?? "")
                record.message = slide.reasonSentence ?? ""
                return .done(record)
            // Who lists a slide's tiles wants them.
            case .excluded where tiles.isEmpty:
                (record.status, record.reason) = (.excluded, slide.reasonCode ?? "")
                record.message = slide.reasonSentence ?? ""
                return .done(record)
            default: break
            }
            if list != nil, tiles.isEmpty {
                record.status = .notListed
                return .done(record)
            }
            return .work(slide, tiles)
        }
        let names = Set(dataset.slides.map(\.name))
        let missing = listed.keys.filter { !names.contains($0) }.sorted()
        return known + missing.map { .done(SlideCutRecord(missing: $0)) }
    }
}
