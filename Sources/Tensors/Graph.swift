/// A computation written down before it is run: leaves, and operations on earlier values.
///
/// Building a graph computes nothing. ``gradients(of:withRespectTo:)`` extends it by the derivatives, which
/// are made of the same operations and can be differentiated again. A ``Program`` plans the memory once and
/// runs it as often as wanted, without allocating.
///
/// A graph belongs to one thread; the programs made from it are independent of it and of each other.
public final class Graph {
    var nodes: [Node] = []

    public init() {}

    /// A value to be given before each run, such as a batch of images.
    public func input(_ name: String, _ shape: TensorShape) -> Value {
        append(Node(source: .input(name), inputs: [], shape: shape))
    }

    /// A value that persists between runs and that an optimizer changes. Names are unique.
    public func parameter(_ name: String, _ shape: TensorShape) -> Value {
        append(Node(source: .parameter(name), inputs: [], shape: shape))
    }

    /// Parameters of this graph by their names.
    public func parameters(_ names: [String]) -> [Value] {
        let known = nodes.indices.reduce(into: [String: Int]()) { known, index in
            if case .parameter(let name) = nodes[index].source { known[name] = index }
        }
        return names.map { name in
            guard let index = known[name] else { preconditionFailure("there is no parameter '\(name)'") }
            return Value(graph: self, index: index)
        }
    }

    /// A value that never changes; programs share its memory.
    public func constant(_ tensor: FrozenTensor) -> Value {
        append(Node(source: .constant(tensor), inputs: [], shape: tensor.shape))
    }

    /// A constant from values in row-major order.
    public func constant(_ values: [Float], _ shape: TensorShape) -> Value {
        constant(FrozenTensor(values, shape))
    }

    /// All values, for tests.
    package var everyValue: [Value] { nodes.indices.map { Value(graph: self, index: $0) } }

    /// The result of an operation on values of this graph.
    func apply(_ operation: any Operation, to inputs: [Value]) -> Value {
        for input in inputs {
            precondition(input.graph === self, "values of two graphs in one operation")
        }
        let shape = operation.resultShape(of: inputs.map(\.shape))
        return append(Node(source: .operation(operation), inputs: inputs.map(\.index), shape: shape))
    }

    private func append(_ node: Node) -> Value {
        nodes.append(node)
        return Value(graph: self, index: nodes.count - 1)
    }
}

/// One value of a graph. Inputs always stand before the node, so the order of nodes is an order of execution.
struct Node {
    enum Source {
        case input(String)
        case parameter(String)
        case constant(FrozenTensor)
        case operation(any Operation)
    }

    let source: Source
    let inputs: [Int]
    let shape: TensorShape

    /// Name of an input or parameter.
    var name: String? {
        switch source {
        case .input(let name), .parameter(let name): name
        case .constant, .operation: nil
        }
    }

    var operation: (any Operation)? {
        if case .operation(let operation) = source { operation } else { nil }
    }
}

/// A tensor that a graph computes, as a handle: cheap to copy.
public struct Value {
    let graph: Graph
    let index: Int

    public var shape: TensorShape { graph.nodes[index].shape }
}
