import ArgumentParser
import Camelyon
import CamelyonEvaluation
import Evaluation
import Foundation
import ImageFiles
import Logging
import Pictures
import Records
import Screening

struct EvaluateCamelyon16Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "camelyon16",
        abstract: "Camelyon16's official measures on screened slides: FROC of lesions, ROC of slides.",
        discussion: """
            Finds detections on the heatmaps of 'wsi-screen screen' (a cell is one if no higher cell lies within --radius), \
            holds them against the outlines by the challenge's rules (lesions grown by 37.5 µm and joined, isolated tumor \
            cells neither hit nor miss), and prints the sensitivity at 1/4, 1/2, 1, 2, 4 and 8 false positives a slide and \
            the area under the ROC curve of the slides' scores.

              wsi-screen screen CAMELYON16/testing/images -o screened
              wsi-screen evaluate camelyon16 --root CAMELYON16 --screened screened -o report

            Two readings of the rules: clean counts every slide and every threshold; official has all quirks of the \
            challenge's script (the first threshold dropped, only slides with a table counted). DIR/detections/NAME.csv \
            and DIR/slides.csv have the challenge's formats; DIR/summary.csv has a row for each slide, \
            DIR/froc.png and .svg show both curves.

            Exit codes: 64 usage, 65 data set, outlines or results, 73 output impossible, 74 I/O, 75 disk full.
            """)

    @Option(help: ArgumentHelp("The folder into which the data set was downloaded.", valueName: "dir"))
    var root: String

    @Option(help: ArgumentHelp("What 'wsi-screen screen' wrote.", valueName: "dir"))
    var screened: String

    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("Folder for the results.", valueName: "dir"))
    var output: String

    @Option(help: "Which slides: test or train.")
    var part: Part = .test

    @Option(help: ArgumentHelp("Cells closer than this to a higher one are no detections.", valueName: "µm"))
    var radius = 190.0

    @Option(
        help: ArgumentHelp(
            "Cells with no higher score are no detections. Default: all are.", valueName: "score"))
    var threshold: Float?

    @Flag(help: "Print the measures as JSON.")
    var json = false

    @OptionGroup var out: OutputOptions

    enum Part: String, ExpressibleByArgument, CaseIterable {
        case test, train
    }

    func validate() throws {
        guard (0...100_000).contains(radius) else {
            throw ValidationError("--radius is a length in microns.")
        }
    }

    /// The measures of one reading of the rules.
    private struct Measures: Encodable {
        let sensitivities: [Double]
        let score: Double
        let slides: Int
        let lesions: Int

        init(_ curve: FROCCurve) {
            (sensitivities, score) = (curve.sensitivities, curve.score)
            (slides, lesions) = (curve.slideCount, curve.lesionCount)
        }
    }

    private struct Report: Encodable {
        let falsePositivesPerSlide: [Double]
        let clean: Measures
        let official: Measures
        let slideAUC: Double?
        let missing: Int
    }

    func run() async throws {
        let logger = out.makeLogger()
        do {
            try FolderSettings.requireApart(output: output, input: root)
            try FolderSettings.requireApart(output: output, input: screened)
            try AtomicFile.makeWritableFolder(output)
            try FolderSettings.claim(
                output, forCommand: "evaluate camelyon16",
                owned: ["detections", "slides.csv", "summary.csv", "froc.json", "froc.svg", "froc.png"])
            let dataset = try CamelyonDataset(root: root)
            // The radius is a length; slides of both scanners have about this resolution, as the challenge takes it.
            let pixels = radius / OfficialRule.micronsPerPixel
            let evaluation = try ChallengeEvaluation(
                dataset, part: part == .test ? .test : .train, screened: screened,
                search: PeakSearch(.disc(radius: pixels), threshold: threshold))
            for slide in evaluation.slides {
                if let problem = slide.problem { logger.warning("\(slide.name): \(problem)") }
            }
            try evaluation.writeSubmission(to: output)
            try AtomicFile.write(Array(evaluation.table.utf8), to: output + "/summary.csv")
            let (clean, official) = (try evaluation.curve(.clean), try evaluation.curve(.official))
            try writePicture([("clean", clean), ("official", official)])
            let report = Report(
                falsePositivesPerSlide: OfficialRule.falsePositivesPerSlide,
                clean: Measures(clean), official: Measures(official),
                slideAUC: ROC.area(normal: evaluation.scores(.normal), abnormal: evaluation.scores(.tumor)),
                missing: evaluation.slides.count { $0.problem != nil })
            let document = try JSONText.encode(report)
            try AtomicFile.write(document, to: output + "/froc.json")
            Terminal.result(json ? String(decoding: document, as: UTF8.self) : Self.text(report))
            throw ExitCode(report.missing > 0 ? ExitStatus.badInput : ExitStatus.ok)
        } catch let code as ExitCode {
            throw code
        } catch {
            let failure = CommandFailure(error)
            Terminal.exit(saying: failure.message, status: failure.status)
        }
    }

    private func writePicture(_ curves: [(name: String, curve: FROCCurve)]) throws {
        let picture = FROCPicture(
            title: "FROC of lesions, \(part.rawValue) slides",
            curves: curves.map { name, curve in
                FROCPicture.Curve(
                    name: name,
                    points: curve.points.map {
                        FROCPicture.Point(
                            falsePositives: $0.falsePositivesPerSlide, sensitivity: $0.sensitivity)
                    }, score: curve.score)
            })
        try AtomicFile.write([UInt8](picture.svg.utf8), to: output + "/froc.svg")
        try AtomicFile.write(try PNGFile.encode(picture.image()), to: output + "/froc.png")
    }

    private static func text(_ report: Report) -> String {
        func line(_ name: String, _ values: [String]) -> String {
            name.padding(toLength: 32, withPad: " ", startingAt: 0)
                + values.map { String(repeating: " ", count: max(0, 8 - $0.count)) + $0 }.joined() + "\n"
        }
        func numbers(_ values: [Double]) -> [String] { values.map { CSV.decimal($0, places: 4) } }
        let auc = report.slideAUC.map { CSV.decimal($0, places: 4) } ?? "-"
        return line("false positives a slide", ["1/4", "1/2", "1", "2", "4", "8"] + ["mean"])
            + line("sensitivity, clean", numbers(report.clean.sensitivities + [report.clean.score]))
            + line("sensitivity, official", numbers(report.official.sensitivities + [report.official.score]))
            + "\(report.clean.lesions) lesions on \(report.clean.slides) slides; area under the ROC curve of slides: \(auc)\n"
    }
}
