/// Reverse-mode differentiation.
extension Graph {
    /// The derivatives of a scalar by some values, as values of the same shapes.
    ///
    /// Walks the graph backward once. Every node hands its cotangent, multiplied by its Jacobian, to its
    /// inputs; contributions of several uses add up. Paths that do not come from `sources` are not followed.
    /// A source on which the scalar does not depend has the derivative zero.
    public func gradients(of scalar: Value, withRespectTo sources: [Value]) -> [Value] {
        precondition(scalar.shape.count == 1, "the gradient of \(scalar.shape) values instead of one")
        precondition(
            ([scalar] + sources).allSatisfy { $0.graph === self }, "derivatives of values of another graph")
        let depends = dependents(of: sources, upTo: scalar.index)
        var cotangents: [Int: Value] = [
            scalar.index: constant([1], [1]).reshaped(to: scalar.shape)
        ]
        for index in stride(from: scalar.index, through: 0, by: -1) where depends[index] {
            let node = nodes[index]
            guard let operation = node.operation, let cotangent = cotangents[index] else { continue }
            let inputs = node.inputs.map { Value(graph: self, index: $0) }
            let contributions = operation.cotangents(
                cotangent, inputs: inputs, result: Value(graph: self, index: index))
            for (input, contribution) in zip(inputs, contributions) where depends[input.index] {
                guard let contribution else { continue }
                precondition(contribution.shape == input.shape, "\(operation) returns a misshapen derivative")
                cotangents[input.index] = cotangents[input.index].map { $0 + contribution } ?? contribution
            }
        }
        return sources.map { source in
            cotangents[source.index]
                ?? constant([Float](repeating: 0, count: source.shape.count), source.shape)
        }
    }

    /// For every node up to `last`: whether its value changes with one of `sources`.
    private func dependents(of sources: [Value], upTo last: Int) -> [Bool] {
        var depends = [Bool](repeating: false, count: last + 1)
        for source in sources where source.index <= last { depends[source.index] = true }
        for index in 0...last where !depends[index] {
            depends[index] = nodes[index].inputs.contains { depends[$0] }
        }
        return depends
    }
}
