import Kernels

/// A graph made ready to run: kernels chosen, memory laid out, nothing left to allocate.
///
/// Give values to the inputs and parameters, run, read the results; as often as wanted. A program belongs to
/// one thread at a time and spreads its work over a ``WorkerTeam``. The results do not depend on the size of
/// the team.
public final class Program {
    private let graph: Graph
    private let steps: [BoundStep]
    private let memory: ProgramMemory
    private let leaves: [String: Tensor]
    private let results: [Int: Tensor]
    private let team: WorkerTeam
    private var current = 0

    /// A tensor's memory, and how many steps must run until it holds the value.
    private struct Tensor {
        let memory: UnsafeMutableBufferPointer<Float>
        let steps: Int
    }

    /// Plans the computation of `results`, and of nothing that they do not need.
    public init(_ results: [Value], team: WorkerTeam) {
        guard let graph = results.first?.graph else { preconditionFailure("a program without results") }
        precondition(results.allSatisfy { $0.graph === graph }, "a program for values of two graphs")
        self.graph = graph
        let schedule = Schedule(graph, results: results)
        let memory = ProgramMemory(schedule, graph, workers: team.count)
        var leaves: [String: Tensor] = [:]
        for node in schedule.persistent {
            guard let name = graph.nodes[node].name else { continue }
            let tensor = Tensor(
                memory: memory.buffer(of: .persistent(node), graph.nodes[node].shape), steps: 0)
            precondition(leaves.updateValue(tensor, forKey: name) == nil, "two leaves called '\(name)'")
        }
        self.leaves = leaves
        self.results = results.reduce(into: [:]) { known, value in
            known[value.index] = Tensor(
                memory: memory.buffer(of: schedule.place(of: value), value.shape),
                steps: schedule.stepCount(through: value))
        }
        steps = schedule.steps.enumerated().map { BoundStep($1, number: $0, memory) }
        self.memory = memory
        self.team = team
    }

    /// Memory of an input or parameter, for as long as the program lives; nil if no result depends on it.
    public func leaf(_ name: String) -> UnsafeMutableBufferPointer<Float>? { leaves[name]?.memory }

    /// Gives an input or parameter its values; one that no result depends on is left alone.
    public func set(_ name: String, to values: [Float]) {
        guard let target = leaf(name) else { return }
        precondition(values.count == target.count, "\(values.count) values for '\(name)' of \(target.count)")
        _ = target.update(from: values)
    }

    /// Memory of a result, valid until the next run: one of the values that the program was made for. A result
    /// that the last run did not reach has undefined elements.
    public func result(_ value: Value) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(tensor(value).memory)
    }

    /// A copy of a result.
    public func values(_ value: Value) -> [Float] { [Float](result(value)) }

    /// Computes all results.
    public func run() { run(steps: steps.count) }

    /// Computes one result, with what stands before it in the graph and nothing that stands behind it: the loss
    /// without its gradients.
    public func run(through value: Value) { run(steps: tensor(value).steps) }

    private func tensor(_ value: Value) -> Tensor {
        guard value.graph === graph, let found = results[value.index] else {
            preconditionFailure("the program was not made for this value")
        }
        return found
    }

    private func run(steps count: Int) {
        for number in 0..<count {
            current = number
            team.run(self, blocks: steps[number].kernel.blockCount)
            steps[number].finish(scratch: memory.scratch(of: 0))
        }
    }

    /// Floats of memory for values between the steps.
    public var arenaCount: Int { memory.arenaCount }
}

extension Program: BlockWork {
    package func run(block: Int, worker: Int) {
        steps[current].run(block: block, scratch: memory.scratch(of: worker))
    }
}

/// A step with its addresses.
private struct BoundStep {
    let kernel: any TensorKernel
    let inputs: UnsafePointer<UnsafePointer<Float>>
    let result: UnsafeMutablePointer<Float>
    let shared: UnsafeMutablePointer<Float>
    let packed: UnsafePointer<Float>

    init(_ step: Schedule.Step, number: Int, _ memory: ProgramMemory) {
        kernel = step.kernel
        inputs = memory.operands(of: number)
        result = memory.address(step.result)
        shared = step.shared.map { memory.address($0) } ?? result
        packed = UnsafePointer(step.packed.map { memory.address($0) } ?? result)
    }

    func run(block: Int, scratch: UnsafeMutablePointer<Float>) {
        kernel.run(block: block, operands(scratch))
    }

    func finish(scratch: UnsafeMutablePointer<Float>) {
        kernel.finish(operands(scratch))
    }

    private func operands(_ scratch: UnsafeMutablePointer<Float>) -> Operands {
        Operands(inputs: inputs, result: result, shared: shared, packed: packed, scratch: scratch)
    }
}
