import ArgumentParser
import Evaluation
import Foundation
import Logging
import Records
import Screening
import Training

struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Score labeled images with a model and say how well it separates them.",
        discussion: """
            Takes the test rows of a CSV manifest (columns file, label, and split if there is one) and prints the \
            area under the ROC curve of the model's score, always beside what trivial quantities of the same crops \
            achieve (mean red, mean optical density, mean intensity), and the area among pairs of nearly equal \
            optical density. A model that does not beat them has learned nothing more.

              wsi-screen evaluate --model my-tissue.safetensors --data manifest.csv

            Rows that contradict each other about an image are refused; one image counts once.

            Exit codes: 64 usage, 65 manifest, images or model, 73 scores file impossible, 74 I/O, 75 disk full.
            """)

    @Option(help: ArgumentHelp("A built-in model or a model file.", valueName: "name|file"))
    var model: String

    @Option(help: ArgumentHelp("Labeled images.", valueName: "manifest.csv"))
    var data: String

    @Option(
        help: "Which rows: test (all rows if the manifest has no column split), validation, train or all.")
    var split: Split = .test

    @Option(
        help: ArgumentHelp("Weights of VGG19, for models without their own.", valueName: "safetensors"))
    var extractor: String?

    @Option(help: ArgumentHelp("Column of the manifest that says what is normal.", valueName: "name"))
    var labelColumn: String?

    @Option(help: ArgumentHelp("A label that means normal; may be repeated.", valueName: "word"))
    var labelNormal: [String] = []

    @Option(
        help: ArgumentHelp("Column of the manifest for the group in the scores file.", valueName: "name"))
    var groupColumn: String?

    @Option(
        help: ArgumentHelp(
            "Also write every image's score, or why it has none, to this CSV file.", valueName: "file.csv"))
    var scores: String?

    @OptionGroup var bad: BadImageOptions

    @Option(help: "Threads. Default: all cores. The scores do not depend on it.")
    var workers: Int = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "As JSON.")
    var json = false

    @OptionGroup var out: OutputOptions

    enum Split: String, ExpressibleByArgument, CaseIterable {
        case test, validation, train, all

        /// Nil for all.
        var part: ImagePart? {
            switch self {
            case .test: .test
            case .validation: .validation
            case .train: .training
            case .all: nil
            }
        }
    }

    func validate() throws {
        guard (1...512).contains(workers) else { throw ValidationError("--workers must be 1 to 512.") }
    }

    func run() async throws {
        let logger = out.makeLogger()
        do {
            let loaded = try ModelCommand.load(model, extractor: extractor)
            let listing = try listing()
            for remark in listing.remarks {
                logger.log(level: remark.isWarning ? .warning : .info, "\(remark)")
            }
            let evaluation = try await evaluation(listing.images, loaded, logger)
            warn(of: evaluation.leftOut, logger)
            if let scores { try AtomicFile.write([UInt8](evaluation.table.utf8), to: scores) }
            let summary = EvaluationSummary(evaluation)
            Terminal.result(
                json ? String(decoding: try JSONText.encode(summary), as: UTF8.self) : "\(summary)")
        } catch {
            let failure = CommandFailure(error)
            Terminal.exit(saying: failure.message, status: failure.status)
        }
    }

    private func listing() throws -> LabeledListing {
        return try LabeledListing.read(
            manifest: data, part: split.part,
            columns: ManifestColumns(group: groupColumn, label: labelColumn, normalLabels: labelNormal))
    }

    private func evaluation(
        _ images: [LabeledImage], _ loaded: LoadedModel, _ logger: Logger
    ) async throws -> ImageEvaluation {
        let line = ProgressLine(
            logger: logger, isQuiet: out.quiet,
            drawsLine: Terminal.isInteractive && out.logFormat == .text)
        defer { line.erase() }
        return try await ImageEvaluation(
            images, model: loaded.model, maximumBad: bad.allowance, workers: workers
        ) { progress in
            switch progress {
            case .preparing(let progress):
                line.show { "preparing images \(progress.done)/\(progress.total)" }
            case .scoring(let done, let total): line.show { "scoring images \(done)/\(total)" }
            }
        }
    }

    private func warn(of leftOut: [ImageEvaluation.LeftOut], _ logger: Logger) {
        guard !leftOut.isEmpty else { return }
        for image in leftOut.prefix(3) { logger.warning("\(image.name): left out: \(image.defect)") }
        let list = scores.map { "all are listed in \($0)" } ?? "--scores lists all"
        logger.warning("\(leftOut.count) images cannot be used; \(list)")
    }
}
