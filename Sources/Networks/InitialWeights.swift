import Kernels

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Random weights to begin training with.
public enum InitialWeights {
    /// Convolutions: Kaiming normal for leaky ReLU, by the outputs (He et al. 2015): standard deviation
    /// sqrt(2 / (1 + slope²)) / sqrt(outputs · window). Biases: uniform within ±1 / sqrt(inputs · window).
    ///
    /// A tensor depends on the seed, its name and its shape alone.
    public static func tensors(_ parameters: [ParameterShape], seed: UInt64) -> NamedTensors {
        var tensors: NamedTensors = [:]
        var window = 1
        for parameter in parameters {
            var generator = SeededGenerator(seed: hash(parameter.name, seed: seed))
            if parameter.shape.count == 4 {
                let area = parameter.shape[2] * parameter.shape[3]
                window = parameter.shape[1] * area
                let slope = Double(NetworkLayer.slope)
                let deviation = (2 / (1 + slope * slope) / Double(parameter.shape[0] * area)).squareRoot()
                tensors[parameter.name] = Tensor(
                    shape: parameter.shape,
                    values: (0..<parameter.count).map { _ in Float(deviation * generator.nextNormal()) })
            } else {
                // A bias follows the weight of its convolution.
                let bound = 1 / Double(window).squareRoot()
                tensors[parameter.name] = Tensor(
                    shape: parameter.shape,
                    values: (0..<parameter.count).map { _ in Float(bound * (2 * generator.nextUnit() - 1)) })
            }
        }
        return tensors
    }

    private static func hash(_ name: String, seed: UInt64) -> UInt64 {
        name.utf8.reduce(SeededGenerator.hash(seed)) { SeededGenerator.hash($0, Int($1)) }
    }
}

extension SeededGenerator {
    /// A normally distributed number (Box and Muller 1958).
    fileprivate mutating func nextNormal() -> Double {
        let radius = (-2 * log(1 - nextUnit())).squareRoot()
        return radius * cos(2 * .pi * nextUnit())
    }
}
