public import Tensors

/// The autoencoder of one stage of progressive growing (Karras et al. 2018; Shvetsova et al. 2021, section
/// III-C). While a resolution fades in, the network also has the image layers of half the resolution
/// (`enc.rgb_low`, `dec.rgb_low`), which are blended with the new ones and then dropped.
public struct StageAutoencoder: Sendable, Hashable {
    /// At the stage's resolution.
    public let architecture: AutoencoderArchitecture
    public let isFading: Bool

    /// - Parameter architecture: of the whole network, at its last resolution.
    /// - Throws: if the stage's resolution is not one of the network's.
    public init(
        _ architecture: AutoencoderArchitecture, resolution: Int, isFading: Bool = false
    ) throws(WeightError) {
        self.architecture = try architecture.atResolution(resolution)
        self.isFading = isFading
        if isFading, resolution < 2 * architecture.lowestResolution {
            throw .invalidArchitecture(reason: "nothing fades into \(resolution) px")
        }
    }

    private var half: AutoencoderArchitecture {
        get throws(WeightError) { try architecture.atResolution(architecture.resolution / 2) }
    }

    /// The image layers of half the resolution: encoder and decoder.
    private var low: (encoder: [NetworkLayer], decoder: [NetworkLayer]) {
        guard isFading, let half = try? half else { return ([], []) }
        return (
            half.encoder.prefix(3).map { $0.renamed("rgb", to: "rgb_low") },
            half.decoder.suffix(1).map { $0.renamed("rgb", to: "rgb_low") }
        )
    }

    /// All trainable tensors.
    public var parameters: [ParameterShape] {
        architecture.parameters + (low.encoder + low.decoder).flatMap(\.convolutions).flatMap(\.parameters)
    }

    /// The codes of images [n, R, R, c].
    ///
    /// - Parameter alpha: share of the new layers, a single number; needed while fading.
    public func encode(_ images: Value, alpha: Value?, in graph: Graph) -> Value {
        let weights = trainable(in: graph)
        let layers = architecture.encoder
        guard isFading else { return layers(images, weights) }
        // The image layers (three steps) and the two blocks that halve are new; the rest is shared.
        let new = layers.prefix(5)(images, weights)
        let old = low.encoder(images.averagePooled(window: 2), weights)
        return layers.dropFirst(5)(blend(old, new, alpha), weights)
    }

    /// The images of codes.
    public func decode(_ codes: Value, alpha: Value?, in graph: Graph) -> Value {
        let weights = trainable(in: graph)
        let layers = architecture.decoder
        guard isFading else { return layers(codes, weights) }
        let shared = layers.dropLast(3)(codes, weights)
        let new = layers.suffix(3)(shared, weights)
        let old = low.decoder(shared, weights).enlarged(by: 2)
        return blend(old, new, alpha)
    }

    private func trainable(in graph: Graph) -> GraphWeights {
        let shapes = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, TensorShape($0.shape)) })
        return GraphWeights { name in
            guard let shape = shapes[name] else { preconditionFailure("'\(name)' is no parameter") }
            return graph.parameter(name, shape)
        }
    }
}

/// (1 - alpha) · old + alpha · new
public func blend(_ old: Value, _ new: Value, _ alpha: Value?) -> Value {
    guard let alpha else { preconditionFailure("a fading stage needs alpha") }
    return old * (1 - alpha) + new * alpha
}

extension StageAutoencoder {
    /// The tensors with which this stage begins: those of the stage before, under their new names, and
    /// `fresh` ones for what is new.
    public func tensors(following previous: NamedTensors, fresh: NamedTensors) -> NamedTensors {
        let carried = isFading ? Self.shifted(previous) : previous.filter { !$0.key.contains(".rgb_low.") }
        return Dictionary(
            uniqueKeysWithValues: parameters.compactMap { parameter in
                (carried[parameter.name] ?? fresh[parameter.name]).map { (parameter.name, $0) }
            })
    }

    /// Names after growing by a stage: the image layers become those of half the resolution, and the
    /// encoder's blocks, counted from the highest resolution, move on by two.
    private static func shifted(_ tensors: NamedTensors) -> NamedTensors {
        var result: NamedTensors = [:]
        for (name, tensor) in tensors {
            var parts = name.split(separator: ".").map(String.init)
            if parts[1] == "rgb" {
                parts[1] = "rgb_low"
            } else if parts[0] == "enc", parts[1] == "body", let block = Int(parts[2]) {
                parts[2] = String(block + 2)
            }
            result[parts.joined(separator: ".")] = tensor
        }
        return result
    }
}

extension NetworkLayer {
    /// The same step with the second part of its tensors' names replaced.
    fileprivate func renamed(_ part: String, to new: String) -> NetworkLayer {
        let rename = { (name: String) in name.replacing(".\(part)", with: ".\(new)", maxReplacements: 1) }
        return switch self {
        case .convolution(let layer): .convolution(layer.renamed(rename))
        case .activatedConvolution(let layer): .activatedConvolution(layer.renamed(rename))
        case .residual(let block): .residual(block.renamed(rename))
        }
    }
}

extension ConvolutionLayer {
    fileprivate func renamed(_ rename: (String) -> String) -> ConvolutionLayer {
        ConvolutionLayer(name: rename(name), inputs: inputs, outputs: outputs, side: side, padding: padding)
    }
}

extension ResidualBlock {
    fileprivate func renamed(_ rename: (String) -> String) -> ResidualBlock {
        ResidualBlock(
            first: first.renamed(rename), second: second.renamed(rename), skip: skip?.renamed(rename),
            resampling: resampling)
    }
}
