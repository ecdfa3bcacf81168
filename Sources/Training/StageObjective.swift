public import Networks
public import Tensors

/// The loss of one stage of training and its derivatives, as a program that is run once per step.
public final class StageObjective {
    public let autoencoder: StageAutoencoder
    /// Where the next batch goes: [batch, side, side, channels] in [-1, 1], at the full resolution.
    public let images: UnsafeMutableBufferPointer<Float>
    /// Where the features of the next batch go, by tap, if they are computed elsewhere; else empty.
    let originalFeatures: [UnsafeMutableBufferPointer<Float>]
    private let program: Program
    private let alpha: UnsafeMutableBufferPointer<Float>?
    private let values: Values

    private struct Values {
        let losses: Value
        let mean: Value
        let gradients: [Value]

        var all: [Value] { [losses, mean] + gradients }
    }

    /// - Parameters:
    ///   - distances: by the resolution of the images that they compare; of the stage's own resolution and,
    ///     while it fades, of half of it. Not needed for ``TrainingConfiguration/Loss/pixelL1``.
    ///   - side: of the images that are given, in pixels.
    ///   - takesFeatures: whether the features of the images are given, too, instead of being computed.
    public init(
        _ autoencoder: StageAutoencoder, loss: TrainingConfiguration.Loss,
        distances: [Int: PerceptualDistance], batch: Int,
        side: Int, takesFeatures: Bool = false, team: WorkerTeam
    ) {
        self.autoencoder = autoencoder
        values = Self.values(
            autoencoder, loss: loss, distances: distances, batch: batch, side: side,
            takesFeatures: takesFeatures)
        program = Program(values.all, team: team)
        guard let images = program.leaf("images") else { preconditionFailure("a loss without images") }
        self.images = images
        alpha = program.leaf("alpha")
        let extractor = takesFeatures ? distances[autoencoder.architecture.resolution]?.extractor : nil
        originalFeatures = (extractor?.taps ?? []).compactMap { [program] in
            program.leaf(PerceptualExtractor.inputName($0))
        }
    }

    /// Bytes that the objective would take, without taking them.
    static func byteCount(
        _ autoencoder: StageAutoencoder, loss: TrainingConfiguration.Loss,
        distances: [Int: PerceptualDistance], batch: Int, side: Int, workers: Int
    ) -> Int {
        let values = values(
            autoencoder, loss: loss, distances: distances, batch: batch, side: side, takesFeatures: false)
        return Program.byteCount(of: values.all, workers: workers)
    }

    private static func values(
        _ autoencoder: StageAutoencoder, loss: TrainingConfiguration.Loss,
        distances: [Int: PerceptualDistance], batch: Int, side: Int, takesFeatures: Bool
    ) -> Values {
        let graph = Graph()
        let full = graph.input("images", [batch, side, side, autoencoder.architecture.imageChannels])
        let alpha = autoencoder.isFading ? graph.input("alpha", [1]) : nil
        let stage = StageImages(resolution: autoencoder.architecture.resolution, alpha: alpha)
        let input = stage.input(full)
        let code = autoencoder.encode(input, alpha: alpha, in: graph)
        let output = autoencoder.decode(code, alpha: alpha, in: graph)
        let extractor = takesFeatures ? distances[stage.resolution]?.extractor : nil
        let features = extractor?.featureInputs(batch: batch, side: side, in: graph)
        let losses = stage.losses(loss, distances, input, output, features: features, in: graph)
        let mean = losses.mean
        let parameters = graph.parameters(autoencoder.parameters.map(\.name))
        return Values(
            losses: losses, mean: mean, gradients: graph.gradients(of: mean, withRespectTo: parameters))
    }

    /// Share of the new layers in the next run, while the stage fades.
    public func setAlpha(_ value: Float) { alpha?[0] = value }

    /// Computes the loss of ``images`` and its derivatives.
    ///
    /// - Returns: the mean loss of the batch.
    public func run() -> Float {
        program.run()
        return program.result(values.mean)[0]
    }

    /// Computes the loss of every image of ``images`` without derivatives.
    public func runForward() -> UnsafeBufferPointer<Float> {
        program.run(through: values.losses)
        return program.result(values.losses)
    }

    /// Loss of every image of the last run.
    public var losses: [Float] { program.values(values.losses) }

    /// Derivatives of the mean loss in the last run.
    public var gradients: NamedTensors {
        zip(autoencoder.parameters, values.gradients).reduce(into: [:]) { tensors, pair in
            tensors[pair.0.name] = Tensor(shape: pair.0.shape, values: program.values(pair.1))
        }
    }

    /// The weights.
    public var tensors: NamedTensors {
        get {
            autoencoder.parameters.reduce(into: [:]) { tensors, parameter in
                tensors[parameter.name] = Tensor(
                    shape: parameter.shape, values: [Float](memory(of: parameter)))
            }
        }
        set {
            for parameter in autoencoder.parameters {
                guard let tensor = newValue[parameter.name], tensor.shape == parameter.shape else {
                    preconditionFailure("'\(parameter.name)' is missing or misshapen")
                }
                program.set(parameter.name, to: tensor.values)
            }
        }
    }

    /// An optimizer of these weights, without history.
    public func makeOptimizer(learningRate: Double) -> AdamOptimizer {
        let gradients = Dictionary(
            uniqueKeysWithValues: zip(autoencoder.parameters.map(\.name), values.gradients))
        return AdamOptimizer(autoencoder.parameters, learningRate: learningRate) { parameter in
            guard let gradient = gradients[parameter.name] else {
                preconditionFailure("'\(parameter.name)' has no derivative")
            }
            return (memory(of: parameter), program.result(gradient))
        }
    }

    private func memory(of parameter: ParameterShape) -> UnsafeMutableBufferPointer<Float> {
        guard let memory = program.leaf(parameter.name) else {
            preconditionFailure("the loss does not depend on '\(parameter.name)'")
        }
        return memory
    }
}
