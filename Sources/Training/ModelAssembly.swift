public import Networks
internal import Staining

/// Puts a trained network into a model file.
public struct ModelAssembly {
    public let configuration: TrainingConfiguration
    public let set: TrainingSet
    public let codeVersion: String

    public init(_ configuration: TrainingConfiguration, set: TrainingSet, codeVersion: String) {
        self.configuration = configuration
        self.set = set
        self.codeVersion = codeVersion
    }

    /// The model file as bytes, with the scores of the held-out images, which are computed here as screening
    /// computes them.
    ///
    /// - Parameter name: used if the configuration has none.
    public func file(_ network: TrainedNetwork, name: String) throws -> (bytes: [UInt8], scores: ScoreDistribution) {
        let scores = try heldOutScores(network)
        var tensors: NamedTensors = [:]
        for (name, tensor) in network.weights { tensors["ae.\(name)"] = tensor }
        for (name, tensor) in try set.extractor.tensors() { tensors[name] = tensor }
        let taps = configuration.extractor.taps
        for (tap, values) in network.statistics {
            let name = taps.count == 1 ? "feature" : "feature.\(tap)"
            tensors["\(name).mean"] = Tensor(shape: [values.mean.count], values: values.mean)
            tensors["\(name).std"] = Tensor(shape: [values.deviation.count], values: values.deviation)
        }
        if let target = set.stainTarget, configuration.input.stain != nil {
            for (name, tensor) in Self.tensors(target) { tensors[name] = tensor }
        }
        tensors["score.normal"] = Tensor(shape: [scores.sorted.count], values: scores.sorted)
        let record = record(network, scores, name: configuration.name ?? name)
        return (
            try ModelFile.encode(record, tensors: tensors, configuration: configuration.json()), scores
        )
    }

    private static func tensors(_ target: StainTarget) -> NamedTensors {
        let rows = [target.matrix.hematoxylin, target.matrix.eosin]
        let (first, second) = (target.robustMaximum.x, target.robustMaximum.y)
        return [
            "stain.matrix": Tensor(
                shape: [2, 3], values: rows.flatMap { [Float($0.x), Float($0.y), Float($0.z)] }),
            "stain.p99": Tensor(shape: [2], values: [Float(first), Float(second)]),
        ]
    }

    private func record(_ network: TrainedNetwork, _ scores: ScoreDistribution, name: String) -> ModelRecord {
        var metrics: [String: Double] = [
            "training_images": Double(set.training.count), "held_out_images": Double(set.heldOut.count),
            "updates": Double(network.log.rows.last?.step ?? 0),
            "held_out_score_median": Double(scores.sorted[scores.sorted.count / 2]),
        ]
        let last = network.log.rows.suffix(50).compactMap(\.loss)
        if !last.isEmpty {
            metrics["training_loss"] = last.reduce(0) { $0 + Double($1) } / Double(last.count)
        }
        return ModelRecord(
            name: name, version: "1", purpose: "screening for what does not look normal; research only",
            architecture: network.architecture,
            extractor: set.extractor.record(taps: configuration.extractor.taps),
            recipe: configuration.input.recipe,
            training: TrainingRecord(
                data: set.description, licence: set.licence, seed: configuration.seed,
                codeVersion: codeVersion),
            metrics: metrics)
    }

    private func heldOutScores(_ network: TrainedNetwork) throws -> ScoreDistribution {
        let scorer = PerceptualScorer(
            try Autoencoder(network.architecture, tensors: network.weights),
            try PerceptualDistance(
                set.extractor.extractor(taps: configuration.extractor.taps), statistics: network.statistics))
        let side = configuration.input.size
        var image = [Float](repeating: 0, count: side * side * set.heldOut.channels)
        var scores: [Float] = []
        for index in 0..<set.heldOut.count {
            image.withUnsafeMutableBufferPointer { buffer in
                guard let target = buffer.baseAddress else { return }
                set.heldOut.writeCenter(of: index, side: side, into: target)
            }
            scores.append(try scorer.score(image))
        }
        guard let distribution = ScoreDistribution(scores) else { throw TrainingError.noScores }
        return distribution
    }
}
