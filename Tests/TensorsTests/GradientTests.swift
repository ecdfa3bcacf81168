import Kernels
import Tensors
import Testing

@Suite struct GradientTests {
    @Test func `a quadratic has its derivatives`() {
        let graph = Graph()
        let x = graph.parameter("x", [3])
        let y = (x * x * 2 + x).sum
        let first = graph.gradients(of: y, withRespectTo: [x])[0]
        let second = graph.gradients(of: first.sum, withRespectTo: [x])[0]
        let program = Program([y, first, second], team: WorkerTeam(count: 2))
        program.set("x", to: [1, -2, 3])
        program.run()
        #expect(program.values(y) == [30])
        #expect(program.values(first) == [5, -7, 13])
        #expect(program.values(second) == [4, 4, 4])
    }
}
