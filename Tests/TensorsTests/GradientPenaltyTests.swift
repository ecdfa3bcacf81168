import Kernels
import Tensors
import Testing

/// The derivative of a gradient's norm by the weights, as a Wasserstein critic needs it: the hardest use of
/// second derivatives, through strided convolutions and leaky ReLUs.
@Suite struct `Gradient penalties` {
    private let graph = Graph()
    private let images: Value
    private let critic: Critic
    private let penalty: Value
    private let gradients: [Value]
    private let names = ["w1", "w2", "w3"]

    init() throws {
        images = graph.input("images", [3, 8, 8, 2])
        critic = try Critic(graph, channels: 2)
        penalty = critic.gradientPenalty(images, in: graph)
        gradients = graph.gradients(
            of: penalty, withRespectTo: [critic.weights.first, critic.weights.second, critic.weights.last])
    }

    private func makeProgram() -> Program {
        let program = Program([penalty] + gradients, team: WorkerTeam(count: 1))
        var generator = SeededGenerator(seed: 11)
        for name in ["images", "b1", "w1", "w2", "w3"] {
            let count = program.leaf(name)?.count ?? 0
            program.set(name, to: (0..<count).map { _ in Float(generator.nextUnit()) - 0.5 })
        }
        return program
    }

    /// The penalty jumps where a pre-activation changes its sign. A step of 2^-9 takes few of them there: nine
    /// tenths of the weights must agree, to half a percent of the largest derivative.
    @Test func `the derivative by the weights agrees with finite differences`() throws {
        let program = makeProgram()
        program.run()
        let derivatives = gradients.map(program.values)
        for (name, derivative) in zip(names, derivatives) {
            let scale = derivative.reduce(0) { max($0, abs($1)) }
            #expect(scale > 0.01)
            var agreeing = 0
            for element in derivative.indices {
                let slope = slope(program, name, element, step: 0x1p-9)
                if abs(slope - derivative[element]) < 0.005 * scale { agreeing += 1 }
            }
            #expect(agreeing > derivative.count * 9 / 10, "\(name): \(agreeing) of \(derivative.count)")
        }
    }

    @Test func `descending the penalty brings the gradient's norm to one`() throws {
        let program = makeProgram()
        program.run()
        let before = program.result(penalty)[0]
        for _ in 0..<300 {
            program.run()
            for (name, gradient) in zip(names, gradients) {
                let slope = program.result(gradient)
                guard let weights = program.leaf(name) else { continue }
                for index in slope.indices { weights[index] -= 0.1 * slope[index] }
            }
        }
        program.run(through: penalty)
        #expect(program.result(penalty)[0] < 0.01 * before)
    }

    private func slope(_ program: Program, _ name: String, _ element: Int, step: Float) -> Float {
        guard let weights = program.leaf(name) else { return .nan }
        let original = weights[element]
        let sides = [step, -step].map { shift in
            weights[element] = original + shift
            program.run(through: penalty)
            return program.result(penalty)[0]
        }
        weights[element] = original
        return (sides[0] - sides[1]) / (2 * step)
    }
}
