import Tensors
import Testing

@Suite struct `Derivatives against finite differences` {
    @Test(arguments: DifferentiableOperations.all)
    func `first derivatives agree`(_ function: DifferentiableFunction) {
        let error = DerivativeCheck(function).largestError()
        #expect(error < DerivativeCheck.tolerance)
    }

    @Test(arguments: DifferentiableOperations.all)
    func `second derivatives agree`(_ function: DifferentiableFunction) {
        let error = DerivativeCheck(function.derivative).largestError()
        #expect(error < DerivativeCheck.tolerance)
    }

    @Test(arguments: DifferentiableOperations.all)
    func `a derivative wrong by one percent is caught`(_ function: DifferentiableFunction) {
        let wrong = function.withWrongDerivative(factor: 1.01)
        #expect(DerivativeCheck(wrong).largestError() > 2 * DerivativeCheck.tolerance)
    }

    @Test func `a forgotten derivative is caught`() {
        let forgotten = DifferentiableFunction("x * constant x", [4]) { $0[0] * $0[0].detached }
        #expect(DerivativeCheck(forgotten).largestError() > 0.4)
    }

    @Test func `nothing to compare is no agreement`() {
        let constant = DifferentiableFunction("0 * x", [4]) { $0[0] * 0 }
        #expect(DerivativeCheck(constant).largestError() == .infinity)
    }

    @Test func `detached values and signs have the derivative zero`() {
        let graph = Graph()
        let x = graph.parameter("x", [3])
        let independent = graph.parameter("independent", [2])
        for value in [x.detached.sum, (x.squared.detached * 2).sum, x.sign.sum] {
            let gradients = graph.gradients(of: value, withRespectTo: [x, independent])
            let program = Program(gradients, team: WorkerTeam(count: 1))
            program.set("x", to: [1, -2, 3])
            program.run()
            #expect(gradients.map(program.values) == [[0, 0, 0], [0, 0]])
        }
    }

    @Test func `derivatives by values in the middle of a graph stop there`() {
        let graph = Graph()
        let x = graph.parameter("x", [3])
        let middle = x.squared
        let y = (middle * middle + middle * x).sum
        let gradients = graph.gradients(of: y, withRespectTo: [middle, x, y])
        let program = Program(gradients, team: WorkerTeam(count: 1))
        program.set("x", to: [1, -2, 3])
        program.run()
        #expect(gradients.map(program.values) == [[3, 6, 21], [7, -20, 135], [1]])
    }
}
