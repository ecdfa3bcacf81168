import Kernels
public import Networks

/// Adam (Kingma and Ba 2015) as PyTorch computes it: beta 0.9 and 0.999, epsilon 1e-8, no weight decay.
///
/// Works in place on the memory of a program's parameters and gradients.
public final class AdamOptimizer {
    /// A tensor under optimization, with its gradient and moments.
    private struct Parameter {
        let shape: ParameterShape
        let values: UnsafeMutableBufferPointer<Float>
        let gradient: UnsafeBufferPointer<Float>
        let moments: Moments
    }

    /// Moving averages of the gradient and of its square.
    private final class Moments {
        let first: FloatStorage
        let second: FloatStorage

        init(count: Int) {
            first = FloatStorage(count: count)
            second = FloatStorage(count: count)
        }
    }

    private let parameters: [Parameter]
    /// Of the next update; a schedule may change it.
    public var learningRate: Double
    /// Updates so far.
    public private(set) var updates = 0

    private static let decay = (first: 0.9, second: 0.999)
    private static let epsilon: Float = 1e-8

    /// - Parameter memory: for each parameter its values and its gradient, which must outlive the optimizer.
    public init(
        _ shapes: [ParameterShape], learningRate: Double,
        memory: (ParameterShape) -> (UnsafeMutableBufferPointer<Float>, UnsafeBufferPointer<Float>)
    ) {
        self.learningRate = learningRate
        parameters = shapes.map { shape in
            let (values, gradient) = memory(shape)
            precondition(values.count == shape.count && gradient.count == shape.count, "\(shape.name)")
            return Parameter(
                shape: shape, values: values, gradient: gradient, moments: Moments(count: shape.count))
        }
    }

    /// One update of all parameters by their present gradients.
    public func update() {
        updates += 1
        // Rounded after the subtraction: 1 - Float(0.999) would differ in the fifth digit.
        let (gain1, gain2) = (Float(1 - Self.decay.first), Float(1 - Self.decay.second))
        let beta2 = Float(Self.decay.second)
        let correction1 = 1 - power(Self.decay.first, updates)
        let correction2 = 1 - power(Self.decay.second, updates)
        let step = Float(learningRate / correction1)
        let root = Float(correction2.squareRoot())
        for parameter in parameters {
            let (first, second) = (parameter.moments.first.pointer, parameter.moments.second.pointer)
            for index in parameter.values.indices {
                let gradient = parameter.gradient[index]
                first[index] += (gradient - first[index]) * gain1
                second[index] = second[index] * beta2 + gradient * gradient * gain2
                parameter.values[index] -=
                    step * (first[index] / (second[index].squareRoot() / root + Self.epsilon))
            }
        }
    }

    /// base^exponent by repeated squaring: the same digits on every machine.
    private func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }

    /// The moments, as `<name>.m` and `<name>.v`, to go on later.
    public var state: NamedTensors {
        parameters.reduce(into: [:]) { state, parameter in
            let (shape, count) = (parameter.shape.shape, parameter.shape.count)
            state["\(parameter.shape.name).m"] = Tensor(
                shape: shape, values: parameter.moments.first.values(count))
            state["\(parameter.shape.name).v"] = Tensor(
                shape: shape, values: parameter.moments.second.values(count))
        }
    }

    /// Goes on from an earlier ``state`` after `updates` updates.
    ///
    /// - Throws: if a moment is missing or misshapen.
    public func restore(_ state: NamedTensors, updates: Int) throws(WeightError) {
        for parameter in parameters {
            for (suffix, isFirst) in [("m", true), ("v", false)] {
                let name = "\(parameter.shape.name).\(suffix)"
                guard let tensor = state[name] else { throw .missing(tensor: name) }
                guard tensor.shape == parameter.shape.shape else {
                    throw .misshapen(tensor: name, expected: parameter.shape.shape, found: tensor.shape)
                }
                let target = isFirst ? parameter.moments.first.pointer : parameter.moments.second.pointer
                for (index, value) in tensor.values.enumerated() { target[index] = value }
            }
        }
        self.updates = updates
    }
}
