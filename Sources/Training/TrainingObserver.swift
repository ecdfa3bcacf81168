internal import Foundation
public import Networks

/// Watches a training and decides when it saves and stops.
public protocol TrainingObserver: AnyObject {
    /// Asked before every update: true ends the training after a checkpoint.
    var wantsToStop: Bool { get }
    /// Asked after every update.
    var wantsCheckpoint: Bool { get }
    func didUpdate(step: Int, of total: Int, phase: String, loss: Float)
}

/// What training ends with.
public struct TrainedNetwork: Sendable {
    public let architecture: AutoencoderArchitecture
    public let weights: NamedTensors
    public let statistics: [FeatureTap: FeatureStatistics]
    public let log: LossLog
}

/// Why training ended without a model.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
    case diverged(step: Int, loss: Float)
    /// No held-out image could be scored.
    case noScores

    public var description: String {
        switch self {
        case .diverged(let step, let loss):
            "the loss became \(loss) after \(step) updates; give a lower optimizer.learning_rate"
        case .noScores: "no held-out image could be scored, so the model would not know what is normal"
        }
    }
}
