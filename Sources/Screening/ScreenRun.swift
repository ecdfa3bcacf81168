internal import Flow
internal import Foundation
internal import Records
internal import Slides

/// A batch: every input screened one after the other, each with all workers, into one output folder.
public struct ScreenRun: Sendable {
    public let inputs: [SlideInput]
    public let settings: ScreenSettings
    public let model: LoadedModel
    public let output: String
    public let resolutions: ResolutionTable?
    public let workers: Int
    /// Screen again what is already there.
    public let overwrite: Bool
    /// Recorded in `run.json`.
    public let arguments: [String]

    public init(
        inputs: [SlideInput], settings: ScreenSettings, model: LoadedModel, output: String,
        resolutions: ResolutionTable? = nil, workers: Int, overwrite: Bool = false, arguments: [String] = []
    ) {
        self.inputs = inputs
        self.settings = settings
        self.model = model
        self.output = output
        self.resolutions = resolutions
        self.workers = max(1, workers)
        self.overwrite = overwrite
        self.arguments = arguments
    }

    /// What a run came to.
    public struct Report: Sendable {
        /// One for each input, in the order of the inputs.
        public let manifests: [SlideManifest]
        /// How many of them an earlier run had finished.
        public let resumed: Int

        public var exitStatus: Int32 {
            ExitStatus.of(reasons: manifests.filter { $0.status == .failed }.map { $0.reason ?? "internal_error" })
        }
    }

    /// Screens all inputs, or as many as come before cancellation.
    ///
    /// - Throws: ``OutputError`` before anything is done if the output folder cannot be used; `CancellationError`.
    public func run(progress: @escaping ProgressHandler) async throws -> Report {
        try OutputFolder.prepare(output)
        return try await run(holding: OutputFolder.lock(output), progress: progress)
    }

    private func run(holding lock: borrowing FolderLock, progress: @escaping ProgressHandler) async throws -> Report {
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
                let screening = SlideScreening(
                    settings: settings, model: model, resolutions: resolutions, workers: workers,
                    configurationSha256: configurationSha256)
                manifest = try await screening.run(input, folder: folder(of: input), progress: progress)
            }
            manifests.append(manifest)
            progress(.slideFinished(manifest))
        }
        try writeSummary(manifests, startedAt: started)
        return Report(manifests: manifests, resumed: finished.count)
    }

    /// Equal for runs that must give equal results.
    var configurationSha256: String {
        struct Configuration: Encodable {
            let version: String
            let settings: ScreenSettings
            let model: SlideManifest.Model
            let resolutions: [String: Double]
        }
        let configuration = Configuration(
            version: WSIScreen.version, settings: settings, model: model.identity,
            resolutions: resolutions?.microns ?? [:])
        return (try? JSONText.encode(configuration)).map(Checksum.sha256) ?? ""
    }

    private func folder(of input: SlideInput) -> String { output + "/" + input.id }

    /// Finished slides of an earlier run with the same configuration, after their files were checked.
    ///
    /// - Throws: ``OutputError/otherConfiguration(slide:folder:)`` if a folder holds results of another configuration.
    private func earlierResults() throws -> [String: SlideManifest] {
        if overwrite { return [:] }
        var finished: [String: SlideManifest] = [:]
        for input in inputs {
            let folder = folder(of: input)
            let url = URL(fileURLWithPath: folder + "/" + SlideManifest.fileName)
            guard let manifest = try? JSONText.decode(SlideManifest.self, from: url) else { continue }
            guard manifest.configurationSha256 == configurationSha256 else {
                throw OutputError.otherConfiguration(slide: input.id, folder: output)
            }
            guard manifest.status != .failed, isIntact(manifest, in: folder), isUnchanged(manifest, input) else {
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
                arguments: arguments, configurationSha256: configurationSha256, settings: settings,
                model: model.identity, workers: workers, startedAt: startedAt.formatted(.iso8601),
                secondsTotal: Date().timeIntervalSince(startedAt),
                statuses: Dictionary(manifests.map { ($0.status.rawValue, 1) }, uniquingKeysWith: +),
                files: ["summary.csv": Checksum.sha256(summary)])
            try AtomicFile.write(try JSONText.encode(record), to: output + "/run.json")
        } catch let error as FileError {
            throw OutputError.unusable(folder: output, reason: error.description)
        }
    }
}
