public import Tensors

/// A trained autoencoder: immutable weights, shared by all workers.
public struct Autoencoder: Sendable {
    public let architecture: AutoencoderArchitecture
    private let weights: [String: FrozenTensor]

    /// Binds weights to an architecture. `tensors` must be exactly ``AutoencoderArchitecture/parameters``.
    ///
    /// - Throws: ``WeightError`` naming a missing, surplus or misshapen tensor.
    public init(_ architecture: AutoencoderArchitecture, tensors: NamedTensors) throws(WeightError) {
        try architecture.parameters.check(tensors)
        self.architecture = architecture
        weights = tensors.mapValues { FrozenTensor($0.values, TensorShape($0.shape)) }
    }

    /// The codes [n, l, l, c] of images [n, R, R, c] in [-1, 1].
    public func encode(_ images: Value, in graph: Graph) -> Value {
        architecture.encoder(images, .frozen(weights, in: graph))
    }

    /// The images of codes, neither clamped nor rounded.
    public func decode(_ codes: Value, in graph: Graph) -> Value {
        architecture.decoder(codes, .frozen(weights, in: graph))
    }

    /// Shape of a batch of images.
    func imageShape(batch: Int) -> TensorShape {
        let side = architecture.resolution
        return [batch, side, side, architecture.imageChannels]
    }
}
