public import ArgumentParser
import Foundation
public import Kernels
import Records
import Screening
public import Training

extension BenchCommand {
    struct Network: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Time the networks: features of VGG19, a training step, the score of a crop.",
            discussion: """
                Medians in milliseconds, images a second, and the arithmetic that the networks' definition asks \
                for in each second. --save writes inputs and outputs, so that other programs can be checked and \
                measured on the same; pipelines/bench-network.sh does that with ONNX Runtime and PyTorch.
                """)

        @Option(
            help: ArgumentHelp(
                "Weights of VGG19. Default: random ones, which take the same time.", valueName: "safetensors")
        )
        var extractor: String?

        @Option(
            parsing: .upToNextOption,
            help: ArgumentHelp("Numbers of threads. Default: 1 and all.", valueName: "n"))
        var threads: [Int] = Array(Set([1, ProcessInfo.processInfo.activeProcessorCount])).sorted()

        @Option(
            parsing: .upToNextOption,
            help: ArgumentHelp(
                "What is measured: \(BenchmarkTask.allCases.map(\.rawValue).joined(separator: ", ")).",
                valueName: "task"))
        var tasks: [BenchmarkTask] = BenchmarkTask.usual

        @Option(help: "Runs of which the median is taken.")
        var repetitions = 11

        @Option(
            help: "Run the kernels for this instruction set: baseline, avx2 or avx512. Default: the best.")
        var path: KernelPath?

        @Option(help: ArgumentHelp("Folder for inputs and outputs as safetensors.", valueName: "dir"))
        var save: String?

        @Flag(help: "As JSON.")
        var json = false

        func validate() throws {
            guard (1...10_000).contains(repetitions) else {
                throw ValidationError("--repetitions must be 1 to 10000.")
            }
            guard threads.allSatisfy((1...512).contains) else {
                throw ValidationError("--threads must be 1 to 512.")
            }
        }

        /// What `--json` prints.
        private struct Report: Encodable {
            let kernels: String
            let weights: String
            let timings: [BenchmarkTiming]
        }

        func run() throws {
            do {
                if let path, !path.force() {
                    Terminal.exit(saying: "this processor cannot run \(path)", status: ExitStatus.badInput)
                }
                let benchmark = try NetworkBenchmark(weights: extractor.map { URL(fileURLWithPath: $0) })
                if let save { try benchmark.save(tasks, to: URL(fileURLWithPath: save)) }
                var timings: [BenchmarkTiming] = []
                for task in tasks {
                    for count in task == .scoring ? [1] : threads {
                        timings.append(
                            try benchmark.measure(task, threads: count, repetitions: repetitions))
                    }
                }
                let report = Report(
                    kernels: "\(KernelPath.current)", weights: extractor ?? "random", timings: timings)
                Terminal.result(
                    json ? String(decoding: try JSONText.encode(report), as: UTF8.self) : text(report))
            } catch {
                Terminal.exit(saying: "\(error)", status: ExitStatus.badInput)
            }
        }

        private func text(_ report: Report) -> String {
            let head =
                "medians of \(repetitions), \(report.kernels) kernels, weights of VGG19: \(report.weights)\n"
                + Self.line(["task", "threads", "ms", "images/s", "GFLOP/s", "peak MB"])
            return report.timings.reduce(head) { text, timing in
                text
                    + Self.line([
                        timing.task.rawValue, "\(timing.threads)", Self.number(timing.medianMilliseconds),
                        Self.number(timing.imagesPerSecond),
                        timing.effectiveGigaflops.map(Self.number) ?? "-",
                        timing.peakMegabytes.map { "\(Int($0))" } ?? "-",
                    ])
            }
        }

        private static func line(_ cells: [String]) -> String {
            cells.enumerated().map { column, cell in
                let width = column == 0 ? 20 : 10
                let space = String(repeating: " ", count: max(0, width - cell.count))
                return column == 0 ? cell + space : space + cell
            }.joined() + "\n"
        }

        private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
    }
}

extension BenchmarkTask: ExpressibleByArgument {}

extension KernelPath: ExpressibleByArgument {
    public init?(argument: String) {
        guard let path = KernelPath.allCases.first(where: { "\($0)" == argument }) else { return nil }
        self = path
    }
}
