import Tensors

/// Gives a network its weights while it is written into a graph: constants for scoring, parameters for
/// training.
struct GraphWeights {
    private let value: (_ name: String) -> Value

    init(_ value: @escaping (_ name: String) -> Value) {
        self.value = value
    }

    /// Weights that never change, shared by all graphs made from them. `tensors` holds all that are asked for.
    static func frozen(_ tensors: [String: FrozenTensor], in graph: Graph) -> GraphWeights {
        GraphWeights { name in
            guard let tensor = tensors[name] else { preconditionFailure("the weights lack '\(name)'") }
            return graph.constant(tensor)
        }
    }

    subscript(name: String) -> Value { value(name) }
}

extension ConvolutionLayer {
    /// The convolution of a map, stride 1, then a leaky ReLU if `slope` is given.
    func callAsFunction(_ input: Value, _ weights: GraphWeights, slope: Float? = nil) -> Value {
        input.convolved(
            with: weights["\(name).weight"], bias: weights["\(name).bias"], padding: padding, slope: slope)
    }
}

extension NetworkLayer {
    /// The step applied to a map.
    func callAsFunction(_ input: Value, _ weights: GraphWeights) -> Value {
        switch self {
        case .convolution(let layer): layer(input, weights)
        case .activatedConvolution(let layer): layer(input.leakyReLU(slope: Self.slope), weights)
        case .residual(let block): block(input, weights)
        }
    }
}

extension ResidualBlock {
    /// skip(resample(x)) + second(LReLU(first(resample(LReLU(x)))))
    func callAsFunction(_ input: Value, _ weights: GraphWeights) -> Value {
        let slope = NetworkLayer.slope
        let resampled = resampling(input)
        let shortcut = skip.map { $0(resampled, weights) } ?? resampled
        let activated = resampling(input.leakyReLU(slope: slope))
        return second(first(activated, weights, slope: slope), weights) + shortcut
    }
}

extension Resampling {
    func callAsFunction(_ input: Value) -> Value {
        switch self {
        case .none: input
        case .halve: input.averagePooled(window: 2)
        case .double: input.enlarged(by: 2)
        }
    }
}

extension Sequence<NetworkLayer> {
    /// The steps applied one after another.
    func callAsFunction(_ input: Value, _ weights: GraphWeights) -> Value {
        reduce(input) { $1($0, weights) }
    }
}
