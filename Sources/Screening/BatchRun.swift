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
    public static func screening(
        _ inputs: [SlideInput], settings: ScreenSettings, model: LoadedModel, output: String,
        resolutions: ResolutionTable? = nil, workers: Int, overwrite: Bool = false, arguments: [String] = []
    ) -> BatchRun {
        let work = SlideScreening(
            settings: settings, loaded: model, resolutions: resolutions, workers: max(1, workers))
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
        let finished = try earlierResults()
        let started = Date()
        var manifests: [SlideManifest] = []
        for (index, input) in inputs.enumerated() {
            try Task.checkCancellation()
            progress(.slideStarted(number: index + 1, of: inputs.count, id: input.id))
            let manifest: SlideManifest
            if let earlier = finished[input.id] {
                manifest = earlier
            } else {
                manifest = try await work.run(input, folder: folder(of: input), progress: progress)
            }
            manifests.append(manifest)
            progress(.slideFinished(manifest))
        }
        try writeSummary(manifests, startedAt: started)
        return Report(manifests: manifests, resumed: finished.count)
    }

    private func folder(of input: SlideInput) -> String { output + "/" + input.id }

    /// Finished slides of an earlier run with the same configuration, after their files were checked.
    ///
    /// - Throws: ``OutputError/otherConfiguration(slide:folder:)`` if a folder holds results of another
    ///   configuration.
    private func earlierResults() throws -> [String: SlideManifest] {
        if overwrite { return [:] }
        let configuration = work.configurationSha256
        var finished: [String: SlideManifest] = [:]
        for input in inputs {
            let folder = folder(of: input)
            let url = URL(fileURLWithPath: folder + "/" + SlideManifest.fileName)
            guard let manifest = try? JSONText.decode(SlideManifest.self, from: url) else { continue }
            guard manifest.configurationSha256 == configuration else {
                throw OutputError.otherConfiguration(slide: input.id, folder: output)
            }
            guard manifest.status != .failed, isIntact(manifest, in: folder), isUnchanged(manifest, input)
            else {
                continue
            }
            finished[input.id] = manifest
        }
        return finished
    }

    private func isIntact(_ manifest: SlideManifest, in folder: String) -> Bool {
        manifest.files.allSatisfy { name, sum in (try? Checksum.sha256(ofFile: folder + "/" + name)) == sum }
    }

    private func isUnchanged(_ manifest: SlideManifest, _ input: SlideInput) -> Bool {
        guard let identity = manifest.source?.identity else { return false }
        return (try? SlidePreflight.identity(ofFileAt: input.path)) == identity
    }

    private func writeSummary(_ manifests: [SlideManifest], startedAt: Date) throws {
        let summary = Array(RunSummary.text(manifests).utf8)
        do {
            try AtomicFile.write(summary, to: output + "/summary.csv")
            let record = RunRecord(
                arguments: arguments, configurationSha256: work.configurationSha256, settings: work.settings,
                model: work.model, workers: workers, startedAt: startedAt.formatted(.iso8601),
                secondsTotal: Date().timeIntervalSince(startedAt),
                statuses: Dictionary(manifests.map { ($0.status.rawValue, 1) }, uniquingKeysWith: +),
                files: ["summary.csv": Checksum.sha256(summary)])
            try AtomicFile.write(try JSONText.encode(record), to: output + "/run.json")
        } catch let error as FileError {
            throw OutputError.unusable(folder: output, reason: error.description)
        }
    }
}
