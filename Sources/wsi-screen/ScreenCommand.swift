import ArgumentParser
import Foundation
import Networks
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
              wsi-screen screen a.tif --model self

            No model for this tissue? --model self learns one for each slide, in about a minute on two cores: from \
            a seeded sample of the slide's own cells, with the built-in extractor. A score then says how unlike \
            the majority of its slide a place is, not how abnormal: on a slide that is mostly tumor, normal tissue \
            stands out; on a uniform slide the ranking means nothing; scores of two slides do not compare. The \
            model is kept as self-model.safetensors in the slide's folder. 'wsi-screen model info self' says more.

            Run the same command again to go on after an interruption: finished slides are kept.
            """)

    @OptionGroup var slide: SlideOptions
    @OptionGroup var out: OutputOptions

    @Option(
        help: ArgumentHelp(
            "A built-in model (see 'model list'), a model file, or self: compare each slide with itself.",
            valueName: "name|file|self"))
    var model = BuiltInModels.standard

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

    func validate() throws {
        if isSelf, extractor != nil {
            throw ValidationError(
                "--model self learns with the built-in extractor; leave out --extractor, or give another "
                    + "model.")
        }
    }

    private var isSelf: Bool { model == SelfModelSettings.name }

    func run() async throws {
        try await BatchCommand(run: try makeRun(), options: out, highlight: "heatmap.png", printsJSON: json)
            .execute()
    }

    private func makeRun() throws -> BatchRun {
        let inputs = try slide.inputs()
        let resolutions = try slide.resolutions()
        if isSelf { return selfScreening(inputs, resolutions) }
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

    private func selfScreening(_ inputs: [SlideInput], _ resolutions: ResolutionTable?) -> BatchRun {
        do {
            return try BatchRun.selfScreening(
                inputs, settings: slide.settings(defaultCoverage: .dense, aggregate: aggregate),
                output: slide.output ?? "wsi-screen-out", resolutions: resolutions, workers: slide.workers,
                overwrite: slide.overwrite, arguments: CommandLine.arguments)
        } catch {
            Terminal.exit(
                saying: "a slide's own model cannot be learned: \(error)", status: ExitStatus.badInput)
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
