/// One convolution of a network: its weights are `<name>.weight` (outputs, inputs, side, side) and
/// `<name>.bias`.
public struct ConvolutionLayer: Sendable, Hashable {
    public let name: String
    public let inputs: Int
    public let outputs: Int
    public let side: Int
    public let padding: Int

    public var parameters: [ParameterShape] {
        [
            ParameterShape(name: "\(name).weight", shape: [outputs, inputs, side, side]),
            ParameterShape(name: "\(name).bias", shape: [outputs]),
        ]
    }

    /// Zero padding that keeps the size, for odd windows.
    static func same(_ name: String, _ inputs: Int, _ outputs: Int, side: Int = 3) -> ConvolutionLayer {
        ConvolutionLayer(name: name, inputs: inputs, outputs: outputs, side: side, padding: side / 2)
    }
}

/// What a residual block does to the resolution.
public enum Resampling: Sendable, Hashable {
    case none
    /// 2 x 2 mean.
    case halve
    /// Nearest neighbor.
    case double
}

/// A pre-activation residual block:
/// skip(resample(x)) + conv2(LReLU(conv1(resample(LReLU(x))))), both windows 3 x 3.
///
/// The skip path takes the input before its activation, and has a 1 x 1 convolution only if the width
/// changes.
public struct ResidualBlock: Sendable, Hashable {
    public let first: ConvolutionLayer
    public let second: ConvolutionLayer
    public let skip: ConvolutionLayer?
    public let resampling: Resampling

    init(
        first: ConvolutionLayer, second: ConvolutionLayer, skip: ConvolutionLayer?, resampling: Resampling
    ) {
        self.first = first
        self.second = second
        self.skip = skip
        self.resampling = resampling
    }

    init(_ name: String, _ inputs: Int, _ outputs: Int, _ resampling: Resampling = .none) {
        self.init(
            first: .same("\(name).c1", inputs, outputs), second: .same("\(name).c2", outputs, outputs),
            skip: inputs == outputs ? nil : .same("\(name).skip", inputs, outputs, side: 1),
            resampling: resampling)
    }
}

/// A step of an autoencoder. The list of steps is the network: scoring, training and export walk the same
/// list.
public enum NetworkLayer: Sendable, Hashable {
    case convolution(ConvolutionLayer)
    /// Leaky ReLU, then the convolution.
    case activatedConvolution(ConvolutionLayer)
    case residual(ResidualBlock)

    public var convolutions: [ConvolutionLayer] {
        switch self {
        case .convolution(let layer), .activatedConvolution(let layer): [layer]
        case .residual(let block): [block.first, block.second] + (block.skip.map { [$0] } ?? [])
        }
    }

    /// Slope of every leaky ReLU of the method (Shvetsova et al. 2021).
    public static let slope: Float = 0.2
}
