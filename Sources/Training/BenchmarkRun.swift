internal import Kernels
internal import Networks
internal import Pixels
internal import Tensors

/// A task made ready to run, with seeded inputs.
final class BenchmarkRun {
    /// What goes in, in PyTorch's layout.
    private(set) var inputs: NamedTensors = [:]
    /// The extractor's multiplications of one run; nil where they say little.
    private(set) var multiplications: Int?
    private var work: () throws -> Void = {}
    private var results: () -> NamedTensors = { [:] }

    init(
        _ task: BenchmarkTask, extractor: (_ taps: [FeatureTap]) throws -> PerceptualExtractor, threads: Int
    ) throws {
        switch task {
        case .features64: try prepareFeatures(task, side: 64, extractor, threads)
        case .features128: try prepareFeatures(task, side: 128, extractor, threads)
        case .trainingStep:
            let architecture = try AutoencoderArchitecture(
                imageChannels: 3, resolution: 64, width: 4, latentChannels: 4, latentResolution: 8)
            try prepareTraining(task, architecture, FeatureTap(block: 4, convolution: 2), extractor, threads)
        case .smallTrainingStep:
            let architecture = try AutoencoderArchitecture(
                imageChannels: 3, resolution: 32, width: 32, latentChannels: 32, latentResolution: 1)
            try prepareTraining(task, architecture, FeatureTap(block: 3, convolution: 2), extractor, threads)
        case .scoring: try prepareScoring()
        }
    }

    func step() throws { try work() }

    /// What came out of the last step, in PyTorch's layout.
    var outputs: NamedTensors { results() }

    private func prepareFeatures(
        _ task: BenchmarkTask, side: Int, _ extractor: ([FeatureTap]) throws -> PerceptualExtractor,
        _ threads: Int
    ) throws {
        let network = try extractor([NetworkBenchmark.deepestTap])
        let reader = FeatureReader(
            network, batch: task.images, side: side, channels: 3, team: WorkerTeam(count: threads))
        Self.fill(reader.images)
        inputs["images"] = Self.image(reader.images, [task.images, side, side, 3])
        multiplications = task.images * network.multiplications(side: side)
        work = { reader.run() }
        results = {
            let side = side / 8
            return ["features": Self.image(reader.features(at: 0), [task.images, side, side, 512])]
        }
    }

    private func prepareTraining(
        _ task: BenchmarkTask, _ architecture: AutoencoderArchitecture, _ tap: FeatureTap,
        _ extractor: ([FeatureTap]) throws -> PerceptualExtractor, _ threads: Int
    ) throws {
        let (network, side) = (try extractor([tap]), architecture.resolution)
        let team = WorkerTeam(count: threads)
        let statistics = try Self.statistics(network, tap, side: side)
        let stage = try StageAutoencoder(architecture, resolution: side)
        let objective = StageObjective(
            stage, loss: .perceptual,
            distances: [side: try PerceptualDistance(network, statistics: [tap: statistics])],
            batch: task.images, side: side, team: team)
        objective.tensors = InitialWeights.tensors(stage.parameters, seed: 3139)
        let optimizer = objective.makeOptimizer(learningRate: 1e-3)
        Self.fill(objective.images)
        inputs = Dictionary(
            uniqueKeysWithValues: objective.tensors.map { ("weight.\($0.key)", $0.value) })
        inputs["images"] = Self.image(objective.images, [task.images, side, side, 3])
        inputs["feature.mean"] = Tensor(shape: [statistics.mean.count], values: statistics.mean)
        inputs["feature.std"] = Tensor(shape: [statistics.deviation.count], values: statistics.deviation)
        multiplications = 3 * task.images * network.multiplications(side: side)
        work = {
            _ = objective.run()
            optimizer.update()
        }
        results = {
            var tensors = Dictionary(
                uniqueKeysWithValues: objective.gradients.map { ("gradient.\($0.key)", $0.value) })
            tensors["losses"] = Tensor(shape: [task.images], values: objective.losses)
            return tensors
        }
    }

    private func prepareScoring() throws {
        let model = try BuiltInModels.load(BuiltInModels.source)
        guard case .dpa(let reconstruction) = model.detector else {
            throw ModelFileError.contradiction("the benchmark needs a model that reconstructs")
        }
        let scorer = PerceptualScorer(reconstruction)
        let shape = [1, scorer.side, scorer.side, scorer.input.channels]
        var image = [Float](repeating: 0, count: shape.reduce(1, *))
        image.withUnsafeMutableBufferPointer { Self.fill($0) }
        inputs["image"] = image.withUnsafeBufferPointer { Self.image($0, shape) }
        var score: Float = 0
        work = { score = try scorer.score(image) }
        results = {
            [
                "score": Tensor(shape: [1], values: [score]),
                "reconstruction": scorer.reconstruction.withUnsafeBufferPointer { Self.image($0, shape) },
            ]
        }
    }

    /// Statistics of the features of some of the images.
    private static func statistics(
        _ network: PerceptualExtractor, _ tap: FeatureTap, side: Int
    ) throws -> FeatureStatistics {
        var calibration = FeatureCalibration(
            network, batch: 4, side: side, channels: 3, team: WorkerTeam(count: 1))
        var images = [Float](repeating: 0, count: 4 * side * side * 3)
        images.withUnsafeMutableBufferPointer { fill($0) }
        images.withUnsafeBufferPointer { calibration.add($0, count: 4) }
        guard let statistics = try calibration.statistics(floor: 0.1)[tap] else {
            throw WeightError.missing(tensor: "feature.\(tap).mean")
        }
        return statistics
    }

    /// Uniform noise in [-1, 1].
    private static func fill(_ values: UnsafeMutableBufferPointer<Float>) {
        var generator = SeededGenerator(seed: 64)
        for index in values.indices { values[index] = Float(2 * generator.nextUnit() - 1) }
    }

    private static func image(_ values: UnsafeMutableBufferPointer<Float>, _ shape: [Int]) -> Tensor {
        image(UnsafeBufferPointer(values), shape)
    }

    /// [n, h, w, c] as [n, c, h, w].
    private static func image(_ values: UnsafeBufferPointer<Float>, _ shape: [Int]) -> Tensor {
        let (pixels, channels) = (shape[1] * shape[2], shape[3])
        var planes = [Float](repeating: 0, count: values.count)
        for index in values.indices {
            let (position, channel) = index.quotientAndRemainder(dividingBy: channels)
            let (image, pixel) = position.quotientAndRemainder(dividingBy: pixels)
            planes[(image * channels + channel) * pixels + pixel] = values[index]
        }
        return Tensor(shape: [shape[0], channels, shape[1], shape[2]], values: planes)
    }
}
