import Foundation
import Logging
import Synchronization

/// A line on standard error that rewrites itself on a terminal; elsewhere a message now and then.
final class ProgressLine: Sendable {
    private struct State {
        var shownAt: ContinuousClock.Instant?
        var length = 0
    }

    private let logger: Logger
    private let isQuiet: Bool
    private let drawsLine: Bool
    private let state = Mutex(State())

    init(logger: Logger, isQuiet: Bool, drawsLine: Bool) {
        self.logger = logger
        self.isQuiet = isQuiet
        self.drawsLine = drawsLine
    }

    /// Shows `text` if the last line is old enough.
    func show(isLast: Bool = false, _ text: () -> String) {
        guard !isQuiet else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            let interval: Duration = drawsLine ? .milliseconds(200) : .seconds(20)
            let isDue = now - (state.shownAt ?? now) >= interval
            if state.shownAt == nil { state.shownAt = now }
            guard isDue || (drawsLine && isLast) else { return }
            state.shownAt = now
            let text = text()
            guard drawsLine else { return logger.info("\(text)") }
            Terminal.show(
                "\r" + text + String(repeating: " ", count: max(0, state.length - text.count)))
            state.length = text.count
        }
    }

    /// Removes the line, so that other text can follow.
    func erase() {
        state.withLock { state in
            guard state.length > 0 else { return }
            Terminal.show("\r" + String(repeating: " ", count: state.length) + "\r")
            state.length = 0
        }
    }
}
