import ArgumentParser
import Evaluation
import Foundation
import Logging
import Networks
import Records
import Screening
import Training

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "How good are the scores.",
        subcommands: [EvaluateImagesCommand.self, EvaluateCamelyon16Command.self],
        defaultSubcommand: EvaluateImagesCommand.self)
}

struct EvaluateImagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "How well scores separate abnormal from normal images.",
        discussion: """
            Takes the test rows of a CSV manifest (columns file, label, and split if there is one), scores them with a \
            model, and prints the area under the ROC curve, always beside what trivial quantities of the same crops \
            achieve (mean red, mean optical density, mean intensity), and the area among pairs of nearly equal \
            optical density. A model that does not beat them has learned nothing more.

              wsi-screen evaluate --model my-tissue.safetensors --data manifest.csv -o report
              wsi-screen evaluate --table scores/scores.csv -o report

            With --table nothing is scored: the table has the columns score and label, as 'xray score' writes them. -o DIR \
            writes report.md and report.json (intervals by DeLong and by resampling whole patients or slides, average \
            precision, sensitivity at fixed specificity, each against the trivial quantities), roc and scores as SVG, PNG \
            and CSV, and tables of groups and classes.

            With several models or tables, of other seeds or of other methods, the same images are compared: mean ± standard \
            deviation, agreement of their ranks, whether the average of the ranks is better than either, and the \
            differences with intervals. -o DIR then writes comparison.md, .json and .csv.

              wsi-screen evaluate --model a.safetensors --model b.safetensors --data manifest.csv -o comparison

            Rows that contradict each other about an image are refused; one image counts once.

            Exit codes: 64 usage, 65 manifest, images or model, 73 output impossible, 74 I/O, 75 disk full.
            """)

    @Option(
        help: ArgumentHelp("A built-in model or a model file; several are compared.", valueName: "name|file"))
    var model: [String] = []

    @Option(help: ArgumentHelp("Labeled images.", valueName: "manifest.csv"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "Labeled scores, instead of a model and images; several are compared.", valueName: "scores.csv"))
    var table: [String] = []

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("Folder for the report, its pictures and tables.", valueName: "dir"))
    var output: String?

    @Option(help: "Seed of the resampling for the interval.")
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("Replicates of the resampling.", valueName: "n"))
    var replicates = GroupBootstrap.usualReplicates

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
        guard (100...1_000_000).contains(replicates) else {
            throw ValidationError("--replicates must be 100 to 1000000.")
        }
        guard !model.isEmpty || !table.isEmpty, model.isEmpty == (data == nil) else {
            throw ValidationError("Give --model and --data, or --table.")
        }
        if scores != nil, !table.isEmpty || model.count > 1 {
            throw ValidationError("--scores is for a single model; leave it out.")
        }
    }

    func run() async throws {
        let logger = out.makeLogger()
        do {
            if model.count + table.count > 1 {
                try await compare(logger)
            } else if let table = table.first {
                try conclude(try ScoredTable(contentsOf: table, columns: columns, part: split.part), logger)
            } else if let model = model.first, let data {
                try await evaluate(try ModelCommand.load(model, extractor: extractor), on: data, logger)
            }
        } catch {
            let failure = CommandFailure(error)
            Terminal.exit(saying: failure.message, status: failure.status)
        }
    }

    var columns: ManifestColumns {
        ManifestColumns(group: groupColumn, label: labelColumn, normalLabels: labelNormal)
    }

    // MARK: A model and images

    private func evaluate(_ loaded: LoadedModel, on data: String, _ logger: Logger) async throws {
        let listing = try LabeledListing.read(manifest: data, part: split.part, columns: columns)
        for remark in listing.remarks {
            logger.log(level: remark.isWarning ? .warning : .info, "\(remark)")
        }
        let evaluation = try await evaluation(listing.images, loaded, logger)
        warn(of: evaluation.leftOut, logger)
        if let scores { try AtomicFile.write([UInt8](evaluation.table.utf8), to: scores) }
        let name = loaded.model.record.name
        let report = try write(
            "\(name) on \((data as NSString).lastPathComponent)", evaluation.scoredImages,
            evaluation.trivialQuantities, table: evaluation.table, logger)
        let summary = EvaluationSummary(evaluation)
        let text = json ? try Self.json(summary, report) : "\(summary)\(report.map(Self.intervals) ?? "")"
        Terminal.result(text)
    }

    /// The summary's numbers and those of the report that belong beside them; `report.json` has all.
    private struct Document: Encodable {
        let summary: EvaluationSummary
        let report: EvaluationReport?

        func encode(to encoder: any Encoder) throws {
            try summary.encode(to: encoder)
            guard let report else { return }
            var numbers = encoder.container(keyedBy: Key.self)
            try numbers.encode(report.averagePrecision, forKey: .averagePrecision)
            try numbers.encodeIfPresent(report.area.interval?.low, forKey: .aucLow)
            try numbers.encodeIfPresent(report.area.interval?.high, forKey: .aucHigh)
            try numbers.encodeIfPresent(report.bootstrap?.interval.low, forKey: .aucLowByGroup)
            try numbers.encodeIfPresent(report.bootstrap?.interval.high, forKey: .aucHighByGroup)
        }

        private enum Key: String, CodingKey {
            case averagePrecision, aucLow, aucHigh, aucLowByGroup, aucHighByGroup
        }
    }

    private static func json(_ summary: EvaluationSummary, _ report: EvaluationReport?) throws -> String {
        String(decoding: try JSONText.encode(Document(summary: summary, report: report)), as: UTF8.self)
    }

    // MARK: A table

    private func conclude(_ table: ScoredTable, _ logger: Logger) throws {
        if table.leftOut > 0 { logger.warning("\(table.leftOut) rows have no score and are left out") }
        let name = self.table.first.map { ($0 as NSString).lastPathComponent } ?? ""
        guard let report = try write(name, table.images, table.trivial, table: nil, logger) else {
            throw UsageFailure(
                description: "there is nothing to separate: the rows chosen are all normal, or all abnormal")
        }
        Terminal.result(json ? try report.json() : report.markdown)
    }

    // MARK: The report

    /// Makes the report, and writes it if a folder is given; nil without images of both kinds.
    private func write(
        _ title: String, _ images: [ScoredImage], _ trivial: [TrivialQuantity], table: String?,
        _ logger: Logger
    ) throws -> EvaluationReport? {
        guard Set(images.map(\.isAbnormal)).count == 2 else { return nil }
        let report = try EvaluationReport(
            title: title, images: images, trivial: trivial,
            settings: .init(replicates: replicates, seed: seed, groupName: "group"))
        if let output {
            try EvaluationFolder(path: output).write(report, images: images, trivial: trivial, table: table)
            logger.info("\(output)/report.md")
        }
        return report
    }

    /// Intervals, in the form of the summary's lines.
    private static func intervals(_ report: EvaluationReport) -> String {
        func line(_ name: String, _ interval: ConfidenceInterval?) -> String {
            guard let interval else { return "" }
            let text = [interval.low, interval.high].map { CSV.decimal($0, places: 4) }.joined(
                separator: " to ")
            return name.padding(toLength: 44, withPad: " ", startingAt: 0) + text + "\n"
        }
        return line("95 % interval, images independent (DeLong)", report.area.interval)
            + line("95 % interval, groups resampled", report.bootstrap?.interval)
    }

    func evaluation(
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

    func warn(of leftOut: [ImageEvaluation.LeftOut], _ logger: Logger) {
        guard !leftOut.isEmpty else { return }
        for image in leftOut.prefix(3) { logger.warning("\(image.name): left out: \(image.defect)") }
        let list = scores.map { "all are listed in \($0)" } ?? "--scores lists all"
        logger.warning("\(leftOut.count) images cannot be used; \(list)")
    }
}
