internal import Flow
internal import Foundation
internal import Records

/// What is done to each slide of a batch: screening or cutting tiles.
protocol SlideWork: Sendable {
    var settings: ScreenSettings { get }
    var resolutions: ResolutionTable? { get }
    /// Nil if there is none, or if every slide learns its own.
    var model: SlideManifest.Model? { get }
    var selfModel: SelfModelSettings? { get }
    /// Hash over everything that determines the result.
    var configurationSha256: String { get }

    /// Does the work, writes the files into `results` and fills the manifest. Any error fails the slide.
    func perform(
        _ input: SlideInput, into results: inout ResultFolder, manifest: inout SlideManifest,
        progress: @escaping ProgressHandler
    ) async throws
}

extension SlideWork {
    var selfModel: SelfModelSettings? { nil }

    /// Works on one slide. Every error except cancellation becomes a manifest with status `failed`: a slide
    /// never disappears.
    ///
    /// - Returns: the manifest, also written to `folder` unless the folder itself cannot be used.
    /// - Throws: `CancellationError` only.
    func run(
        _ input: SlideInput, folder: String, progress: @escaping ProgressHandler
    ) async throws -> SlideManifest {
        var watch = Stopwatch()
        var manifest = SlideManifest(
            slide: input.id, path: input.absolutePath, status: .failed,
            configurationSha256: configurationSha256, settings: settings, model: model,
            timing: .init(startedAt: Date().formatted(.iso8601)))
        do {
            var results = try ResultFolder(
                path: folder, manifest: SlideManifest.fileName, owned: SlideManifest.ownedFiles)
            do {
                try await perform(input, into: &results, manifest: &manifest, progress: progress)
            } catch {
                // What was written before the failure shows how far it came; the manifest says that it
                // failed.
                manifest.files = results.checksums
                throw error
            }
            manifest.files = results.checksums
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            manifest.fail(FailureReport(error))
        }
        try Task.checkCancellation()
        manifest.timing.secondsTotal = watch.lap()
        return publish(manifest, in: folder)
    }

    /// The row of a slide that was not begun because the disk is full.
    func notStarted(_ input: SlideInput) -> SlideManifest {
        var manifest = SlideManifest(
            slide: input.id, path: input.absolutePath, status: .failed,
            configurationSha256: configurationSha256, settings: settings, model: model,
            timing: .init(startedAt: Date().formatted(.iso8601)))
        manifest.fail(.notStarted)
        return manifest
    }

    /// Writes the manifest, last of all files. Failing there fails the slide.
    private func publish(_ manifest: SlideManifest, in folder: String) -> SlideManifest {
        do {
            let bytes = try JSONText.encode(manifest)
            try AtomicFile.write(bytes, to: folder + "/" + SlideManifest.fileName)
            return manifest
        } catch {
            var failed = manifest
            if failed.status != .failed { failed.fail(FailureReport(error)) }
            return failed
        }
    }
}

/// Seconds between laps.
struct Stopwatch {
    private let clock = ContinuousClock()
    private var mark = ContinuousClock().now

    mutating func lap() -> Double {
        let now = clock.now
        defer { mark = now }
        return mark.duration(to: now).seconds
    }
}
