internal import Foundation
internal import Networks

/// Where a training stands: all that is needed to go on as if it had never stopped.
///
/// Batches follow from the number of the update, so no state of a random generator is kept.
struct TrainingState: Equatable {
    /// Number of the phase.
    var phase = 0
    /// Updates made in this phase.
    var update = 0
    /// Updates made in all phases.
    var step = 0
    var weights: NamedTensors
    /// Adam's moments; empty at the beginning of a phase.
    var moments: NamedTensors = [:]
    var stopping = EarlyStoppingState()
    /// Weights at the lowest held-out loss, once there is one.
    var bestWeights: NamedTensors = [:]
    var log = LossLog()
}

/// What early stopping remembers.
package struct EarlyStoppingState: Equatable, Codable {
    /// Lowest held-out loss that counted as a gain.
    package var best: Float?
    /// Looks without gain since then.
    package var checksWithoutGain = 0

    package init(best: Float? = nil, checksWithoutGain: Int = 0) {
        self.best = best
        self.checksWithoutGain = checksWithoutGain
    }

    /// Takes note of a held-out loss.
    ///
    /// - Returns: whether it is a gain.
    package mutating func isGain(_ loss: Float, minimum: Double) -> Bool {
        // What is no number is no gain.
        let isGain = loss.isFinite && best.map { Double(loss) < Double($0) - minimum } ?? true
        if isGain { best = loss }
        checksWithoutGain = isGain ? 0 : checksWithoutGain + 1
        return isGain
    }
}

extension TrainingConfiguration {
    /// Mean held-out loss of the weights that a finished training keeps: the last ones, or with early stopping
    /// the best.
    func keptHeldOutLoss(_ log: LossLog) -> Float? {
        let looks = log.rows.compactMap(\.heldOutLoss)
        guard case .earlyStopping(let rule) = schedule.length else { return looks.last }
        var stopping = EarlyStoppingState()
        for loss in looks { _ = stopping.isGain(loss, minimum: rule.minimumGain) }
        return stopping.best
    }
}
