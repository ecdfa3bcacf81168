internal import Networks

/// A stretch of training with one network, one loss and one optimizer: the warm-up, then the stages.
package struct TrainingPhase: Sendable, Equatable {
    /// As the loss table names it.
    let name: String
    let stage: TrainingStage
    let loss: TrainingConfiguration.Loss
    /// Updates; with early stopping, the most.
    let iterations: Int
    /// Whether the held-out images decide when it ends.
    let stopsEarly: Bool
    /// Updates between looks at the held-out images; nil if there are none, because the network is not yet what
    /// it will be.
    let checkInterval: Int?

    /// Whether the held-out images are looked at after so many updates of this phase.
    func isLookDue(after update: Int) -> Bool {
        guard let checkInterval else { return false }
        return update % checkInterval == 0 || update == iterations
    }

    /// Share of the new layers in an update (from 0): raised before each, so 1/n at the first and 1 at the
    /// last.
    func alpha(update: Int) -> Float { stage.isFade ? Float(update + 1) / Float(iterations) : 1 }
}

extension TrainingConfiguration {
    /// All phases in their order. The warm-up trains the first stage's network on pixels alone.
    package var phases: [TrainingPhase] {
        var phases: [TrainingPhase] = []
        if schedule.warmup > 0, let first = stages.first {
            phases.append(
                TrainingPhase(
                    name: "warmup", stage: first, loss: .pixelL1, iterations: schedule.warmup,
                    stopsEarly: false, checkInterval: nil))
        }
        let stages = stages
        for (number, stage) in stages.enumerated() {
            var limit = stage.iterations ?? 0
            if stage.iterations == nil, case .earlyStopping(let rule) = schedule.length { limit = rule.limit }
            phases.append(
                TrainingPhase(
                    name: stage.name, stage: stage, loss: loss, iterations: limit,
                    stopsEarly: stage.iterations == nil,
                    checkInterval: number == stages.count - 1 ? checkInterval : nil))
        }
        return phases
    }

    /// Updates between looks at the held-out images.
    private var checkInterval: Int {
        switch schedule.length {
        case .earlyStopping(let rule): rule.checkEvery
        // Often enough to draw a curve, seldom enough to cost little.
        case .iterations(let count): min(1_000, max(50, count / 20))
        }
    }
}
