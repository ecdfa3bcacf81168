public import Networks
internal import Staining

/// Puts a trained network into a model file.
public struct ModelAssembly {
    public let configuration: TrainingConfiguration
    public let set: TrainingSet
    public let codeVersion: String
    /// Equal for trainings that must give the same model.
    public let trainingIdentity: String?

    public init(
        _ configuration: TrainingConfiguration, set: TrainingSet, codeVersion: String,
        trainingIdentity: String? = nil
    ) {
        self.configuration = configuration
        self.set = set
        self.codeVersion = codeVersion
        self.trainingIdentity = trainingIdentity
    }

    /// A model file, and what it says.
    public struct File: Sendable {
        public let bytes: [UInt8]
        /// Of the held-out images.
        public let scores: ScoreDistribution
        public let metrics: [String: Double]
    }

    /// The model file, with the scores of the held-out images, which are computed here as screening computes
    /// them.
    ///
    /// - Parameter name: used if the configuration has none.
    public func file(_ network: TrainedNetwork, name: String) throws -> File {
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
        let record = record(
            network, metrics: TrainingReport.metrics(network, set, scores), name: configuration.name ?? name)
        return File(
            bytes: try ModelFile.encode(
                record, tensors: tensors, configuration: configuration.json(),
                trainingIdentity: trainingIdentity),
            scores: scores, metrics: record.metrics)
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

    private func record(_ network: TrainedNetwork, metrics: [String: Double], name: String) -> ModelRecord {
        ModelRecord(
            name: name, version: "1", purpose: "screening for what does not look normal; research only",
            architecture: network.architecture,
            extractor: set.extractor.record(taps: configuration.extractor.taps),
            recipe: configuration.input.recipe,
            training: TrainingRecord(
                data: set.description, licence: set.licence, seed: configuration.seed,
                codeVersion: codeVersion, processor: "\(ProcessorKind.current)"),
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
            if Task.isCancelled { throw CancellationError() }
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
