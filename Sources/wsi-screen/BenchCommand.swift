import ArgumentParser
import Foundation
import ImageFiles
import Kernels
import Records
import Screening
import Staining

/// Measurements that a user can repeat.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure how fast parts of the program are here.",
        subcommands: [Network.self, Stain.self])

    struct Stain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Time Vahadane normalization of one tile, on one core.",
            discussion: """
                Prints medians in milliseconds: the fit of the stain matrix, the normalization with a known \
                matrix, and both. The tile serves as its own target. Example: wsi-screen bench stain tile.png
                """)

        @Argument(help: "A PNG or JPEG tile, best of 768 x 768 pixels.")
        var image: String

        @Option(help: "Runs of which the median is taken.")
        var repetitions = 41

        @Flag(help: "As JSON.")
        var json = false

        @OptionGroup var out: OutputOptions

        func validate() throws {
            guard (1...10_000).contains(repetitions) else {
                throw ValidationError("--repetitions must be 1 to 10000.")
            }
        }

        func run() throws {
            let url = URL(fileURLWithPath: image)
            do {
                let tile =
                    url.pathExtension.lowercased() == "png" ? try PNGFile.read(url) : try JPEGFile.read(url)
                let target = StainTarget(try VahadaneFitter().fit(tile, step: 1))
                let result = try StainBenchmark(tile, target: target, repetitions: repetitions)
                Terminal.result(
                    json ? String(decoding: try JSONText.encode(result), as: UTF8.self) : text(result))
            } catch {
                Terminal.exit(saying: "\(error)", status: ExitStatus.badInput)
            }
        }

        private func text(_ result: StainBenchmark) -> String {
            func row(_ name: String, _ milliseconds: Double) -> String {
                name.padding(toLength: 24, withPad: " ", startingAt: 0)
                    + "\((milliseconds * 100).rounded() / 100) ms\n"
            }
            return
                "\(result.width) x \(result.height) pixels, median of \(result.repetitions), "
                + "\(KernelPath.current) kernels\n"
                + row("fit", result.fitMilliseconds) + row("normalize", result.normalizeMilliseconds)
                + row("fit and normalize", result.fitAndNormalizeMilliseconds)
        }
    }
}
