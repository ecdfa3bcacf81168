internal import Kernels
public import Networks
public import Tensors

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Teaches a small extractor to predict the features of VGG19, through a linear map that is thrown away
/// afterwards (Hinton et al. 2015; Romero et al. 2015, "FitNets").
///
/// Runs at a tenth of the cost of its teacher, and its licence follows the teacher's.
public final class Distillation {
    /// How long and how fast.
    public struct Settings: Sendable, Codable, Equatable {
        public var blocks = [[32, 32], [64, 64], [128, 128]]
        public var teacherTap = FeatureTap(block: 3, convolution: 2)
        public var updates = 4_000
        public var batch = 16
        public var learningRate = 0.001
        public var seed: UInt64 = 1

        public init() {}
    }

    public let settings: Settings
    private let student: StudentExtractor
    private let crops: MixedCrops
    private let program: Program
    private let optimizer: AdamOptimizer
    private let parameters: [ParameterShape]
    private let values: Values

    private struct Values {
        let loss: Value
        /// Squared error, and squared deviation of the teacher's features from their means.
        let error: Value
        let spread: Value
    }

    /// Updates over which the learning rate rises from 0.
    private static let rampUpdates = 50

    public init(
        _ settings: Settings, teacher: ExtractorSource, training: MixedCrops, team: WorkerTeam
    ) throws {
        self.settings = settings
        crops = training
        student = StudentExtractor(blocks: settings.blocks)
        let extractor = try teacher.extractor(taps: [settings.teacherTap])
        let statistics = try Self.calibrated(extractor, settings, training, team)
        let channels = extractor.channels(at: settings.teacherTap)
        let width = settings.blocks.last?.last ?? 0
        parameters =
            student.parameters + [
                ParameterShape(name: "head.weight", shape: [channels, width, 1, 1]),
                ParameterShape(name: "head.bias", shape: [channels]),
            ]
        let graph = Graph()
        let shapes = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, TensorShape($0.shape)) })
        let weights = { (name: String) in graph.parameter(name, shapes[name] ?? .scalar) }
        let images = graph.input("images", [settings.batch, training.side, training.side, 3])
        let raw = extractor.features(of: images, in: graph)[0]
        let goal =
            (raw - graph.constant(statistics.mean, [channels]))
            * graph.constant(statistics.deviation.map { 1 / $0 }, [channels])
        let map = student.features(of: images, weights: weights, in: graph)
        let prediction = map.convolved(with: weights("head.weight"), bias: weights("head.bias"))
        let error = (prediction - goal).squared
        values = Values(loss: error.mean, error: error.sum, spread: goal.squared.sum)
        let gradients = graph.gradients(
            of: values.loss, withRespectTo: graph.parameters(parameters.map(\.name)))
        let program = Program([values.loss, values.error, values.spread] + gradients, team: team)
        self.program = program
        for (name, tensor) in InitialWeights.tensors(parameters, seed: settings.seed) {
            program.set(name, to: tensor.values)
        }
        let byName = Dictionary(uniqueKeysWithValues: zip(parameters.map(\.name), gradients))
        optimizer = AdamOptimizer(parameters, learningRate: settings.learningRate) { parameter in
            guard let memory = program.leaf(parameter.name), let gradient = byName[parameter.name] else {
                preconditionFailure("'\(parameter.name)' is not learned")
            }
            return (memory, program.result(gradient))
        }
    }

    /// Trains to the end.
    ///
    /// - Parameter progress: called after every update with its number and loss.
    /// - Throws: ``TrainingError/diverged(step:loss:)``, `CancellationError`.
    public func run(_ progress: (Int, Float) -> Void) throws {
        for update in 0..<settings.updates {
            try Task.checkCancellation()
            fill(crops, step: update)
            program.run()
            let loss = program.result(values.loss)[0]
            guard loss.isFinite else { throw TrainingError.diverged(step: update, loss: loss) }
            optimizer.learningRate = learningRate(at: update)
            optimizer.update()
            progress(update + 1, loss)
        }
    }

    /// A short ramp, then half a cosine down to 0 (Loshchilov and Hutter 2017).
    private func learningRate(at update: Int) -> Double {
        let ramp = min(1, Double(update + 1) / Double(Self.rampUpdates))
        return settings.learningRate * ramp
            * (0.5 + 0.5 * cos(.pi * Double(update) / Double(settings.updates)))
    }

    /// Part of the variance of the teacher's features that the student explains on other crops: 1 is perfect,
    /// 0 no better than the mean of the training crops.
    public func explainedVariance(_ crops: MixedCrops, batches: Int) -> Double {
        var (error, spread) = (0.0, 0.0)
        for step in 0..<batches {
            fill(crops, step: step)
            program.run(through: values.spread)
            error += Double(program.result(values.error)[0])
            spread += Double(program.result(values.spread)[0])
        }
        return 1 - error / spread
    }

    /// The student's weights, without the linear map.
    public var tensors: NamedTensors {
        student.parameters.reduce(into: [:]) { tensors, parameter in
            guard let memory = program.leaf(parameter.name) else { return }
            tensors[parameter.name] = Tensor(shape: parameter.shape, values: [Float](memory))
        }
    }

    /// How model files refer to the student.
    public var record: ExtractorRecord {
        ExtractorRecord(family: .perceptualNet, blocks: settings.blocks, taps: [student.tap])
    }

    private func fill(_ crops: MixedCrops, step: Int) {
        guard let images = program.leaf("images")?.baseAddress else { return }
        crops.fill(step: step, batch: settings.batch, into: images)
    }

    private static func calibrated(
        _ extractor: PerceptualExtractor, _ settings: Settings, _ crops: MixedCrops, _ team: WorkerTeam
    ) throws -> FeatureStatistics {
        var calibration = FeatureCalibration(
            extractor, batch: settings.batch, side: crops.side, channels: 3, team: team)
        var images = [Float](repeating: 0, count: settings.batch * crops.side * crops.side * 3)
        for step in 0..<max(1, 640 / settings.batch) {
            images.withUnsafeMutableBufferPointer { buffer in
                guard let target = buffer.baseAddress else { return }
                // Steps that training never reaches.
                crops.fill(step: settings.updates + step, batch: settings.batch, into: target)
            }
            images.withUnsafeBufferPointer { calibration.add($0, count: settings.batch) }
        }
        guard let statistics = try calibration.statistics(floor: 0.1)[settings.teacherTap] else {
            throw WeightError.missing(tensor: "feature.\(settings.teacherTap)")
        }
        return statistics
    }
}
