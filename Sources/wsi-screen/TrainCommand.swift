import ArgumentParser
import Foundation
import Logging
import Records
import Screening
import Training

struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a model on normal images of your own.",
        discussion: """
            Reads images that show one tile each (a folder of PNG or JPEG, or a CSV manifest), learns what they look \
            like, and writes MODEL with its card, loss table and loss curve beside it. Screen slides \
            with it: wsi-screen screen slide.svs --model MODEL.

              wsi-screen tile NORMAL-SLIDES/ -o tiles --stain none   (slides without lesions)
              wsi-screen train --data tiles -o my-tissue.safetensors
              wsi-screen train --config pipelines/configs/camelyon16.yaml --data manifest.csv \\
                  --extractor vgg19.safetensors -o camelyon16.safetensors

            The configuration's detector is dpa, an autoencoder that takes minutes to days; gaussian or deep-if, which are \
            fitted to features in seconds (pipelines/configs/tissue-gaussian.yaml). 'search' tells which suits your images.

            A manifest needs a column file; label (only normal rows are used), split (test rows are not used, \
            validation rows are held out) and group or slide or patient (never divided) are used if present. \
            Rows that contradict each other, and groups with rows in two parts, are refused. Of a folder all \
            images are taken as normal; if it has several folders with images, each is kept together as one slide.

            The result depends on configuration, images, extractor, seed, program version and kind of processor \
            (its vector instructions), not on --workers. Run the same command again to go on after an \
            interruption, with the instructions of the beginning; if the model is finished, nothing happens. A \
            model of other images, another configuration or version is replaced only with --restart; so is one \
            whose --licence is to be corrected.

            m.safetensors is the model, m.md its card, m.loss.csv and m.loss.png show how the loss of a network fell (also \
            while training, at each checkpoint), m.bad-images.csv lists what could not be used. The model says how \
            it was made: wsi-screen model info m.safetensors --configuration > again.yaml.

            Exit codes: 64 usage or configuration, 65 images, memory, checkpoint or diverging loss, 73 output \
            impossible, in use or another model, 74 I/O, 75 disk full, 130 and 143 interrupted, with a checkpoint.
            """)

    @Option(
        help: ArgumentHelp("A folder of normal images, or a CSV manifest.", valueName: "dir|manifest.csv"))
    var data: String

    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("The model file.", valueName: "file"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "How to train, as YAML; see pipelines/configs. Default: tissue.yaml, for tiles of H&E slides.",
            valueName: "file.yaml"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Weights of VGG19, for configurations that use them; or a distilled extractor.",
            valueName: "safetensors"))
    var extractor: String?

    @Option(help: ArgumentHelp("Seed instead of the configuration's.", valueName: "n"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("Column of the manifest that keeps images together.", valueName: "name"))
    var groupColumn: String?

    @Option(help: ArgumentHelp("Column of the manifest that says what is normal.", valueName: "name"))
    var labelColumn: String?

    @Option(help: ArgumentHelp("A label that means normal; may be repeated.", valueName: "word"))
    var labelNormal: [String] = []

    @OptionGroup var bad: BadImageOptions

    @Option(help: ArgumentHelp("Most memory for images and network, in GiB.", valueName: "GiB"))
    var memory = 8.0

    @Option(help: "Licence of the images, for the model and its card; it makes no other model.")
    var licence = "not stated"

    @Option(help: ArgumentHelp("Seconds between checkpoints.", valueName: "s"))
    var checkpointEvery = 60.0

    @Option(help: "Threads. Default: all cores. The model does not depend on it.")
    var workers: Int = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "Begin anew: discard an interrupted training, replace a model that is there.")
    var restart = false

    @Flag(help: "Print a report as JSON on standard output.")
    var json = false

    @OptionGroup var out: LoggingOptions

    func validate() throws {
        guard memory > 0, memory < 1e6 else { throw ValidationError("--memory is a number of GiB.") }
        guard (0...1e9).contains(checkpointEvery) else {
            throw ValidationError("--checkpoint-every is a number of seconds up to a billion.")
        }
        if let seed, seed > UInt64(Int64.max) {
            throw ValidationError("--seed is at most \(Int64.max).")
        }
        guard (1...512).contains(workers) else { throw ValidationError("--workers must be 1 to 512.") }
        guard output.hasSuffix(".safetensors") else {
            throw ValidationError("The model file's name must end in .safetensors.")
        }
    }

    func run() async throws {
        let job = try makeJob()
        let display = TrainingDisplay(options: out)
        do {
            let report = try await Interruption.run(
                kept: "what was trained is saved, run the same command again to go on"
            ) {
                try await job.run { display.show($0) }
            }
            display.conclude(report)
            if json { Terminal.result(String(decoding: try JSONText.encode(report), as: UTF8.self)) }
        } catch {
            let report = CommandFailure(error)
            Terminal.exit(saying: report.message, status: report.status)
        }
    }

    private func makeJob() throws -> TrainingJob {
        var job = TrainingJob(
            configuration: try configuration(), data: data, output: output, codeVersion: WSIScreen.version)
        job.configurationFolder = config.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
        job.columns = try columns()
        job.extractor = extractor.map { URL(fileURLWithPath: $0) }
        job.maximumBad = bad.allowance
        job.memoryLimit = Int(memory * 0x1p30)
        job.workers = workers
        job.checkpointInterval = .seconds(checkpointEvery)
        job.restarts = restart
        job.licence = licence
        return job
    }

    private func columns() throws -> ManifestColumns {
        let columns = ManifestColumns(group: groupColumn, label: labelColumn, normalLabels: labelNormal)
        var isFolder: ObjCBool = false
        guard columns != ManifestColumns(),
            FileManager.default.fileExists(atPath: data, isDirectory: &isFolder),
            isFolder.boolValue
        else { return columns }
        throw UsageFailure(
            description: "--group-column, --label-column and --label-normal are for manifests, but "
                + "'\(data)' is a folder: its images are all taken as normal")
    }

    private func configuration() throws -> TrainingConfiguration {
        do throws(ConfigurationError) {
            let read =
                if let config {
                    try TrainingConfiguration(contentsOf: URL(fileURLWithPath: config))
                } else {
                    TrainingConfiguration.tissue
                }
            return if let seed { try read.seeded(seed) } else { read }
        } catch {
            if case .unreadable = error { throw UsageFailure(description: error.description) }
            throw UsageFailure(description: "'\(config ?? "tissue")': \(error)")
        }
    }
}
