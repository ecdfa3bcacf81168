import ArgumentParser
import Evaluation
import Foundation
import Logging
import Screening
import Search
import Training

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find the best configuration for your images, with a few abnormal ones.",
        discussion: """
            Tries every combination of a grid: each is trained on two thirds of your normal images and judged by how well \
            it separates the last third from a few anomalies, three times in turn (3 folds, by slide or patient). The \
            best one is trained on all of them and evaluated once on the test rows.

              wsi-screen search --config pipelines/camelyon16-search.yaml --data manifest.csv \\
                  --extractor vgg19.safetensors -o search
              wsi-screen train --config search/winner.yaml --data manifest.csv -o mine.safetensors

            The manifest has the columns file, label, split (train and validation rows choose, test rows only judge the \
            winner) and group, slide or patient (never divided). A few dozen anomalies of one kind are enough: mark them \
            as validation. Groups or files on both sides of its splits are refused.

            The configuration names a base and what to vary; a value may set several keys at once:

              base: configs/tissue.yaml
              grid:
                extractor.taps: [[r22], [r32]]
                network:
                  - {label: narrow, network.widths: 4, optimizer.learning_rate: 0.001}
                  - {label: wide, network.widths: 16, optimizer.learning_rate: 0.002}

            DIR/report.md is the report, trials.csv has one row a trial, search.png and heatmap.png show them, winner.yaml \
            is ready for train, winner.safetensors is the model, test/ its evaluation, trials/ what a repeated run goes on \
            with: trials that are finished are not trained again, also when the grid grows.

            With --anomalies nothing is trained: choices with so many anomalies of so many kinds are repeated from \
            finished trials and judged on the test rows (anomalies.md, anomalies.png).

            Exit codes: 64 usage or configuration, 65 images, manifest, memory or no usable trial, 73 output impossible \
            or in use, 74 I/O, 75 disk full, 130 and 143 interrupted; the same command goes on.
            """)

    @Option(help: ArgumentHelp("What to try, as YAML.", valueName: "file.yaml"))
    var config: String

    @Option(help: ArgumentHelp("Normal images and a few abnormal ones.", valueName: "manifest.csv"))
    var data: String

    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("Folder for the results.", valueName: "dir"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "Weights of VGG19, for configurations that use them; or a distilled extractor.",
            valueName: "safetensors"))
    var extractor: String?

    @Option(
        help: "What chooses: auc, against the anomalies; or loss, of normal images alone, for comparison.")
    var criterion: Criterion = .auc

    @Option(
        help: ArgumentHelp(
            "Repeat the choice with so many anomalies, such as 1,5,20,100, from finished trials.",
            valueName: "n,…"))
    var anomalies: String?

    @Option(help: ArgumentHelp("With --anomalies: of so many kinds. Default: 1.", valueName: "n,…"))
    var kinds: String?

    @Option(
        help: ArgumentHelp("With --anomalies: how often each choice is repeated. Default: 7.", valueName: "n")
    )
    var repeats: Int?

    @Option(help: ArgumentHelp("Column of the manifest that keeps images together.", valueName: "name"))
    var groupColumn: String?

    @Option(
        help: ArgumentHelp(
            "Column of the manifest that says which anomalies are of one kind. Default: findings, else the label.",
            valueName: "name"))
    var kindColumn: String?

    @Option(help: ArgumentHelp("Column of the manifest that says what is normal.", valueName: "name"))
    var labelColumn: String?

    @Option(help: ArgumentHelp("A label that means normal; may be repeated.", valueName: "word"))
    var labelNormal: [String] = []

    @OptionGroup var bad: BadImageOptions

    @Option(help: ArgumentHelp("Most memory for images and all networks at work, in GiB.", valueName: "GiB"))
    var memory = 8.0

    @Option(
        help:
            "Threads, and trials at once as far as memory allows. Default: all cores. The results do not depend on it."
    )
    var workers: Int = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "Print the report as JSON on standard output.")
    var json = false

    @OptionGroup var out: LoggingOptions

    enum Criterion: String, ExpressibleByArgument, CaseIterable {
        case auc, loss

        var meaning: SearchCriterion { self == .auc ? .auc : .loss }
    }

    func validate() throws {
        guard memory > 0, memory < 1e6 else { throw ValidationError("--memory is a number of GiB.") }
        guard (1...512).contains(workers) else { throw ValidationError("--workers must be 1 to 512.") }
        if anomalies == nil, kinds != nil || repeats != nil {
            throw ValidationError("--kinds and --repeats belong to --anomalies.")
        }
        guard (1...10_000).contains(repeats ?? 7) else {
            throw ValidationError("--repeats must be 1 to 10000.")
        }
        _ = try anomalies.map { try Self.counts($0, option: "--anomalies") }
        _ = try kinds.map { try Self.counts($0, option: "--kinds") }
    }

    /// Numbers separated by commas, each once, rising.
    private static func counts(_ text: String, option: String) throws -> [Int] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        guard numbers.count == parts.count, numbers.allSatisfy({ (1...1_000_000).contains($0) }) else {
            throw ValidationError("\(option) takes numbers from 1 such as 1,5,20.")
        }
        return Set(numbers).sorted()
    }

    func run() async throws {
        let display = SearchDisplay(options: out)
        do {
            let job = try makeJob()
            try await Interruption.run(kept: "what is finished is kept, run the same command again to go on")
            {
                if let anomalies {
                    try await experiment(job, try Self.counts(anomalies, option: "--anomalies"), display)
                } else {
                    try await search(job, display)
                }
            }
        } catch {
            let failure = CommandFailure(error)
            Terminal.exit(saying: failure.message, status: failure.status)
        }
    }

    private func search(_ job: SearchJob, _ display: SearchDisplay) async throws {
        let results = try await job.run { display.show($0) }
        let winner = WinnerTraining(job, results)
        display.announce(winner.report)
        let training = TrainingDisplay(options: out)
        let outcome = try await winner.run(
            training: { training.show($0) }, evaluation: { display.show($0) })
        display.conclude(outcome, output: output)
        if json { Terminal.result(try outcome.document.json()) }
    }

    private func experiment(_ job: SearchJob, _ counts: [Int], _ display: SearchDisplay) async throws {
        let results = try await job.finishedResults()
        let experiment = try await AnomalyExperiment.run(
            job, results, counts: counts, kinds: try Self.counts(kinds ?? "1", option: "--kinds"),
            repeats: repeats ?? 7
        ) { display.showTested($0, of: $1) }
        display.conclude(experiment, output: output)
        if json { Terminal.result(try experiment.json()) }
    }

    private func makeJob() throws -> SearchJob {
        let url = URL(fileURLWithPath: config)
        let configuration: SearchConfiguration
        do throws(ConfigurationError) {
            configuration = try SearchConfiguration(contentsOf: url)
        } catch {
            if case .unreadable = error { throw UsageFailure(description: error.description) }
            throw UsageFailure(description: "'\(config)': \(error)")
        }
        var job = SearchJob(
            configuration: configuration, manifest: data, output: output, codeVersion: WSIScreen.version)
        job.columns = ManifestColumns(
            group: groupColumn, label: labelColumn, finding: kindColumn, normalLabels: labelNormal)
        job.extractor = extractor.map { URL(fileURLWithPath: $0) }
        job.criterion = criterion.meaning
        job.maximumBad = bad.allowance
        job.memoryLimit = Int(memory * 0x1p30)
        job.workers = workers
        return job
    }
}
