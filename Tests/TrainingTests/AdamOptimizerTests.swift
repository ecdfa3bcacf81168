import Foundation
import Kernels
import Networks
import TestSupport
import Testing
import Training

@Suite struct `Adam` {
    private static let shapes = [
        ParameterShape(name: "a", shape: [3, 2]), ParameterShape(name: "b", shape: [5]),
    ]

    /// Parameters and gradients outside of any network.
    private final class Bench {
        let values: [String: UnsafeMutableBufferPointer<Float>]
        let gradients: [String: UnsafeMutableBufferPointer<Float>]
        let optimizer: AdamOptimizer

        init(rate: Double) {
            func memory() -> [String: UnsafeMutableBufferPointer<Float>] {
                shapes.reduce(into: [:]) { $0[$1.name] = .allocate(capacity: $1.count) }
            }
            let (values, gradients) = (memory(), memory())
            for shape in shapes {
                values[shape.name]?.initialize(repeating: 0.5)
                gradients[shape.name]?.initialize(repeating: 0)
            }
            (self.values, self.gradients) = (values, gradients)
            let empty = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
            optimizer = AdamOptimizer(shapes, learningRate: rate) { shape in
                (values[shape.name] ?? empty, UnsafeBufferPointer(gradients[shape.name] ?? empty))
            }
        }

        deinit {
            for memory in [values, gradients] { for buffer in memory.values { buffer.deallocate() } }
        }

        /// One update by gradients over eight orders of magnitude.
        func update(_ random: inout SeededGenerator) -> [Float] {
            for shape in shapes {
                guard let gradient = gradients[shape.name] else { continue }
                for index in gradient.indices {
                    let size = exp(18 * random.nextUnit() - 16)
                    gradient[index] = Float(size * (2 * random.nextUnit() - 0.7))
                }
            }
            optimizer.update()
            return shapes.flatMap { [Float](gradients[$0.name] ?? .init(start: nil, count: 0)) }
        }

        var all: [Float] { shapes.flatMap { [Float](values[$0.name] ?? .init(start: nil, count: 0)) } }
    }

    @Test func `fifty updates agree with the textbook in double precision`() throws {
        let bench = Bench(rate: 0.01)
        var random = SeededGenerator(seed: 8)
        var values = [Double](repeating: 0.5, count: 11)
        var (first, second) = ([Double](repeating: 0, count: 11), [Double](repeating: 0, count: 11))
        for step in 1...50 {
            let gradients = bench.update(&random)
            for (index, gradient) in gradients.map(Double.init).enumerated() {
                first[index] = 0.9 * first[index] + 0.1 * gradient
                second[index] = 0.999 * second[index] + 0.001 * gradient * gradient
                let mean = first[index] / (1 - pow(0.9, Double(step)))
                let square = second[index] / (1 - pow(0.999, Double(step)))
                values[index] -= 0.01 * mean / (square.squareRoot() + 1e-8)
            }
            let difference = try #require(maximumDifference(bench.all.map(Double.init), values))
            #expect(difference < 3e-7 * Double(step), "update \(step): \(difference)")
        }
        #expect(bench.optimizer.updates == 50)
    }

    @Test func `the first update goes by the rate against the gradient, however large that is`() {
        let bench = Bench(rate: 0.01)
        var random = SeededGenerator(seed: 2)
        let gradients = bench.update(&random)
        for (value, gradient) in zip(bench.all, gradients) where abs(gradient) > 1e-5 {
            #expect(abs(value - (0.5 - (gradient > 0 ? 0.01 : -0.01))) < 2e-5)
        }
    }

    @Test func `saved and restored it goes on alike, and refuses moments that do not fit`() throws {
        let (whole, part) = (Bench(rate: 0.02), Bench(rate: 0.02))
        var (random, same) = (SeededGenerator(seed: 5), SeededGenerator(seed: 5))
        for _ in 0..<20 { _ = whole.update(&random) }
        for _ in 0..<7 { _ = part.update(&same) }
        let resumed = Bench(rate: 0.02)
        for (name, values) in part.values { _ = resumed.values[name]?.update(from: values) }
        try resumed.optimizer.restore(part.optimizer.state, updates: 7)
        for _ in 7..<20 { _ = resumed.update(&same) }
        #expect(resumed.all == whole.all && resumed.optimizer.state == whole.optimizer.state)
        var state = part.optimizer.state
        state["b.v"] = Tensor(shape: [4], values: [0, 0, 0, 0])
        #expect(throws: WeightError.self) { try resumed.optimizer.restore(state, updates: 7) }
        state["b.v"] = nil
        #expect(throws: WeightError.missing(tensor: "b.v")) {
            try resumed.optimizer.restore(state, updates: 7)
        }
    }
}
