/// The steps that compute some values of a graph, and the memory that each step reads and writes.
///
/// A step is a node's kernel, or the packing of weights that change from run to run, placed before its first
/// use. Nodes that no result needs are left out, and of two nodes that one kernel can compute together (see
/// ``Joints``) only the second is a step.
struct Schedule {
    /// A kernel with its operands.
    struct Step {
        let kernel: any TensorKernel
        let inputs: [Place]
        let result: Place
        /// Memory between blocks and finish; nil if the kernel needs none.
        let shared: Place?
        let packed: Place?
    }

    /// Where a tensor lies.
    enum Place {
        /// In a buffer that the schedule shares out, by its number.
        case buffer(Int)
        /// In memory of its own that outlives a run: inputs and parameters, by node.
        case persistent(Int)
        case constant(FrozenTensor)
        case packedConstant(PackedWeights)
    }

    private(set) var steps: [Step] = []
    /// What is to be laid out by ``MemoryPlan``.
    private(set) var buffers: [MemoryPlan.Request] = []
    /// Inputs and parameters in use, in the order of the graph.
    private(set) var persistent: [Int] = []
    private(set) var scratchCount = 0
    private var places: [Int: Place] = [:]
    private var completions: [Int: Int] = [:]
    private var packings: [PackingKey: Place] = [:]

    init(_ graph: Graph, results: [Value]) {
        let nodes = graph.nodes
        let needed = Self.needed(nodes, for: results.map(\.index))
        let kept = Set(results.map { Self.root(of: $0.index, nodes) })
        let joints = Joints(nodes, needed, kept)
        let lastUses = Self.lastUses(nodes, needed, joints)
        for index in nodes.indices where needed[index] {
            switch nodes[index].source {
            case .input, .parameter:
                persistent.append(index)
                places[index] = .persistent(index)
            case .constant(let tensor): places[index] = .constant(tensor)
            case .operation(let operation):
                if operation.isView {
                    places[index] = place(nodes[index].inputs[0])
                    completions[index] = completions[nodes[index].inputs[0]]
                } else if !joints.isJoined(index) {
                    schedule(index, operation, nodes, joints, lastUses, kept)
                    completions[index] = steps.count
                }
            }
        }
        for root in kept {
            if case .buffer(let number)? = places[root] { buffers[number].last = steps.count }
        }
    }

    /// Where a value lies after a run.
    func place(of value: Value) -> Place { place(value.index) }

    /// How many steps must run until a value is there.
    func stepCount(through value: Value) -> Int { completions[value.index] ?? 0 }

    private func place(_ node: Int) -> Place {
        guard let place = places[node] else {
            preconditionFailure("value \(node) is not part of the program")
        }
        return place
    }

    private mutating func schedule(
        _ index: Int, _ operation: any Operation, _ nodes: [Node], _ joints: Joints, _ lastUses: [Int],
        _ kept: Set<Int>
    ) {
        let node = nodes[index]
        let joint = joints[index]
        let kernel =
            joint?.kernel ?? operation.kernel(for: node.inputs.map { nodes[$0].shape }, result: node.shape)
        let operands = joint?.inputs ?? node.inputs
        let packed = kernel.packing.map { packing(of: operands[$0.operand], $0) }
        let inputs = operands.map { place($0) }
        let roots = operands.map { Self.root(of: $0, nodes) }
        let free = kernel.overwritable.first { operand in
            let root = roots[operand]
            guard case .buffer? = places[root], !kept.contains(root) else { return false }
            // What a joined kernel reads in windows must not change under them.
            if joint != nil, roots.filter({ $0 == root }).count > 1 { return false }
            return lastUses[root] == index && nodes[root].shape.count == node.shape.count
        }
        let result = free.map { inputs[$0] } ?? newBuffer(node.shape.count)
        let shared = kernel.sharedCount > 0 ? newBuffer(kernel.sharedCount) : nil
        append(
            Step(kernel: kernel, inputs: inputs, result: result, shared: shared, packed: packed))
        places[index] = result
    }

    /// Where the packed form of some weights lies. Constants keep theirs; weights that change are packed once
    /// in every run, in a step of its own before the first use.
    private mutating func packing(of weights: Int, _ packing: WeightPacking) -> Place {
        let place = place(weights)
        if case .constant(let tensor) = place { return .packedConstant(tensor.packed(packing)) }
        let key = PackingKey(weights: weights, layout: packing.layout)
        if let known = packings[key] { return known }
        let result = newBuffer(packing.count)
        let kernel = PackingKernel(packing: packing)
        append(
            Step(kernel: kernel, inputs: [place], result: result, shared: nil, packed: nil))
        packings[key] = result
        return result
    }

    private mutating func newBuffer(_ count: Int) -> Place {
        buffers.append(MemoryPlan.Request(count: count, first: steps.count, last: steps.count))
        return .buffer(buffers.count - 1)
    }

    private mutating func append(_ step: Step) {
        for case .buffer(let number)? in step.inputs + [step.result, step.shared, step.packed] {
            buffers[number].last = steps.count
        }
        scratchCount = max(scratchCount, step.kernel.scratchCount)
        steps.append(step)
    }

    /// Which nodes the results depend on.
    private static func needed(_ nodes: [Node], for results: [Int]) -> [Bool] {
        var needed = [Bool](repeating: false, count: nodes.count)
        for result in results { needed[result] = true }
        for index in nodes.indices.reversed() where needed[index] {
            for input in nodes[index].inputs { needed[input] = true }
        }
        return needed
    }

    /// For every node that owns memory, the last needed node that reads it, directly or through views.
    private static func lastUses(_ nodes: [Node], _ needed: [Bool], _ joints: Joints) -> [Int] {
        var last = [Int](nodes.indices)
        for index in nodes.indices where needed[index] && !joints.isJoined(index) {
            for input in joints[index]?.inputs ?? nodes[index].inputs { last[root(of: input, nodes)] = index }
        }
        return last
    }

    /// The node that owns the memory of a view.
    static func root(of index: Int, _ nodes: [Node]) -> Int {
        var index = index
        while let operation = nodes[index].operation, operation.isView { index = nodes[index].inputs[0] }
        return index
    }
}

private struct PackingKey: Hashable {
    let weights: Int
    let layout: String
}

/// Packs weights that change between runs. They belong to small networks: one block.
private struct PackingKernel: TensorKernel {
    let changed: WeightPacking
    var blockCount: Int { 1 }

    init(packing: WeightPacking) {
        changed = packing
    }

    func run(block: Int, _ operands: Operands) {
        changed.pack(operands[0], operands.result)
    }
}
