import ArgumentParser
import Evaluation
import Foundation
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

    @Option(help: ArgumentHelp("Also write every image's score to this CSV file.", valueName: "file.csv"))
    var scores: String?

    @Option(help: "Threads. Default: all cores. The scores do not depend on it.")
    var workers: Int = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "As JSON.")
    var json = false

    @OptionGroup var out: OutputOptions

    enum Split: String, ExpressibleByArgument, CaseIterable {
        case test, validation, train, all
    }

    func run() async throws {
        do {
            let loaded = try ModelCommand.load(model, extractor: extractor)
            let images = try listing()
            let evaluation = try await ImageEvaluation(images, model: loaded.model, workers: workers)
            if let scores { try write(evaluation, to: scores) }
            let summary = EvaluationSummary(evaluation)
            Terminal.result(
                json ? String(decoding: try JSONText.encode(summary), as: UTF8.self) : Self.text(summary))
        } catch {
            let failure = TrainingFailure(error)
            Terminal.exit(saying: failure.message, status: failure.status)
        }
    }

    /// A manifest without a column for splits is a test set as a whole.
    private func listing() throws -> [LabeledImage] {
        let columns = ManifestColumns(label: labelColumn, normalLabels: labelNormal)
        let part: ImagePart? =
            switch split {
            case .test: .test
            case .validation: .validation
            case .train: .training
            case .all: nil
            }
        let images = try LabeledImage.list(manifest: data, part: part, columns: columns)
        if !images.isEmpty || split != .test { return images }
        return try LabeledImage.list(manifest: data, part: nil, columns: columns)
    }

    private func write(_ evaluation: ImageEvaluation, to path: String) throws {
        var text = CSV.line([
            "file", "label", "score", "mean_red", "mean_optical_density", "mean_intensity",
        ])
        for row in evaluation.rows {
            text += CSV.line([
                row.name, row.isAbnormal ? "abnormal" : "normal", "\(row.score)", "\(row.baselines.meanRed)",
                "\(row.baselines.meanOpticalDensity)", "\(row.baselines.meanIntensity)",
            ])
        }
        try AtomicFile.write([UInt8](text.utf8), to: path)
    }

    private static func text(_ summary: EvaluationSummary) -> String {
        func row(_ name: String, _ area: Double?) -> String {
            let value = area.map { "\(($0 * 10_000).rounded() / 10_000)" } ?? "-"
            return name.padding(toLength: 44, withPad: " ", startingAt: 0) + value + "\n"
        }
        return "\(summary.normal) normal and \(summary.abnormal) abnormal images, \(summary.bad) left out\n"
            + Self.row("area under the ROC curve", "AUC") + row("model", summary.auc)
            + row("trivial: low mean red", summary.aucLowMeanRed)
            + row("trivial: mean optical density", summary.aucMeanOpticalDensity)
            + row("trivial: low mean intensity", summary.aucLowMeanIntensity)
            + row("model, pairs of equal optical density", summary.matchedAUC)
    }

    private static func row(_ name: String, _ title: String) -> String {
        name.padding(toLength: 44, withPad: " ", startingAt: 0) + title + "\n"
    }
}
