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
struct EarlyStoppingState: Equatable, Codable {
    /// Lowest held-out loss that counted as a gain.
    var best: Float?
    /// Looks without gain since then.
    var checksWithoutGain = 0

    /// Takes note of a held-out loss.
    ///
    /// - Returns: whether it is a gain.
    mutating func isGain(_ loss: Float, minimum: Double) -> Bool {
        if let best, Double(loss) >= Double(best) - minimum {
            checksWithoutGain += 1
            return false
        }
        (best, checksWithoutGain) = (loss, 0)
        return true
    }
}
