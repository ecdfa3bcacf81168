internal import Annotations
internal import Camelyon
internal import Flow
internal import Foundation
internal import Pixels
internal import Records
internal import Screening
internal import Slides
internal import Staining
internal import Tissue

/// Cuts the tiles of one slide: plan, then read -> normalize -> write through bounded queues.
struct SlideCutting: Sendable {
    let settings: TileCutSettings
    let resolutions: ResolutionTable?
    let output: String
    /// For each stage.
    let workers: Int
    /// Called with the number of tiles done and of all of the slide.
    let progress: @Sendable (Int, Int) -> Void

    static let recordFolder = "slides"
    static let tileFolder = "tiles"

    /// Works on a slide. Every error but cancellation becomes a record with the status `failed`: no slide disappears.
    ///
    /// - Parameter listed: the list's tiles of the slide; empty when tiles are sampled.
    /// - Throws: `CancellationError`, and `FileError` if not even the record can be written.
    func run(_ slide: CamelyonSlide, listed: [ListedTile]) async throws -> SlideCutRecord {
        if let finished = finished(slide) { return finished }
        var record = SlideCutRecord(slide)
        do {
            try await cut(slide, listed: listed, into: &record)
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            record.fail(error)
        }
        try Task.checkCancellation()
        // What the record does not name must not lie there, for whoever reads the folder. A slide that failed for want of
        // room or time keeps its tiles for the next run, which tries it again.
        let isSettled = record.status != .failed || record.isPermanent
        if isSettled { try removeStale(slide, besides: record.tiles.map(\.file)) }
        try AtomicFile.write(try JSONText.encode(record), to: path(of: slide))
        // The record takes over from the journal, so it must be there first.
        if isSettled { try AtomicFile.remove(journalPath(of: slide)) }
        return record
    }

    private func path(of slide: CamelyonSlide) -> String {
        "\(output)/\(Self.recordFolder)/\(slide.name).json"
    }

    private func journalPath(of slide: CamelyonSlide) -> String {
        "\(output)/\(Self.recordFolder)/\(slide.name).journal"
    }

    // MARK: Resuming

    /// The record of an earlier run, if slide, annotation and tiles are still what they were.
    func finished(_ slide: CamelyonSlide) -> SlideCutRecord? {
        let url = URL(fileURLWithPath: path(of: slide))
        guard let record = try? JSONText.decode(SlideCutRecord.self, from: url), record.status != .failed,
            let source = record.source, (try? SlidePreflight.identity(ofFileAt: slide.path)) == source,
            record.label == slide.label?.rawValue ?? "",
            record.annotationSHA256 == Self.sum(slide.annotationPath)
        else { return nil }
        let isIntact = record.tiles.allSatisfy { tile in
            !tile.isWritten || (try? Checksum.sha256(ofFile: output + "/" + tile.file)) == tile.sha256
        }
        return isIntact ? record : nil
    }

    private static func sum(_ path: String?) -> String? {
        path.flatMap { try? Checksum.sha256(ofFile: $0) }
    }

    /// Checksums of tiles that an earlier run wrote of this very slide before it was stopped, by index.
    private func tilesOfEarlierRun(
        _ names: [String], source: String, _ journal: borrowing WorkJournal
    ) -> [Int: String] {
        var sums: [Int: String] = [:]
        for (index, name) in names.enumerated() {
            guard let entry = journal.entries[name], entry.source == source,
                (try? Checksum.sha256(ofFile: output + "/" + name)) == entry.sha256
            else { continue }
            sums[index] = entry.sha256
        }
        return sums
    }

    /// What tells slide and annotation from all others.
    private static func source(_ slide: CamelyonSlide, _ record: SlideCutRecord) throws(FileError) -> String {
        let image = try WorkJournal.fingerprint(of: slide.name.description, at: slide.path)
        return Checksum.sha256(Array("\(image) \(record.annotationSHA256 ?? "")".utf8))
    }

    /// Removes the tiles of other plans for the slide, and what was never finished.
    private func removeStale(_ slide: CamelyonSlide, besides names: [String]) throws {
        let folder = "\(Self.tileFolder)/\(slide.name)"
        let current = Set(names)
        for file in (try? FileManager.default.contentsOfDirectory(atPath: output + "/" + folder)) ?? []
        where !current.contains(folder + "/" + file) {
            try AtomicFile.remove("\(output)/\(folder)/\(file)")
        }
    }

    // MARK: Cutting

    private func cut(
        _ slide: CamelyonSlide, listed: [ListedTile], into record: inout SlideCutRecord
    ) async throws {
        let source = SlideSource(path: slide.path)
        record.source = try SlidePreflight.check(slide.path).identity
        record.annotationSHA256 = Self.sum(slide.annotationPath)
        let planner = SlideCutPlanner(settings: settings, resolutions: resolutions, listed: listed)
        let plan = try await planner.plan(slide, source: source)
        (record.candidates, record.micronsPerPixel) = (plan.candidates, plan.micronsPerPixel)
        record.warnings = plan.warnings
        let folder = "\(Self.tileFolder)/\(slide.name)"
        let names = plan.tiles.map {
            folder + "/" + $0.name(on: slide.name, suffix: settings.output.suffix)
        }
        let outcomes = try await outcomes(of: plan.tiles, names, slide, record, source: source)
        record.tiles = zip(plan.tiles, zip(names, outcomes)).map { self.tile($0, name: $1.0, $1.1) }
        guard try SlidePreflight.identity(ofFileAt: slide.path) == record.source else {
            throw SlideFailure(
                .modified, path: slide.path, detail: "the file changed while it was being read")
        }
        record.conclude(isWithoutTissue: plan.isWithoutTissue)
    }

    private func outcomes(
        of tiles: [PlannedTile], _ names: [String], _ slide: CamelyonSlide, _ record: SlideCutRecord,
        source: SlideSource
    ) async throws -> [CutTile.Outcome] {
        guard !tiles.isEmpty else { return [] }
        try AtomicFile.makeFolder("\(output)/\(Self.tileFolder)/\(slide.name)")
        let fingerprint = try Self.source(slide, record)
        var journal = try WorkJournal(path: journalPath(of: slide))
        let earlier = tilesOfEarlierRun(names, source: fingerprint, journal)
        var table = VerdictTable<CutTile.Outcome>(count: tiles.count)
        func put(_ outcome: CutTile.Outcome, at index: Int) throws {
            let reason: String? = if case .unread(let text) = outcome { text } else { nil }
            try table.put(
                outcome, at: index, unreadReason: reason, maximumUnread: settings.maximumUnread,
                path: slide.path)
            progress(table.done, tiles.count)
        }
        for (index, sum) in earlier { try put(.written(sha256: sum), at: index) }
        let sites = tiles.enumerated().filter { earlier[$0.offset] == nil }.map {
            Self.site($0.offset, $0.element)
        }
        let stages = try await stages(names.map { output + "/" + $0 }, source: source, path: slide.path)
        _ = try await stages.run(sites) { tile in
            if case .written(let sum) = tile.outcome {
                try journal.append(names[tile.index], source: fingerprint, sha256: sum)
            }
            try put(tile.outcome, at: tile.index)
        }
        return table.inGridOrder()
    }

    private func stages(
        _ paths: [String], source: SlideSource, path: String
    ) async throws -> ThreeStages<TileSite, ReadTile, PreparedTile, CutTile> {
        guard let level = try await source.describe().levels.first else {
            throw SlideFailure(.unsupported, path: path, detail: "the slide has no image")
        }
        let readers = await SlideSource.readers(
            first: source, path: path, count: workers, field: .tile, level: level)
        let stain: StainPlan =
            settings.stain.map {
                .tile(fitter: VahadaneFitter(match: $0.match), target: $0.target, step: $0.dictionaryStep)
            } ?? .none
        let side = settings.output.side
        return ThreeStages(
            feeding: "plan", .init("read", workers: readers, bytes: \.bytes),
            .init(
                "normalize",
                workers: (0..<workers).map { _ in
                    TileNormalizer(
                        stain: stain, size: (TileCutSettings.side, TileCutSettings.side), side: side)
                }, bytes: \.bytes),
            .init(
                "write",
                workers: (0..<workers).map { _ in CutTileWriter(paths: paths, output: settings.output) }))
    }

    private static func site(_ index: Int, _ tile: PlannedTile) -> TileSite {
        TileSite(
            index: index, column: tile.area.x / max(tile.area.width, 1),
            row: tile.area.y / max(tile.area.height, 1),
            cell: tile.area, crop: tile.area, tile: tile.area, tissueFraction: tile.tissueFraction ?? 0,
            foreignFraction: tile.foreignFraction)
    }

    private func tile(_ tile: PlannedTile, name: String, _ outcome: CutTile.Outcome) -> SlideCutRecord.Tile {
        var result = SlideCutRecord.Tile(
            file: "", x: tile.area.x, y: tile.area.y, width: tile.area.width, height: tile.area.height,
            label: tile.label.rawValue, tissueFraction: tile.tissueFraction,
            tumorFraction: tile.tumorFraction,
            stain: settings.stain == nil ? "none" : "ok", reason: "", sha256: "")
        switch outcome {
        case .written(let sum): (result.file, result.sha256) = (name, sum)
        case .unread(let reason): (result.stain, result.reason) = ("unread", reason)
        case .degenerateStain(let reason): (result.stain, result.reason) = ("degenerate_stain", reason)
        }
        return result
    }
}

extension SlideCutRecord {
    /// Any error of the slide.
    fileprivate mutating func fail(_ error: any Error) {
        if let failure = error as? CutFailure { return fail(failure) }
        status = .failed
        if let annotation = error as? AnnotationError {
            (reason, message) = (annotation.reason, annotation.description)
        } else {
            let report = FailureReport(error)
            (reason, message) = (report.reason, report.message)
        }
        tiles = []
    }
}
