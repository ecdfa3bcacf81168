import Evaluation
import Logging
import Records
import Screening
import Search
import Synchronization
import Training

/// Shows a search: how many trials are done, how long it may still take, and who leads.
final class SearchDisplay: Sendable {
    private let logger: Logger
    private let line: ProgressLine
    private let startedAt = Mutex<ContinuousClock.Instant?>(nil)

    init(options: LoggingOptions) {
        logger = options.makeLogger()
        line = ProgressLine(
            logger: logger, isQuiet: options.quiet,
            drawsLine: Terminal.isInteractive && options.logFormat == .text)
    }

    func show(_ event: SearchJob.Event) {
        switch event {
        case .listed(let normals, let anomalies, let test, let trials, let impossible, let finished):
            logger.info("\(normals) normal images, \(anomalies) anomalies to choose with, \(test) test rows")
            let rest = impossible > 0 ? ", \(impossible) combinations are no configuration" : ""
            let kept = finished > 0 ? ", \(finished) of them finished before" : ""
            logger.info("\(trials) trials\(kept)\(rest)")
        case .remark(let remark):
            logger.log(level: remark.isWarning ? .warning : .info, "\(remark)")
        case .preparing(let progress):
            line.show(isLast: progress.done == progress.total) {
                "preparing images \(progress.done)/\(progress.total)"
            }
        case .bad(let images):
            line.erase()
            for image in images.prefix(3) { logger.warning("\(image.name): left out: \(image.defect)") }
            logger.warning("\(images.count) images cannot be used; all are listed in bad-images.csv")
        case .fold(let done, let total): showFold(done, total)
        case .failed(let trial, let fold, let reason):
            line.erase()
            logger.warning("\(trial): failed in fold \(fold + 1): \(reason)")
        case .abandoned(let trial, let folds):
            line.erase()
            logger.info("\(trial): not continued after fold \(folds)")
        }
    }

    private func showFold(_ done: Int, _ total: Int) {
        let now = ContinuousClock.now
        let start = startedAt.withLock { start in
            if start == nil { start = now }
            return start ?? now
        }
        line.show(isLast: done == total) {
            // Counted from the end of the first one.
            let seconds = (now - start) / .seconds(1) / Double(max(1, done - 1)) * Double(total - done)
            let left = done > 1 && done < total ? ", \(ProgressDisplay.duration(seconds)) left" : ""
            return "trained \(done)/\(total) folds of trials\(left)"
        }
    }

    func announce(_ report: SearchReport) {
        line.erase()
        guard let winner = report.winner else { return }
        let values = zip(report.parameters, winner.values).map { "\($0) \($1)" }.joined(separator: ", ")
        let area = winner.area.map { ", mean AUC \(CSV.decimal($0, places: 4))" } ?? ""
        logger.info("best: \(values)\(area)")
    }

    func show(_ progress: ImageEvaluation.Progress) {
        switch progress {
        case .preparing(let progress):
            line.show { "preparing test images \(progress.done)/\(progress.total)" }
        case .scoring(let done, let total): line.show { "scoring test images \(done)/\(total)" }
        }
    }

    func showTested(_ done: Int, of total: Int) {
        line.show(isLast: done == total) { "scored the test images with \(done)/\(total) trials" }
    }

    func conclude(_ experiment: AnomalyExperiment, output: String) {
        line.erase()
        for cell in experiment.cells {
            guard let runs = cell.runs else { continue }
            let deviation = runs.standardDeviation.map { " ± \(CSV.decimal($0, places: 4))" } ?? ""
            let kinds = cell.kinds == 1 ? "1 kind" : "\(cell.kinds) kinds"
            logger.info(
                "\(cell.anomalies) of \(kinds): test AUC \(CSV.decimal(runs.mean, places: 4))\(deviation)")
        }
        logger.info("best in the grid: \(CSV.decimal(experiment.best, places: 4))")
        logger.info("\(output)/anomalies.md")
    }

    func conclude(_ outcome: WinnerTraining.Outcome, output: String) {
        line.erase()
        if let test = outcome.test {
            let interval = test.bootstrap?.interval ?? test.area.interval
            let range = interval.map { low in
                " (95 % interval \(CSV.decimal(low.low, places: 4)) to \(CSV.decimal(low.high, places: 4)))"
            }
            logger.info("test AUC \(CSV.decimal(test.area.area, places: 4))\(range ?? "")")
            if let best = test.trivial.max(by: { $0.area.area < $1.area.area }) {
                logger.info("best trivial quantity: \(best.name), \(CSV.decimal(best.area.area, places: 4))")
            }
        }
        logger.info("\(output)/report.md")
    }
}
