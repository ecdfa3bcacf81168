import ArgumentParser
import Foundation
import Logging
import Networks
import Radiographs
import Records
import Screening
import Training

struct XRayScoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Score films with a model, one row each, and draw where they are unusual.",
        discussion: """
            Takes what 'xray ingest' wrote, any manifest with a column file, a folder of images or one image, and writes \
            DIR/scores.csv: score and percentile among held-out normals, or why there is none. With --heatmaps also \
            DIR/heatmaps/NAME.png. Films of any size go in; the model's recipe brings them to its own.

              wsi-screen xray score --model pa.safetensors xray-pa --split test -o scores --heatmaps

            Exit codes: 64 usage, 65 some films or the model cannot be used, 73 output impossible or in use, 74 I/O, \
            75 disk full, 130 and 143 interrupted.
            """)

    @Argument(
        help: ArgumentHelp("Ingested folder, manifest, folder of images, or image.", valueName: "films"))
    var films: String

    @Option(help: ArgumentHelp("A model that was trained on films.", valueName: "file"))
    var model: String

    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("Folder for the results.", valueName: "dir"))
    var output: String

    @Option(help: ArgumentHelp("Weights of VGG19, for models without their own.", valueName: "safetensors"))
    var extractor: String?

    @Option(help: "Which rows of a manifest: train, validation, test or all.")
    var split: EvaluateImagesCommand.Split = .all

    @Flag(help: "Draw a heatmap for each film.")
    var heatmaps = false

    @Flag(help: "Replace what is in the output folder.")
    var overwrite = false

    @Option(help: "Workers for each stage. Default: all cores. The scores do not depend on it.")
    var workers: Int = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "Print the record as one JSON document on standard output.")
    var json = false

    @OptionGroup var out: OutputOptions

    func validate() throws {
        guard (1...512).contains(workers) else { throw ValidationError("--workers must be 1 to 512.") }
    }

    func run() async throws {
        let logger = out.makeLogger()
        do {
            let loaded = try ModelCommand.load(model, extractor: extractor)
            guard !heatmaps || loaded.model.detector.mapsAnomalies else {
                throw UsageFailure(
                    description:
                        "--heatmaps needs a model that says where a film is unusual (detector dpa); this one is a "
                        + "\(loaded.model.record.detector.rawValue), which judges a film as a whole: leave it out"
                )
            }
            let listing = try FilmListing(films, part: split.part)
            if listing.isWholeFolder { try FolderSettings.requireApart(output: output, input: films) }
            var scoring = try FilmScoring(
                films: listing.films, model: loaded.model,
                modelSHA256: loaded.sha256, output: output, version: WSIScreen.version)
            scoring.drawsHeatmaps = heatmaps
            scoring.workers = workers
            scoring.overwrite = overwrite
            let line = ProgressLine(
                logger: logger, isQuiet: out.quiet,
                drawsLine: Terminal.isInteractive && out.logFormat == .text)
            let total = scoring.films.count
            let record = try await Interruption.run(
                kept: "the table of scores comes at the end, run the same command again"
            ) {
                [scoring] in
                try await scoring.run { done, bad in
                    line.show(isLast: done == total) { "scoring \(done)/\(total) films, \(bad) unreadable" }
                }
            }
            line.erase()
            if json { Terminal.result(String(decoding: try JSONText.encode(record), as: UTF8.self)) }
            if record.unreadable > 0 {
                logger.warning(
                    "\(record.unreadable) of \(record.films) films cannot be used; see \(output)/scores.csv")
            }
            logger.info("\(output)/scores.csv")
            throw ExitCode(record.unreadable > 0 ? ExitStatus.badInput : ExitStatus.ok)
        } catch let code as ExitCode {
            throw code
        } catch {
            let failure = CommandFailure(error)
            Terminal.exit(saying: failure.message, status: failure.status)
        }
    }
}
