import Foundation
import Logging
import Screening
import Synchronization

/// Shows a run: a line that rewrites itself on a terminal, a plain line now and then elsewhere.
final class ProgressDisplay: Sendable {
    private struct State {
        var slide = ""
        var startedAt = ContinuousClock.now
        var shownAt: ContinuousClock.Instant?
        var lineLength = 0
    }

    private let logger: Logger
    private let isQuiet: Bool
    /// Whether a line is drawn over and over; else progress is a message now and then.
    private let drawsLine: Bool
    private let state = Mutex(State())

    init(logger: Logger, isQuiet: Bool, drawsLine: Bool) {
        self.logger = logger
        self.isQuiet = isQuiet
        self.drawsLine = drawsLine
    }

    func show(_ event: ScreenProgress) {
        switch event {
        case .slideStarted(let number, let total, let id):
            state.withLock {
                $0.slide = total > 1 ? "[\(number)/\(total)] \(id)" : id
                $0.startedAt = .now
                $0.shownAt = nil
            }
        case .surveying(let done, let total): update("finding tissue", done, total, unit: "blocks")
        case .sampling(let done, let total): update("reading the sample", done, total, unit: "cells")
        case .learning(let done, let total): update("learning the slide", done, total, unit: "updates")
        case .tiles(let done, let total): update("scoring", done, total, unit: "tiles")
        case .slideFinished(let manifest):
            erase()
            report(manifest)
        }
    }

    /// Removes the progress line, so that other text can follow.
    func erase() {
        state.withLock { state in
            guard state.lineLength > 0 else { return }
            write("\r" + String(repeating: " ", count: state.lineLength) + "\r")
            state.lineLength = 0
        }
    }

    private func update(_ what: String, _ done: Int, _ total: Int, unit: String) {
        guard !isQuiet else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            if done <= 1 { state.startedAt = now }
            let interval: Duration = drawsLine ? .milliseconds(200) : .seconds(20)
            guard
                now - (state.shownAt ?? state.startedAt) >= interval
                    || (drawsLine && done == total)
            else { return }
            state.shownAt = now
            let seconds = (now - state.startedAt) / .seconds(1)
            let rate = seconds > 0 ? Double(done) / seconds : 0
            let remaining = rate > 0 ? Double(total - done) / rate : 0
            let text =
                "\(state.slide): \(what) \(done)/\(total) \(unit), \(Int(rate.rounded()))/s, "
                + "\(Self.duration(remaining)) left"
            guard drawsLine else { return logger.info("\(text)") }
            write("\r" + text + String(repeating: " ", count: max(0, state.lineLength - text.count)))
            state.lineLength = text.count
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

    private func write(_ text: String) { Terminal.show(text) }

    private static func rounded(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }

    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "?" }
        if seconds < 10 { return "\((seconds * 10).rounded() / 10) s" }
        let whole = Int(seconds.rounded())
        if whole < 120 { return "\(whole) s" }
        return whole < 7_200 ? "\(whole / 60) min" : "\(whole / 3_600) h \(whole % 3_600 / 60) min"
    }
}
