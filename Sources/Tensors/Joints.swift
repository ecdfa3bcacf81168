/// Pairs of nodes that one kernel computes together: a convolution whose result only an addition, the gate of a leaky
/// ReLU or a maximum of cells reads. The map between them is never stored.
struct Joints {
    /// What replaces the second node of a pair.
    struct Pair {
        let kernel: any TensorKernel
        let inputs: [Int]
    }

    private var pairs: [Int: Pair] = [:]
    private var joined: Set<Int> = []

    /// - Parameter kept: nodes whose values are results.
    init(_ nodes: [Node], _ needed: [Bool], _ kept: Set<Int>) {
        var uses = [Int](repeating: 0, count: nodes.count)
        for index in nodes.indices where needed[index] {
            for input in nodes[index].inputs { uses[input] += 1 }
        }
        for index in nodes.indices where needed[index] {
            let node = nodes[index]
            guard let joint = node.operation?.joint else { continue }
            let (first, others) = (node.inputs[0], node.inputs.dropFirst())
            let shape = nodes[first].shape
            guard others.allSatisfy({ nodes[$0].shape == shape && node.shape == shape }) else { continue }
            guard uses[first] == 1, !kept.contains(first), let operation = nodes[first].operation,
                !operation.isView
            else { continue }
            let inputs = nodes[first].inputs
            let kernel = operation.kernel(for: inputs.map { nodes[$0].shape }, result: shape)
            guard let kernel = kernel.joined(by: joint) else { continue }
            pairs[index] = Pair(kernel: kernel, inputs: inputs + others)
            joined.insert(first)
        }
    }

    /// The pair that ends with a node.
    subscript(index: Int) -> Pair? { pairs[index] }

    /// Whether a node is the first of a pair, and thus no step of its own.
    func isJoined(_ index: Int) -> Bool { joined.contains(index) }
}
