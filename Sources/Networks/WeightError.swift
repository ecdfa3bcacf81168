/// Why tensors do not make the network that was asked for.
public enum WeightError: Error, Equatable, CustomStringConvertible {
    /// The description of the network itself is impossible.
    case invalidArchitecture(reason: String)
    case missing(tensor: String)
    case surplus(tensors: [String])
    case misshapen(tensor: String, expected: [Int], found: [Int])
    /// A feature statistic that would divide by zero or a negative number.
    case badDeviation(tensor: String, channel: Int)

    public var description: String {
        switch self {
        case .invalidArchitecture(let reason): "impossible network: \(reason)"
        case .missing(let tensor):
            "the weights lack the tensor '\(tensor)'; check that they belong to this architecture"
        case .surplus(let tensors):
            "the weights hold \(tensors.count) tensors that the architecture does not have: "
                + "\(tensors.prefix(3).joined(separator: ", ")); check that they belong to this architecture"
        case .misshapen(let tensor, let expected, let found):
            "'\(tensor)' has the shape \(found) instead of \(expected); check that it belongs to this architecture"
        case .badDeviation(let tensor, let channel):
            "channel \(channel) of '\(tensor)' is not positive; calibrate the features again"
        }
    }
}

/// Name and shape of one trainable tensor.
public struct ParameterShape: Sendable, Hashable {
    public let name: String
    public let shape: [Int]

    public init(name: String, shape: [Int]) {
        self.name = name
        self.shape = shape
    }

    public var count: Int { shape.reduce(1, *) }
}

extension [ParameterShape] {
    /// Total number of weights.
    public var weightCount: Int { reduce(0) { $0 + $1.count } }

    /// Checks that `tensors` are exactly these parameters.
    package func check(_ tensors: NamedTensors) throws(WeightError) {
        for parameter in self {
            guard let tensor = tensors[parameter.name] else { throw .missing(tensor: parameter.name) }
            guard tensor.shape == parameter.shape else {
                throw .misshapen(tensor: parameter.name, expected: parameter.shape, found: tensor.shape)
            }
        }
        let surplus = Set(tensors.keys).subtracting(map(\.name))
        guard surplus.isEmpty else { throw .surplus(tensors: surplus.sorted()) }
    }
}
