import Foundation
import Logging
import Screening
import Synchronization

/// Shows a run of slides: what is done to which, how fast, how long still, and what came of each.
final class ProgressDisplay: Sendable {
    private struct State {
        var slide = ""
        var startedAt = ContinuousClock.now
    }

    private let logger: Logger
    private let line: ProgressLine
    private let state = Mutex(State())

    init(logger: Logger, isQuiet: Bool, drawsLine: Bool) {
        self.logger = logger
        line = ProgressLine(logger: logger, isQuiet: isQuiet, drawsLine: drawsLine)
    }

    func show(_ event: ScreenProgress) {
        switch event {
        case .slideStarted(let number, let total, let id):
            state.withLock {
                $0.slide = total > 1 ? "[\(number)/\(total)] \(id)" : id
                $0.startedAt = .now
            }
        case .surveying(let done, let total): update("finding tissue", done, total, unit: "blocks")
        case .sampling(let done, let total): update("reading the sample", done, total, unit: "cells")
        case .learning(let done, let total): update("learning the slide", done, total, unit: "updates")
        case .tiles(let done, let total): update("scoring", done, total, unit: "tiles")
        case .slideFinished(let manifest):
            line.erase()
            report(manifest)
        }
    }

    /// Removes the progress line, so that other text can follow.
    func erase() { line.erase() }

    private func update(_ what: String, _ done: Int, _ total: Int, unit: String) {
        let (slide, startedAt) = state.withLock { state in
            if done <= 1 { state.startedAt = .now }
            return (state.slide, state.startedAt)
        }
        line.show(isLast: done == total) {
            let seconds = (ContinuousClock.now - startedAt) / .seconds(1)
            let rate = seconds > 0 ? Double(done) / seconds : 0
            let remaining = rate > 0 ? Double(total - done) / rate : 0
            return "\(slide): \(what) \(done)/\(total) \(unit), \(Int(rate.rounded()))/s, "
                + "\(Self.duration(remaining)) left"
        }
    }

    private func report(_ manifest: SlideManifest) {
        let name = state.withLock { $0.slide }
        switch manifest.status {
        case .failed:
            logger.error("\(name): failed (\(manifest.reason ?? "")): \(manifest.message ?? "")")
        case .noTissue:
            logger.info("\(name): no tissue found")
        case .ok, .okWithWarnings:
            for warning in manifest.warnings { logger.warning("\(name): \(warning)") }
            let score =
                manifest.score.map { " \(manifest.settings.aggregate.rawValue) \(Self.rounded($0))," } ?? ""
            let time = Self.duration(manifest.timing.secondsTotal)
            logger.info(
                "\(name): \(manifest.status.rawValue),\(score) \(manifest.counts.tiles) tiles in \(time)"
            )
            if !manifest.notices.isEmpty { logger.notice("\(name): \(SelfModelMeaning.terminal)") }
        }
    }

    private static func rounded(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }

    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "?" }
        if seconds < 10 { return "\((seconds * 10).rounded() / 10) s" }
        let whole = Int(seconds.rounded())
        if whole < 120 { return "\(whole) s" }
        return whole < 7_200 ? "\(whole / 60) min" : "\(whole / 3_600) h \(whole % 3_600 / 60) min"
    }
}
