import Kernels
import Tensors

/// Compares the derivatives that a graph computes with finite differences of its values.
///
/// The scalar is a weighted sum of all results; its derivative by every single element of every input is
/// compared. Central differences with a step h and with h/2 are combined so that the error of order h² drops
/// out (Richardson); what remains is of order h⁴, 10⁻⁶ for h = 1/32 and derivatives around 1. Points and steps
/// are short binary fractions, so that x ± h is exact, and the values are subtracted element by element in
/// double precision before they are summed, so that the noise is that of the few results which the step
/// changes: about 10⁻⁷ / h = 3·10⁻⁶. Hence ``tolerance`` leaves a hundredfold margin for functions whose higher
/// derivatives are large, and is ten times smaller than an error of 1 %.
struct DerivativeCheck {
    static let tolerance = 1e-3

    private let function: DifferentiableFunction
    private let point: [[Float]]
    private let weights: [[Double]]
    private let forward: Program
    private let results: [Value]
    /// The derivative by every element, as the graph computes it.
    private let derivatives: [[Float]]

    init(_ function: DifferentiableFunction, seed: UInt64 = 1) {
        self.function = function
        point = function.point(seed: seed)
        let graph = Graph()
        let inputs = function.inputs.enumerated().map { graph.parameter("input \($0)", $1.shape) }
        results = function.results(graph, inputs)
        let team = WorkerTeam(count: 1)
        forward = Program(results, team: team)
        let gradients = graph.gradients(
            of: graph.weightedSum(results, seed: seed + 100), withRespectTo: inputs)
        var generator = SeededGenerator(seed: seed + 100)
        weights = results.map {
            DifferentiableFunction.Domain.awayFromZero.values(count: $0.shape.count, &generator).map(
                Double.init)
        }
        let backward = Program(gradients, team: team)
        for (index, values) in point.enumerated() { backward.set("input \(index)", to: values) }
        backward.run()
        derivatives = gradients.map(backward.values)
    }

    /// The largest difference between the two derivatives by an element of an input, divided by the largest
    /// derivative by an element of that input. Infinite if a derivative is not finite, or if all derivatives
    /// by an input are zero, so that there was nothing to compare.
    func largestError() -> Double {
        point.indices.reduce(0) { largest, input in
            let differences = point[input].indices.map { finiteDifference(input, $0) }
            let scale = differences.reduce(0) { max($0, abs($1)) }
            let error = zip(differences, derivatives[input]).reduce(0.0) { error, pair in
                let difference = abs(pair.0 - Double(pair.1))
                return difference.isFinite ? max(error, difference) : .infinity
            }
            return max(largest, scale > 0 ? error / scale : .infinity)
        }
    }

    /// Richardson's combination of two central differences.
    private func finiteDifference(_ input: Int, _ element: Int) -> Double {
        let (whole, half) = (function.step, function.step / 2)
        return (4 * centralDifference(input, element, half) - centralDifference(input, element, whole)) / 3
    }

    private func centralDifference(_ input: Int, _ element: Int, _ step: Float) -> Double {
        let above = values(input, element, shiftedBy: step)
        let below = values(input, element, shiftedBy: -step)
        var sum = 0.0
        for (result, weights) in weights.enumerated() {
            for index in weights.indices {
                sum += weights[index] * (Double(above[result][index]) - Double(below[result][index]))
            }
        }
        return sum / Double(2 * step)
    }

    private func values(_ input: Int, _ element: Int, shiftedBy step: Float) -> [[Float]] {
        for index in point.indices { forward.set("input \(index)", to: point[index]) }
        forward.leaf("input \(input)")?[element] += step
        forward.run()
        return results.map(forward.values)
    }
}
