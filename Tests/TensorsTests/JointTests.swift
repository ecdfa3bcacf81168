import Kernels
import Tensors
import Testing

/// A node whose value is a result is never computed together with the next: the same graph with more results is
/// the plain computation.
@Suite struct `Two operations in one pass` {
    private func leaves(_ graph: Graph, side: Int) -> (x: Value, weight: Value, bias: Value) {
        (
            graph.parameter("x", [2, side, side, 24]), graph.parameter("weight", [24, 24, 3, 3]),
            graph.parameter("bias", [24])
        )
    }

    private func values(_ results: [Value], read: [Value], workers: Int = 2) -> [[Float]] {
        let program = Program(results, team: WorkerTeam(count: workers))
        for (number, name) in ["x", "weight", "bias"].enumerated() {
            var generator = SeededGenerator(seed: UInt64(number))
            guard let memory = program.leaf(name) else { continue }
            for index in memory.indices { memory[index] = Float(generator.nextUnit() - 0.5) }
        }
        program.run()
        return read.map { program.values($0) }
    }

    @Test(arguments: [6, 24])
    func `the skip of a residual block is added in passing`(side: Int) {
        let graph = Graph()
        let (x, weight, bias) = leaves(graph, side: side)
        // The addend is the convolution's own input, whose memory must not be taken for the sum.
        let input = x.leakyReLU(slope: 0.2)
        let convolution = input.convolved(with: weight, bias: bias, padding: 1)
        let sum = convolution + input
        let other = sum.convolved(with: weight, bias: bias, padding: 1, slope: 0.1) + x.absolute
        let joined = values([other], read: [other])
        let plain = values([other, sum, convolution, input], read: [other, convolution, input, sum])
        #expect(haveSameBytes(joined[0], plain[0]))
        #expect(haveSameBytes(plain[3], zip(plain[1], plain[2]).map { $0 + $1 }))
    }

    @Test(arguments: [6, 10, 13, 24], [nil, 0, 0.2] as [Float?])
    func `the maximum of cells is taken in passing`(side: Int, slope: Float?) {
        let graph = Graph()
        let (x, weight, bias) = leaves(graph, side: side)
        // Some elements are not numbers, and must not disappear.
        let input = (0.496 - x).logarithm
        let convolution = input.convolved(with: weight, bias: bias, padding: 1, slope: slope)
        let pooled = convolution.maximumPooled(window: 2)
        for path in KernelPath.allCases {
            let runs = path.run {
                [[pooled], [pooled, convolution]].map { values($0, read: [pooled], workers: 1)[0] }
            }
            // Nil where the processor cannot run it.
            guard let runs else { continue }
            #expect(haveSameBytes(runs[0], runs[1]), "\(path)")
            #expect(runs[0].contains { $0.isNaN } && runs[0].contains { $0 > 0 }, "\(path)")
        }
    }

    @Test(arguments: [(1, 12), (2, 12), (2, 13)])
    func `derivatives pass the gates of rectified maps in passing`(window: Int, side: Int) {
        let graph = Graph()
        let (x, weight, bias) = leaves(graph, side: side)
        let first = x.convolved(with: weight, bias: bias, padding: 1, slope: 0)
        let pooled = window == 1 ? first : first.maximumPooled(window: window)
        let second = pooled.convolved(with: weight, bias: bias, padding: 1, slope: 0.2)
        let loss = (second * second).mean
        let gradients = graph.gradients(of: loss, withRespectTo: [x, weight, bias])
        let joined = values([loss] + gradients, read: gradients)
        // With every value on the way as a result there is nothing to join.
        let plain = values(graph.everyValue, read: gradients)
        for (left, right) in zip(joined, plain) { #expect(haveSameBytes(left, right)) }
        #expect(joined[0].contains { $0 != 0 })
    }
}
