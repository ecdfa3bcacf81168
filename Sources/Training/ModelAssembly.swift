public import Networks
internal import Staining

/// Puts a trained network into a model file.
public struct ModelAssembly: Sendable {
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
        let isPerceptual = configuration.loss.isPerceptual
        let distance: PerceptualDistance? =
            if isPerceptual {
                try PerceptualDistance(
                    set.extractor.extractor(taps: configuration.extractor.taps),
                    statistics: network.statistics)
            } else { nil }
        let detector = Detector.dpa(
            try Reconstruction(
                try Autoencoder(network.architecture, tensors: network.weights), distance: distance,
                loss: configuration.loss))
        var tensors: NamedTensors = [:]
        for (name, tensor) in network.weights { tensors["ae.\(name)"] = tensor }
        let taps = configuration.extractor.taps
        for (tap, values) in isPerceptual ? network.statistics : [:] {
            let name = taps.count == 1 ? "feature" : "feature.\(tap)"
            tensors["\(name).mean"] = Tensor(shape: [values.mean.count], values: values.mean)
            tensors["\(name).std"] = Tensor(shape: [values.deviation.count], values: values.deviation)
        }
        return try file(detector, of: network, tensors, name: name)
    }

    /// The model file of a fitted detector.
    ///
    /// - Parameter name: used if the configuration has none.
    func file(fitted detector: Detector, name: String) throws -> File {
        let tensors: NamedTensors =
            switch detector {
            case .gaussian(_, let distance): distance.tensors
            case .isolationForest(_, let forest): forest.tensors
            case .dpa: preconditionFailure("a network is trained, not fitted")
            }
        return try file(detector, of: nil, tensors, name: name)
    }

    private func file(
        _ detector: Detector, of network: TrainedNetwork?, _ own: NamedTensors, name: String
    ) throws -> File {
        let scores = try heldOutScores(detector)
        var tensors = own
        if configuration.loss.isPerceptual {
            let carried = try set.extractor.tensors(taps: configuration.extractor.taps)
            for (name, tensor) in carried { tensors[name] = tensor }
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

    private func record(
        _ network: TrainedNetwork?, metrics: [String: Double], name: String
    ) -> ModelRecord {
        ModelRecord(
            name: name, version: "1", purpose: "screening for what does not look normal; research only",
            detector: configuration.detector, architecture: network?.architecture, loss: configuration.loss,
            extractor: configuration.loss.isPerceptual
                ? set.extractor.record(taps: configuration.extractor.taps) : nil,
            recipe: configuration.input.recipe,
            training: TrainingRecord(
                data: set.description, licence: set.licence, seed: configuration.seed,
                codeVersion: codeVersion, processor: "\(ProcessorKind.current)"),
            metrics: metrics)
    }

    private func heldOutScores(_ detector: Detector) throws -> ScoreDistribution {
        let side = configuration.input.size
        let scorer = detector.makeScorer(side: side, channels: set.heldOut.channels)
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
