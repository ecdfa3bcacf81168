/// What a reconstruction is judged by, in training and in scoring alike (Shvetsova et al. 2021, section III-B and the
/// ablations of Table 4).
public enum ReconstructionLoss: Sendable, Hashable {
    /// Relative L1 of features.
    case perceptual
    /// Mean absolute difference of pixel values, which lie in [-1, 1].
    case pixelL1
    /// Perceptual plus `pixelWeight` times pixel L1.
    case mixture(pixelWeight: Double)

    /// Whether features are compared.
    public var isPerceptual: Bool { self != .pixelL1 }

    /// How much the difference of pixels counts.
    public var pixelWeight: Double {
        switch self {
        case .perceptual: 0
        case .pixelL1: 1
        case .mixture(let weight): weight
        }
    }

    /// Names of the kinds in configurations and model files.
    public enum Kind: String, Sendable, CaseIterable, Codable {
        case perceptual
        case pixelL1 = "pixel_l1"
        case mixture
    }

    public var kind: Kind {
        switch self {
        case .perceptual: .perceptual
        case .pixelL1: .pixelL1
        case .mixture: .mixture
        }
    }
}

extension ReconstructionLoss: Codable {
    private enum CodingKeys: String, CodingKey {
        case kind
        case pixelWeight = "pixel_weight"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        switch try fields.decode(Kind.self, forKey: .kind) {
        case .perceptual: self = .perceptual
        case .pixelL1: self = .pixelL1
        case .mixture:
            let weight = try fields.decode(Double.self, forKey: .pixelWeight)
            guard weight > 0, weight.isFinite else {
                throw DecodingError.dataCorruptedError(
                    forKey: .pixelWeight, in: fields, debugDescription: "\(weight) is no weight")
            }
            self = .mixture(pixelWeight: weight)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(kind, forKey: .kind)
        if case .mixture(let weight) = self { try fields.encode(weight, forKey: .pixelWeight) }
    }
}
