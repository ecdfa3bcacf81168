import Foundation
import Logging
import Screening
import Synchronization
import Training

/// Shows a training: how far, how fast, how good, how long still.
final class TrainingDisplay: Sendable {
    private struct State {
        /// Of the phase, whose updates take alike long.
        var phase = ""
        var startedAt = ContinuousClock.now
        var firstStep = 0
        var smoothed: Float?
    }

    private let logger: Logger
    private let line: ProgressLine
    private let state = Mutex(State())

    init(options: LoggingOptions) {
        logger = options.makeLogger()
        line = ProgressLine(
            logger: logger, isQuiet: options.quiet,
            drawsLine: Terminal.isInteractive && options.logFormat == .text)
    }

    func show(_ event: TrainingJob.Event) {
        switch event {
        case .listed(let training, let heldOut, let abnormal, let test, let duplicates):
            logger.info("\(training) images to train on, \(heldOut) held out")
            if abnormal + test > 0 {
                logger.info("not used: \(abnormal) abnormal rows, \(test) test rows of the manifest")
            }
            if duplicates > 0 {
                logger.warning("\(duplicates) training images equal validation images and are left out")
            }
        case .remark(let remark):
            line.erase()
            logger.log(level: remark.isWarning ? .warning : .info, "\(remark)")
        case .preparing(let progress):
            line.show(isLast: progress.done == progress.total) {
                "preparing images \(progress.done)/\(progress.total)"
            }
        case .bad(let images, let path):
            line.erase()
            for image in images.prefix(3) { logger.warning("\(image.name): left out: \(image.defect)") }
            logger.warning("\(images.count) images cannot be used; all are listed in \(path)")
        case .making(let event): show(event)
        case .finishedEarlier: logger.info("this training is finished already; nothing is written")
        }
    }

    private func show(_ event: ModelMaker.Event) {
        switch event {
        case .resumed(let step): logger.info("going on after update \(step)")
        case .switchedKernels(let kernels):
            logger.info("with the \(kernels) kernels that the training began with, for the same digits")
        case .training(let progress): show(progress)
        case .fitting(let done, let total):
            line.show(isLast: done == total) { "reading features \(done)/\(total)" }
        }
    }

    private func show(_ progress: TrainingProgress) {
        let (loss, rate) = state.withLock { state in
            if state.phase != progress.phase {
                state = State(phase: progress.phase, firstStep: progress.step)
            }
            let smoothed = (state.smoothed ?? progress.loss) * 0.98 + progress.loss * 0.02
            state.smoothed = smoothed
            let seconds = (ContinuousClock.now - state.startedAt) / .seconds(1)
            return (smoothed, Double(progress.step - state.firstStep) / max(seconds, 1e-9))
        }
        line.show(isLast: progress.step == progress.total) {
            let left = rate > 0 ? Double(progress.updates - progress.update) / rate : .infinity
            let most = progress.mayEndEarlier ? "at most " : ""
            // Updates of other phases take other times.
            let end = progress.isLastPhase ? "left" : "left in this phase"
            return
                "training \(progress.phase): \(progress.step)/\(progress.total), loss \(Self.short(loss)), "
                + "\((rate * 10).rounded() / 10)/s, \(most)\(ProgressDisplay.duration(left)) \(end)"
        }
    }

    func conclude(_ report: TrainingReport) {
        line.erase()
        let scores = report.heldOutScores
        let normals = "median \(Self.short(scores.median)), 95 % below \(Self.short(scores.p95))"
        let loss = report.finalLoss.map { "loss \(Self.short(Float($0))); " } ?? ""
        logger.info("\(loss)held-out normals: \(normals)")
        logger.info("model: \(report.model) (SHA-256 \(report.sha256))")
    }

    private static func short(_ value: Float) -> String { "\((value * 10_000).rounded() / 10_000)" }
}
