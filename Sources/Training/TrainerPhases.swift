internal import Networks

/// Networks, memory and weights of the phases.
extension Trainer {
    /// Sets up what a phase works with, at the present state.
    func makeDesk(_ phase: TrainingPhase) throws -> TrainingDesk {
        let caches = try FeatureCache.suits(configuration, phase, set, limit: featureCacheLimit)
        let objective = StageObjective(
            try network(of: phase), loss: phase.loss, distances: try calibration.distances(of: phase),
            batch: configuration.optimizer.batch, side: configuration.input.size, takesFeatures: caches,
            team: team)
        objective.tensors = state.weights
        let optimizer = objective.makeOptimizer(learningRate: configuration.optimizer.learningRate)
        if !state.moments.isEmpty { try optimizer.restore(state.moments, updates: state.update) }
        let sampler = BatchSampler(
            images: set.training, side: configuration.input.size, batch: configuration.optimizer.batch,
            augmentation: configuration.augmentation, seed: configuration.seed)
        let features = caches ? try cache(set.training, Array(0..<set.training.count), phase) : nil
        return TrainingDesk(
            objective: objective, optimizer: optimizer,
            loader: BatchLoader(sampler, into: objective, features: features, team: team),
            heldOut: try HeldOutLoss(set.heldOut, side: configuration.input.size) { indices in
                caches ? try cache(set.heldOut, indices, phase) : nil
            })
    }

    private func cache(
        _ images: PreparedImages, _ indices: [Int], _ phase: TrainingPhase
    ) throws -> FeatureCache {
        try FeatureCache(
            images, indices, extractor: set.extractor.extractor(taps: phase.stage.taps),
            side: configuration.input.size, batch: configuration.optimizer.batch, team: team)
    }

    private func network(of phase: TrainingPhase) throws(WeightError) -> StageAutoencoder {
        try StageAutoencoder(architecture, resolution: phase.stage.resolution, isFading: phase.stage.isFade)
    }

    func freshWeights(of phase: TrainingPhase) throws(WeightError) -> NamedTensors {
        InitialWeights.tensors(try network(of: phase).parameters, seed: configuration.seed)
    }

    /// The weights with which a phase begins: the same network goes on, another resolution grows from it.
    func weights(
        entering phase: TrainingPhase, from previous: TrainingPhase
    ) throws(WeightError) -> NamedTensors {
        if phase.stage == previous.stage { return state.weights }
        return try network(of: phase).tensors(following: state.weights, fresh: freshWeights(of: phase))
    }
}
