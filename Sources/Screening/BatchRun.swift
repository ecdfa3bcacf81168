internal import Flow
internal import Foundation
internal import Records
internal import Slides

/// A batch: every input worked on one after the other, each with all workers, into one output folder.
public struct BatchRun: Sendable {
    public let inputs: [SlideInput]
    public let output: String
    /// Work again on what is already there.
    public let overwrite: Bool
    /// Recorded in `run.json`.
    public let arguments: [String]
    private let work: any SlideWork
    private let workers: Int

    /// A run that screens with a model.
    ///
    /// - Throws: ``SlideModelError`` if the model was not made for slides.
    public static func screening(
        _ inputs: [SlideInput], settings: ScreenSettings, model: LoadedModel, output: String,
        resolutions: ResolutionTable? = nil, workers: Int, overwrite: Bool = false, arguments: [String] = []
    ) throws(SlideModelError) -> BatchRun {
        let work = try SlideScreening(
            settings: settings, source: .file(model), resolutions: resolutions, workers: max(1, workers))
        return BatchRun(
            inputs: inputs, output: output, overwrite: overwrite, arguments: arguments, work: work,
            workers: max(1, workers))
    }

    /// A run in which every slide is compared with itself: it learns a model from its own tissue.
    ///
    /// - Throws: if the built-in model, which lends extractor and stain target, is missing.
    public static func selfScreening(
        _ inputs: [SlideInput], settings: ScreenSettings, learning: SelfModelSettings = SelfModelSettings(),
        output: String, resolutions: ResolutionTable? = nil, workers: Int, overwrite: Bool = false,
        arguments: [String] = []
    ) throws -> BatchRun {
        let source = ModelSource.slide(try SelfModelLearning(settings: learning, seed: settings.seed))
        let work = try SlideScreening(
            settings: settings, source: source, resolutions: resolutions, workers: max(1, workers))
        return BatchRun(
            inputs: inputs, output: output, overwrite: overwrite, arguments: arguments, work: work,
            workers: max(1, workers))
    }

    /// A run that writes tiles and scores nothing.
    public static func tiling(
        _ inputs: [SlideInput], settings: ScreenSettings, export: TileExportSettings, output: String,
        resolutions: ResolutionTable? = nil, workers: Int, overwrite: Bool = false, arguments: [String] = []
    ) -> BatchRun {
        let work = SlideTiling(
            settings: settings, export: export, resolutions: resolutions, workers: max(1, workers))
        return BatchRun(
            inputs: inputs, output: output, overwrite: overwrite, arguments: arguments, work: work,
            workers: max(1, workers))
    }

    /// What a run came to.
    public struct Report: Sendable {
        /// One for each input, in the order of the inputs.
        public let manifests: [SlideManifest]
        /// How many of them an earlier run had finished.
        public let resumed: Int

        public var exitStatus: Int32 {
            ExitStatus.of(
                reasons: manifests.filter { $0.status == .failed }.map { $0.reason ?? "internal_error" })
        }
    }

    /// Works on all inputs, or as many as come before cancellation.
    ///
    /// - Throws: ``OutputError`` before anything is done if the output folder cannot be used;
    ///   `CancellationError`.
    public func run(progress: @escaping ProgressHandler) async throws -> Report {
        try OutputFolder.prepare(output)
        return try await run(holding: OutputFolder.lock(output), progress: progress)
    }

    private func run(holding lock: borrowing FolderLock, progress: @escaping ProgressHandler) async throws
        -> Report
    {
        let finished = try earlier.results(of: inputs)
        let started = Date()
        var manifests: [SlideManifest] = []
        for (index, input) in inputs.enumerated() {
            try Task.checkCancellation()
            progress(.slideStarted(number: index + 1, of: inputs.count, id: input.id))
            let manifest: SlideManifest
            if let earlier = finished[input.id] {
                manifest = earlier
            } else if manifests.last?.reason == FailureReport.diskFull {
                // Every further slide would be computed in full and then lost in the same way.
                manifest = work.notStarted(input)
            } else {
                manifest = try await work.run(input, folder: output + "/" + input.id, progress: progress)
            }
            manifests.append(manifest)
            progress(.slideFinished(manifest))
            // Rows of an earlier run that are still to come stay in the table meanwhile.
            let pending = inputs[(index + 1)...].compactMap { finished[$0.id] }
            try writeSummary(manifests + pending)
        }
        try writeRecord(manifests, startedAt: started)
        return Report(manifests: manifests, resumed: finished.count)
    }

    private var earlier: EarlierResults {
        EarlierResults(
            output: output, configurationSha256: work.configurationSha256, resolutions: work.resolutions,
            flag: work.settings.micronsPerPixel, overwrite: overwrite)
    }

    /// After every slide, so that a killed run leaves the rows of what it finished.
    private func writeSummary(_ manifests: [SlideManifest]) throws(OutputError) {
        try write(Array(RunSummary.text(manifests).utf8), as: "summary.csv")
    }

    private func writeRecord(_ manifests: [SlideManifest], startedAt: Date) throws {
        let record = RunRecord(
            arguments: arguments, configurationSha256: work.configurationSha256, settings: work.settings,
            model: work.model, selfModel: work.selfModel, workers: workers,
            startedAt: startedAt.formatted(.iso8601),
            secondsTotal: Date().timeIntervalSince(startedAt),
            statuses: Dictionary(manifests.map { ($0.status.rawValue, 1) }, uniquingKeysWith: +),
            files: ["summary.csv": Checksum.sha256(Array(RunSummary.text(manifests).utf8))])
        try write(try JSONText.encode(record), as: "run.json")
    }

    private func write(_ bytes: [UInt8], as name: String) throws(OutputError) {
        do {
            try AtomicFile.write(bytes, to: output + "/" + name)
        } catch {
            if error.isDiskFull { throw .diskFull(error.description) }
            throw .unusable(folder: output, reason: error.description)
        }
    }
}
