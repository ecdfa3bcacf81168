import ArgumentParser
import Foundation
import Tissue
import Screening

struct ScreenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "screen",
        abstract: "Score the tissue of slides and draw where it is unusual.",
        discussion: """
            For each slide: find the tissue, lay a grid, normalize the stain, score every cell with the model, \
            and write DIR/SLIDE/ with heatmap.png, heatmap.tif, tiles.csv, mask.png, thumbnail.png, manifest.json. \
            DIR/summary.csv has one row for every slide, also for those that failed, with the reason.

              wsi-screen slide.svs
              wsi-screen screen SLIDES/ -o out --coverage sparse
              wsi-screen screen a.tif b.tif --mpp 0.25 --model my-model.safetensors

            Run the same command again to go on after an interruption: finished slides are kept.
            """)

    @OptionGroup var slide: SlideOptions
    @OptionGroup var out: OutputOptions

    @Option(
        help: ArgumentHelp("A built-in model (see 'model list') or a model file.", valueName: "name|file"))
    var model = "he-lung-demo"

    @Option(
        help: ArgumentHelp(
            "Weights of the perceptual extractor, for models without their own.", valueName: "file"))
    var extractor: String?

    @Option(
        help:
            "Which of the slide scores is called 'score'."
    )
    var aggregate: Aggregate = .top1pctMean

    @Flag(help: "Print the summary as one JSON document on standard output.")
    var json = false

    func run() async throws {
        try await BatchCommand(run: try makeRun(), options: out, highlight: "heatmap.png", printsJSON: json)
            .execute()
    }

    private func makeRun() throws -> BatchRun {
        let inputs = try slide.inputs()
        let resolutions = try slide.resolutions()
        let model = loadModel()
        do throws(SlideModelError) {
            return try BatchRun.screening(
                inputs, settings: slide.settings(defaultCoverage: .dense, aggregate: aggregate),
                model: model, output: slide.output ?? "wsi-screen-out", resolutions: resolutions,
                workers: slide.workers, overwrite: slide.overwrite, arguments: CommandLine.arguments)
        } catch {
            Terminal.exit(saying: "\(error)", status: ExitStatus.badInput)
        }
    }

    private func loadModel() -> LoadedModel {
        do {
            return try LoadedModel.load(model, extractor: extractor.map { URL(fileURLWithPath: $0) })
        } catch {
            Terminal.exit(
                saying: "the model '\(model)' cannot be used: \(error)", status: ExitStatus.badInput)
        }
    }
}
