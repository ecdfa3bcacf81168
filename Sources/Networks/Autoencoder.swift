import Kernels

/// A trained autoencoder: immutable weights, packed for inference and shared by all workers.
public struct Autoencoder: Sendable {
    public let architecture: AutoencoderArchitecture
    let encoder: [LoadedLayer]
    let decoder: [LoadedLayer]

    /// Binds weights to an architecture. `tensors` must be exactly ``AutoencoderArchitecture/parameters``.
    ///
    /// - Throws: ``WeightError`` naming a missing, surplus or misshapen tensor.
    public init(_ architecture: AutoencoderArchitecture, tensors: NamedTensors) throws(WeightError) {
        try architecture.parameters.check(tensors)
        self.architecture = architecture
        encoder = try architecture.encoder.map { layer throws(WeightError) in try LoadedLayer(layer, tensors)
        }
        decoder = try architecture.decoder.map { layer throws(WeightError) in try LoadedLayer(layer, tensors)
        }
    }

    var imageShape: MapShape {
        MapShape(
            height: architecture.resolution, width: architecture.resolution,
            channels: architecture.imageChannels)
    }

    var latentShape: MapShape {
        MapShape(
            height: architecture.latentResolution, width: architecture.latentResolution,
            channels: architecture.latentChannels)
    }
}

/// A layer with its weights.
enum LoadedLayer: Sendable {
    case convolution(ConvolutionKernel, activated: Bool)
    case residual(ResidualKernels)

    init(_ layer: NetworkLayer, _ tensors: NamedTensors) throws(WeightError) {
        switch layer {
        case .convolution(let convolution):
            self = .convolution(try convolution.kernel(tensors), activated: false)
        case .activatedConvolution(let convolution):
            self = .convolution(try convolution.kernel(tensors), activated: true)
        case .residual(let block): self = .residual(try ResidualKernels(block, tensors))
        }
    }

    func outputShape(for shape: MapShape) -> MapShape {
        switch self {
        case .convolution(let kernel, _): kernel.outputShape(for: shape)
        case .residual(let block): block.second.outputShape(for: block.middleShape(for: shape))
        }
    }
}

/// The weights of a residual block.
struct ResidualKernels: Sendable {
    let resampling: Resampling
    let first: ConvolutionKernel
    let second: ConvolutionKernel
    let skip: ConvolutionKernel?

    init(_ block: ResidualBlock, _ tensors: NamedTensors) throws(WeightError) {
        resampling = block.resampling
        first = try block.first.kernel(tensors)
        second = try block.second.kernel(tensors)
        skip = if let layer = block.skip { try layer.kernel(tensors) } else { nil }
    }

    /// Shape between the two convolutions.
    func middleShape(for shape: MapShape) -> MapShape {
        first.outputShape(for: resampling.shape(shape))
    }
}
