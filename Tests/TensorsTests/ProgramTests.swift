import CAllocationCounter
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite struct `Programs` {
    @Test func `the bytes do not depend on the size of the team`() {
        let network = TinyNetwork(side: 64)
        let results = [network.loss] + network.gradients + network.intermediates
        let alone = values(network.makeProgram(results, workers: 1), results)
        for workers in [2, 3, 5] {
            let together = values(network.makeProgram(results, workers: workers), results)
            #expect(haveSameBytes(together, alone), "\(workers) workers")
        }
    }

    @Test func `a second run gives the same bytes, and other inputs others`() {
        let network = TinyNetwork(side: 16)
        let results = [network.loss] + network.gradients
        let program = network.makeProgram(results, workers: 2)
        let first = values(program, results)
        #expect(haveSameBytes(values(program, results), first))
        network.setLeaves(of: program, seed: 50)
        #expect(!haveSameBytes(values(program, results), first))
        network.setLeaves(of: program, seed: 5)
        #expect(haveSameBytes(values(program, results), first))
    }

    @Test func `shared memory changes nothing`() {
        let network = TinyNetwork(side: 16)
        let results = [network.loss] + network.gradients
        let sharing = network.makeProgram(results, workers: 1)
        let keeping = network.makeProgram(results + network.intermediates, workers: 1)
        #expect(haveSameBytes(values(sharing, results), values(keeping, results)))
        for value in results {
            let alone = values(network.makeProgram([value], workers: 1), [value])
            #expect(haveSameBytes(alone, sharing.values(value)))
        }
        #expect(sharing.arenaCount < keeping.arenaCount)
    }

    @Test func `the loss alone has the same value`() {
        let network = TinyNetwork(side: 16)
        let program = network.makeProgram([network.loss] + network.gradients, workers: 2)
        program.run(through: network.loss)
        let loss = program.values(network.loss)
        program.run()
        #expect(program.values(network.loss) == loss)
    }

    @Test func `a run through a value computes nothing behind it`() {
        let graph = Graph()
        let x = graph.input("x", [2])
        let (before, behind) = (x * 2, x.exponential)
        let program = Program([behind, before], team: WorkerTeam(count: 1))
        program.set("x", to: [0, 0])
        program.run()
        program.set("x", to: [3, 4])
        program.run(through: before)
        #expect(program.values(before) == [6, 8] && program.values(behind) == [1, 1])
    }

    @Test func `weights that changed are packed again, also those that are computed`() {
        let graph = Graph()
        let (x, w) = (graph.input("x", [1, 1, 1, 1]), graph.parameter("w", [1, 1, 1, 1]))
        let doubled = w * 2
        let product = x.convolved(with: w)
        let both = product.convolved(with: w) + product.convolved(with: doubled)
        let program = Program([product, both], team: WorkerTeam(count: 1))
        program.set("x", to: [3])
        for weight in [2, -5, 0.5] as [Float] {
            program.set("w", to: [weight])
            program.run()
            #expect(program.values(product) == [3 * weight])
            #expect(program.values(both) == [9 * weight * weight])
        }
    }

    @Test func `one constant serves as weights of two shapes`() {
        let graph = Graph()
        let tensor = FrozenTensor((0..<8).map(Float.init), [4, 2, 1, 1])
        let weights = graph.constant(tensor)
        let images = (graph.input("two", [1, 1, 1, 2]), graph.input("four", [1, 1, 1, 4]))
        let results = [
            images.0.convolved(with: weights),
            images.1.convolved(with: weights.reshaped(to: [2, 4, 1, 1])),
        ]
        let program = Program(results, team: WorkerTeam(count: 1))
        program.set("two", to: [1, 10])
        program.set("four", to: [1, 10, 100, 1_000])
        program.run()
        #expect(results.map(program.values) == [[10, 32, 54, 76], [3_210, 7_654]])
    }

    @Test func `leaves, constants, views and repeated values are results too`() {
        let graph = Graph()
        let x = graph.parameter("x", [2, 2])
        let constant = graph.constant([5, 6], [2])
        let sum = x + constant
        let view = sum.reshaped(to: [4])
        // The exponential may not overwrite the sum, which is wanted under two names.
        let results = [
            x, constant, view, sum, view, x.reshaped(to: [4]), (sum.exponential - sum.exponential),
        ]
        let program = Program(results, team: WorkerTeam(count: 2))
        program.set("x", to: [1, 2, 3, 4])
        program.run()
        #expect(
            results.map(program.values)
                == [
                    [1, 2, 3, 4], [5, 6], [6, 8, 8, 10], [6, 8, 8, 10], [6, 8, 8, 10], [1, 2, 3, 4],
                    [0, 0, 0, 0],
                ])
    }

    @Test func `leaves that nothing depends on have no memory`() {
        let graph = Graph()
        let (x, y) = (graph.input("x", [1]), graph.input("y", [1]))
        let (double, triple) = (x * 2, y * 3)
        let program = Program([double], team: WorkerTeam(count: 1))
        program.set("x", to: [4])
        program.set("y", to: [5])
        program.run()
        #expect(program.leaf("y") == nil && program.values(double) == [8])
        #expect(triple.shape == [1])
    }

    @Test func `a chain of elementwise operations needs one buffer`() {
        let graph = Graph()
        let x = graph.input("x", [1_024])
        let chain = (0..<20).reduce(x) { value, _ in ((value * 0.5) + x).hyperbolicTangent }
        #expect(Program([chain], team: WorkerTeam(count: 1)).arenaCount == 1_024)
    }

    /// Runs, and returns all elements of some results.
    private func values(_ program: Program, _ results: [Value]) -> [Float] {
        program.run()
        return results.flatMap(program.values)
    }
}

@Suite struct `Sums and means` {
    /// Every running sum of 256 additions may be off by half a unit of its last digit each time, 8·10⁻⁶ of it
    /// in all.
    @Test(arguments: [1, 2, 3, 17])
    func `the mean of equal elements is that element`(_ channels: Int) {
        let graph = Graph()
        let x = graph.input("x", [2, 200, 200, channels])
        let (mean, total) = (x.mean(over: [0, 1, 2]), x.mean)
        let program = Program([mean, total], team: WorkerTeam(count: 2))
        program.set("x", to: [Float](repeating: 0.9, count: x.shape.count))
        program.run()
        for value in program.values(mean) + program.values(total) { #expect(abs(value - 0.9) < 4e-6) }
    }

    /// All ways of cutting the work: short rows, long rows, and an inner axis of more than one block.
    @Test(arguments: [
        [70_000, 3, 1], [3, 70_000, 1], [1, 5_000, 7], [40, 300, 20], [1, 3, 40_000], [2, 600, 17_000],
    ])
    func `sums over an axis agree with double precision`(_ sizes: [Int]) {
        let graph = Graph()
        let x = graph.input("x", TensorShape(sizes))
        let sum = x.sum(over: [1])
        let program = Program([sum], team: WorkerTeam(count: 2))
        let values = (0..<x.shape.count).map { Float(($0 &* 7_919) % 1_009) / 1_009 }
        program.set("x", to: values)
        program.run()
        let inner = sizes[2]
        var expected = [Double](repeating: 0, count: sizes[0] * inner)
        for index in values.indices {
            expected[index / (sizes[1] * inner) * inner + index % inner] += Double(values[index])
        }
        let difference = maximumRelativeDifference(program.values(sum).map(Double.init), expected)
        #expect((difference ?? .infinity) < 1e-6)
    }
}

@Suite struct `Programs and the heap` {
    @Test(arguments: [1, 2, 3])
    func `a run allocates nothing, on any thread`(_ workers: Int) {
        let network = TinyNetwork(side: 32)
        let team = WorkerTeam(count: workers)
        let program = Program([network.loss] + network.gradients, team: team)
        network.setLeaves(of: program, seed: 5)
        program.run()
        let reading = AllocationReading.overhead(of: team)
        let before = AllocationReading.total(of: team)
        for _ in 0..<3 {
            program.run()
            program.run(through: network.loss)
        }
        #expect(AllocationReading.total(of: team) - before == reading)
    }
}
