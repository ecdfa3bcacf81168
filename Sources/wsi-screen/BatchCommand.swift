import ArgumentParser
import Logging
import Records
import Screening

/// What `screen` and `tile` have in common once they know what to do: run, show progress, say how it ended.
struct BatchCommand: Sendable {
    let run: BatchRun
    let options: OutputOptions
    /// The file that a user wants to see first when a single slide was screened.
    var highlight: String?
    var printsJSON = false

    func execute() async throws {
        let logger = options.makeLogger()
        let display = ProgressDisplay(
            logger: logger, isQuiet: options.quiet,
            drawsLine: Terminal.isInteractive && options.logFormat == .text)
        do {
            let report = try await Interruption.run { try await run.run(progress: display.show) }
            if report.resumed > 0 {
                logger.info("\(report.resumed) of \(report.manifests.count) slides were finished before")
            }
            conclude(report, logger: logger)
            throw ExitCode(report.exitStatus)
        } catch let error as OutputError {
            Terminal.exit(saying: error.description, status: error.exitStatus)
        }
    }

    private func conclude(_ report: BatchRun.Report, logger: Logger) {
        let well = report.manifests.filter { $0.status != .failed }
        if let highlight, report.manifests.count == 1, let only = well.first {
            logger.info("\(highlight): \(run.output)/\(only.slide)/\(highlight)")
        } else {
            logger.info(
                "\(well.count) of \(report.manifests.count) slides ended well; see \(run.output)/summary.csv")
        }
        if printsJSON, let text = try? JSONText.encode(report.manifests) {
            Terminal.result(String(decoding: text, as: UTF8.self))
        }
    }
}
