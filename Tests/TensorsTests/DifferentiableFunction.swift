import Kernels
import Tensors
import Testing

/// A function of tensors, given as the graph that computes it, and a seeded point at which to look at it.
struct DifferentiableFunction: Sendable, CustomTestStringConvertible {
    /// Where the elements of an input lie, so that a step of ``largestStep`` crosses no kink and no pole.
    enum Domain: Sendable {
        /// Magnitudes in 0.25..<1.5, of both signs.
        case awayFromZero
        /// 0.5..<2
        case positive
        /// Shuffled multiples of 1/8, all different: no step changes which is the largest.
        case distinct
        /// -2 and 2 in turn: biases that keep pre-activations away from 0, half of them on either side.
        case alternating
    }

    struct Input: Sendable {
        let shape: TensorShape
        let domain: Domain

        init(_ shape: TensorShape, _ domain: Domain = .awayFromZero) {
            self.shape = shape
            self.domain = domain
        }
    }

    let name: String
    let inputs: [Input]
    /// Step of the finite differences, a power of 2.
    let step: Float
    /// One or more results of any shape.
    let results: @Sendable (Graph, [Value]) -> [Value]

    static let largestStep: Float = 0x1p-5

    init(
        _ name: String, _ inputs: [Input], step: Float = largestStep,
        results: @escaping @Sendable (Graph, [Value]) -> [Value]
    ) {
        self.name = name
        self.inputs = inputs
        self.step = step
        self.results = results
    }

    init(
        _ name: String, _ shapes: TensorShape..., domain: Domain = .awayFromZero, step: Float = largestStep,
        result: @escaping @Sendable ([Value]) -> Value
    ) {
        self.init(name, shapes.map { Input($0, domain) }, step: step) { [result($1)] }
    }

    var testDescription: String { name }

    /// The derivatives, by all inputs, of a fixed weighted sum of the squared results. Squares, so that linear
    /// functions have second derivatives too.
    var derivative: DifferentiableFunction {
        DifferentiableFunction(name, inputs, step: step) { [results] graph, inputs in
            let sum = graph.weightedSum(results(graph, inputs).map(\.squared), seed: 2)
            return graph.gradients(of: sum, withRespectTo: inputs)
        }
    }

    /// The same values, with derivatives that are too large by `factor` - 1.
    func withWrongDerivative(factor: Float) -> DifferentiableFunction {
        DifferentiableFunction(name, inputs, step: step) { [results] graph, inputs in
            results(graph, inputs).map { $0 * factor - ($0 * (factor - 1)).detached }
        }
    }

    /// Elements for every input. Multiples of 2^-12 below 2^11, so that adding a step is exact.
    func point(seed: UInt64) -> [[Float]] {
        var generator = SeededGenerator(seed: seed)
        return inputs.map { $0.domain.values(count: $0.shape.count, &generator) }
    }
}

extension DifferentiableFunction.Domain {
    func values(count: Int, _ generator: inout SeededGenerator) -> [Float] {
        switch self {
        case .awayFromZero:
            (0..<count).map { _ in
                let magnitude = Float(generator.next(in: 1_024..<6_144)) * 0x1p-12
                return generator.next(in: 0..<2) == 0 ? magnitude : -magnitude
            }
        case .positive: (0..<count).map { _ in Float(generator.next(in: 2_048..<8_192)) * 0x1p-12 }
        case .distinct:
            (0..<count).shuffled(using: &generator).map { Float($0 - count / 2) * 0.125 }
        case .alternating: (0..<count).map { $0 % 2 == 0 ? 2 : -2 }
        }
    }
}

extension Graph {
    /// The sum of all elements of some values, each element with a weight of its own: nothing cancels by
    /// symmetry.
    func weightedSum(_ values: [Value], seed: UInt64) -> Value {
        var generator = SeededGenerator(seed: seed)
        let sums = values.map { value in
            let weights = DifferentiableFunction.Domain.awayFromZero.values(
                count: value.shape.count, &generator)
            return (value * constant(weights, value.shape)).sum
        }
        return sums.dropFirst().reduce(sums[0], +)
    }
}
