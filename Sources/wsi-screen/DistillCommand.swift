import ArgumentParser
import Foundation
import Records
import Screening
import Training

extension ModelCommand {
    struct Distill: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Teach a small perceptual extractor to imitate VGG19.",
            discussion: """
                The built-in model's extractor was made so; pipelines/built-in-model.sh shows how. 'train' takes the \
                result with --extractor, for configurations with extractor.weights: built-in.

                  wsi-screen model distill --teacher vgg19.safetensors --data tiles --data films -o small.safetensors

                The report is one JSON document on standard output. Exit codes: 64 usage, 65 images or weights, \
                73 output impossible, 74 I/O, 75 disk full, 130 and 143 interrupted; nothing is kept then.
                """)

        @Option(help: ArgumentHelp("Weights of VGG19 in torchvision's naming.", valueName: "safetensors"))
        var teacher: String

        @Option(
            help: ArgumentHelp(
                "A folder of images or a manifest (its normal training rows); may be repeated. Each gives as "
                    + "many crops, however many images it has; with --stain-target colored ones give twice as many.",
                valueName: "dir|manifest.csv"))
        var data: [String]

        @Option(
            name: [.customShort("o"), .long], help: ArgumentHelp("The extractor's file.", valueName: "file"))
        var output: String

        @Option(help: ArgumentHelp("Use images a second time, with this image's stain.", valueName: "image"))
        var stainTarget: String?

        @Option(help: "Updates.")
        var updates = 4_000

        @Option(help: "Images an update.")
        var batch = 16

        @Option(help: "Seed of weights and crops.")
        var seed: UInt64 = 1

        @Option(help: "Threads. Default: all cores. The result does not depend on it.")
        var workers: Int = ProcessInfo.processInfo.activeProcessorCount

        @OptionGroup var out: LoggingOptions

        func validate() throws {
            guard (1...10_000_000).contains(updates), (1...4_096).contains(batch) else {
                throw ValidationError("--updates and --batch are positive numbers.")
            }
            guard (1...512).contains(workers) else { throw ValidationError("--workers must be 1 to 512.") }
        }

        func run() async throws {
            var job = DistillationJob(data: data, teacher: URL(fileURLWithPath: teacher), output: output)
            (job.settings.updates, job.settings.batch, job.settings.seed) = (updates, batch, seed)
            job.stainTarget = stainTarget.map { URL(fileURLWithPath: $0) }
            job.workers = workers
            let line = ProgressLine(
                logger: out.makeLogger(), isQuiet: out.quiet,
                drawsLine: Terminal.isInteractive && out.logFormat == .text)
            do {
                let (started, total) = (ContinuousClock.now, updates)
                let report = try await Interruption.run(
                    kept: "nothing is kept, the same command begins anew"
                ) { [job] in
                    try await job.run { done, loss in
                        line.show(isLast: done == total) {
                            let seconds = (ContinuousClock.now - started) / .seconds(1)
                            let left = seconds / Double(done) * Double(total - done)
                            return "distilling \(done)/\(total), error \((loss * 1_000).rounded() / 1_000), "
                                + "\(ProgressDisplay.duration(left)) left"
                        }
                    }
                }
                line.erase()
                Terminal.result(String(decoding: try JSONText.encode(report), as: UTF8.self))
            } catch {
                let failure = CommandFailure(error)
                Terminal.exit(saying: failure.message, status: failure.status)
            }
        }
    }
}
