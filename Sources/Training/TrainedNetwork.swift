public import Networks

/// What training ends with.
public struct TrainedNetwork: Sendable {
    public let architecture: AutoencoderArchitecture
    public let weights: NamedTensors
    public let statistics: [FeatureTap: FeatureStatistics]
    public let log: LossLog
    /// Mean loss of the held-out images with these weights; where there are more than 512, of 512 that are spread
    /// evenly over their list.
    public let heldOutLoss: Float?
}

/// How far a training is.
public struct TrainingProgress: Sendable, Equatable {
    /// Updates made, over all phases.
    public let step: Int
    /// Updates at most.
    public let total: Int
    /// Whether the held-out images may end the training before `total`.
    public let mayEndEarlier: Bool
    /// Name of the phase, such as `warmup`, `64`, `fade 64`.
    public let phase: String
    /// Updates made in the phase, and at most.
    public let update: Int
    public let updates: Int
    public let loss: Float
    public let heldOutLoss: Float?

    /// Whether no other phase follows.
    public var isLastPhase: Bool { step - update + updates == total }
}

/// Why training ended without a model.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
    case diverged(step: Int, loss: Float)
    /// No held-out image could be scored.
    case noScores

    public var description: String {
        switch self {
        case .diverged(let step, let loss):
            "the training diverged (loss \(loss) after \(step) updates); give a lower optimizer.learning_rate"
        case .noScores: "no held-out image could be scored, so the model would not know what is normal"
        }
    }
}
