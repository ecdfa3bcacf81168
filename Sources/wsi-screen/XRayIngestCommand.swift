public import ArgumentParser
import Foundation
import Logging
public import Radiographs
import Records
import Screening

struct XRayIngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Select films by the table of NIH ChestX-ray14 and prepare them.",
        discussion: """
            Reads Data_Entry_2017.csv or Data_Entry_2017_v2020.csv, takes the films of one view, divides them by \
            patient, and writes DIR/PART/LABEL/NAME.png, 300 x 300 pixels, grey. DIR/manifest.csv has one row for each \
            and is read by 'train' and 'evaluate' as it is; DIR/rejected.csv says what is wrong with other rows; \
            DIR/ingest.json counts every row of the table exactly once.

              wsi-screen xray ingest --csv Data_Entry_2017.csv --images images/ --view PA \\
                  --split train_val_list.txt test_list.txt -o xray-pa
              wsi-screen xray ingest --csv Data_Entry_2017.csv --images images/ --view AP \\
                  --validation-share 0.1 --finding Infiltration -o xray-ap

            Normal means "No Finding" and nothing besides. Training takes normal films only; validation and test take \
            abnormal ones, too. --finding names the only abnormal films of the validation part: those with just this \
            finding. Films are looked for in all folders below --images, by name; links that lead elsewhere are not \
            followed. Any PNG or JPEG will do: 16 bits are scaled to 8, of colors the luma is taken, what is transparent \
            lies on white.

            Run the same command again to go on after an interruption. On a cluster give each job --shard 1/8 to 8/8 \
            and the same -o; the last to end joins the tables.

            Exit codes: 64 usage, other settings, or a split that divides patients; 65 rows or films that were wanted \
            cannot be had; 73 output impossible or in use; 74 I/O; 75 disk full; 130 and 143 interrupted.
            """)

    @Option(help: ArgumentHelp("The table of findings.", valueName: "file.csv"))
    var csv: String

    @Option(help: ArgumentHelp("The folder with the films, in subfolders or not.", valueName: "dir"))
    var images: String

    @Option(help: "PA (from behind), AP (from the front), or any.")
    var view: View

    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("Folder for the results.", valueName: "dir"))
    var output: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Lists of names: train_val_list.txt test_list.txt, or train=FILE test=FILE validation=FILE. Films in no "
                + "list are left out. Without lists films are divided by patient at random.",
            valueName: "file"))
    var split: [String] = []

    @Option(
        help: ArgumentHelp(
            "Part of the patients for tests, without --split. Default: 0.2.", valueName: "share"))
    var testShare: Double?

    @Option(
        help: ArgumentHelp(
            "Part of the patients for validation; with lists, of those to train on. Default: 0.",
            valueName: "share"))
    var validationShare = 0.0

    @Option(help: "Seed of the random choice of patients.")
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "The only finding of abnormal validation films; may be repeated.", valueName: "name"))
    var finding: [String] = []

    @Option(help: "What says whether a film is normal: table, or the lists' folders (normal, anomaly).")
    var labels: RadiographQuery.LabelSource = .table

    @Option(help: ArgumentHelp("Side of the prepared images.", valueName: "px"))
    var size = 300

    @Option(
        help: ArgumentHelp(
            "Also cut the center of so many pixels. Configurations for training do that themselves.",
            valueName: "px"))
    var crop: Int?

    @Flag(help: "Also equalize the histogram. Configurations for training do that themselves.")
    var equalize = false

    @Option(
        help: ArgumentHelp(
            "Also resize the result. Configurations for training do that themselves.", valueName: "px"))
    var input: Int?

    @Option(help: ArgumentHelp("The share of one job of an array: 1/8, 2/8, …", valueName: "i/n"))
    var shard: String?

    @Flag(help: "The folder holds only some of the films: those missing are counted, but no fault.")
    var partial = false

    @Flag(help: "Replace what is in the output folder.")
    var overwrite = false

    @Option(help: "Workers for each stage. Default: all cores. The results do not depend on it.")
    var workers: Int = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "Print the record as one JSON document on standard output.")
    var json = false

    @OptionGroup var out: OutputOptions

    enum View: String, ExpressibleByArgument, CaseIterable {
        case posteroanterior = "PA"
        case anteroposterior = "AP"
        case any

        init?(argument: String) {
            guard let view = Self.allCases.first(where: { $0.rawValue.lowercased() == argument.lowercased() })
            else { return nil }
            self = view
        }
    }

    func validate() throws {
        for (name, share) in [("--test-share", testShare ?? 0), ("--validation-share", validationShare)]
        where !(0..<1).contains(share) {
            throw ValidationError("\(name) is a part of the patients, 0 to below 1, not \(share).")
        }
        guard (testShare ?? 0.2) + validationShare < 1 else {
            throw ValidationError("--test-share and --validation-share leave no patients to train on.")
        }
        if !split.isEmpty, testShare != nil {
            throw ValidationError("--test-share is for random splits; the lists say what is for tests.")
        }
        if labels == .lists, split.isEmpty { throw ValidationError("--labels lists needs --split.") }
        guard (16...4096).contains(size) else { throw ValidationError("--size must be 16 to 4096.") }
        if let crop, !(8...size).contains(crop) { throw ValidationError("--crop must be 8 to --size.") }
        if let input, !(8...4096).contains(input) { throw ValidationError("--input must be 8 to 4096.") }
        guard (1...512).contains(workers) else { throw ValidationError("--workers must be 1 to 512.") }
        if let shard {
            guard IngestShard(shard) != nil else {
                throw ValidationError(
                    "--shard is the number of a job and of all jobs, such as 1/8, from 1/8 to 8/8.")
            }
            guard !overwrite else {
                throw ValidationError(
                    "--overwrite would remove what other jobs wrote; remove the folder first.")
            }
        }
    }

    func run() async throws {
        let logger = out.makeLogger()
        do {
            var job = RadiographIngest(
                table: csv, images: images, output: output, query: query, split: try makeSplit(),
                version: WSIScreen.version)
            job.steps = RadiographSteps(size: size, crop: crop, equalize: equalize, input: input)
            job.shard = shard.flatMap(IngestShard.init) ?? .whole
            job.overwrite = overwrite
            job.workers = workers
            let display = IngestDisplay(
                logger: logger, isQuiet: out.quiet,
                drawsLine: Terminal.isInteractive && out.logFormat == .text)
            let record = try await Interruption.run(
                kept: "prepared films are kept, run the same command again to go on"
            ) { [job] in try await job.run(progress: display.show) }
            display.erase()
            try conclude(record, logger)
        } catch let code as ExitCode {
            throw code
        } catch {
            let failure = CommandFailure(error)
            Terminal.exit(saying: failure.message, status: failure.status)
        }
    }

    private var query: RadiographQuery {
        RadiographQuery(
            position: ViewPosition(rawValue: view.rawValue), validationFindings: Set(finding), labels: labels)
    }

    private func makeSplit() throws -> PatientSplit {
        let chosen: PatientSplit =
            split.isEmpty
            ? .drawn(test: testShare ?? 0.2, validation: validationShare, seed: seed)
            : .lists(try SplitLists(reading: split), validation: validationShare, seed: seed)
        guard finding.isEmpty || chosen.hasValidation else {
            throw UsageFailure(
                description:
                    "--finding chooses the abnormal films of the validation part, which is empty; add "
                    + "--validation-share 0.1 or a list for validation")
        }
        return chosen
    }

    private func conclude(_ record: IngestRecord, _ logger: Logger) throws {
        if json {
            Terminal.result(String(decoding: try JSONText.encode(record), as: UTF8.self))
        } else if !out.quiet {
            Terminal.result("\(record)")
        }
        if record.resumed > 0 { logger.info("\(record.resumed) films were prepared before") }
        if record.contradictedLabels > 0 {
            let taken = labels == .lists ? "the lists'" : "the table's (--labels lists takes the others)"
            logger.warning(
                "\(record.contradictedLabels) films have another label in the table than in the lists; taken: \(taken)"
            )
        }
        if record.unknownListed > 0 {
            logger.warning("\(record.unknownListed) names in the lists are in no row of the table")
        }
        if record.linksOutside > 0 {
            logger.warning(
                """
                \(record.linksOutside) links below the folder lead out of it, or nowhere, and are not followed; give \
                the folder that they lead to
                """)
        }
        let missing = record.counts[RowOutcome.noImage.rawValue] ?? 0
        if missing > 0, !partial {
            logger.warning(
                "\(missing) films are missing; if the folder is meant to hold only some, say --partial")
        }
        let place = record.shard.map { "shards/\($0).rejected.csv" } ?? "rejected.csv"
        let faults = record.faults(partial: partial)
        if faults > 0 { logger.warning("\(faults) rows cannot be used; see \(output)/\(place)") }
        let table = record.shard.map { "shards/\($0).manifest.csv" } ?? "manifest.csv"
        let rate =
            record.stages.isEmpty ? "" : ", \(Int(Double(record.prepared) / max(record.seconds, 1e-9)))/s"
        logger.info("\(output)/\(table) in \(ProgressDisplay.duration(record.seconds))\(rate)")
        throw ExitCode(faults > 0 ? ExitStatus.badInput : ExitStatus.ok)
    }
}

extension RadiographQuery.LabelSource: ExpressibleByArgument {}

/// Shows how far an ingest is.
private final class IngestDisplay: Sendable {
    private let line: ProgressLine
    private let logger: Logger
    private let startedAt = ContinuousClock.now

    init(logger: Logger, isQuiet: Bool, drawsLine: Bool) {
        self.logger = logger
        line = ProgressLine(logger: logger, isQuiet: isQuiet, drawsLine: drawsLine)
    }

    func show(_ event: RadiographIngest.Event) {
        switch event {
        case .selected(let films, let rows): logger.info("\(films) films of \(rows) rows")
        case .films(let done, let total, let bad):
            line.show(isLast: done == total) {
                let seconds = (ContinuousClock.now - startedAt) / .seconds(1)
                let rate = Double(done) / max(seconds, 1e-9)
                return "preparing \(done)/\(total) films, \(Int(rate.rounded()))/s, "
                    + "\(ProgressDisplay.duration(Double(total - done) / max(rate, 1e-9))) left, \(bad) unreadable"
            }
        case .joined:
            line.erase()
            logger.info("all shards are done; their tables were joined")
        }
    }

    func erase() { line.erase() }
}
