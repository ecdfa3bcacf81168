extension Value {
    /// The same elements in the same order under other sizes. Costs nothing.
    public func reshaped(to shape: TensorShape) -> Value {
        shape == self.shape ? self : graph.apply(Reshape(shape: shape), to: [self])
    }

    /// The same value, through which no derivative flows: to differentiation it is a constant.
    public var detached: Value { graph.apply(Detach(), to: [self]) }
}

private struct Reshape: Operation {
    let shape: TensorShape
    var isView: Bool { true }

    func resultShape(of inputs: [TensorShape]) -> TensorShape {
        precondition(inputs[0].count == shape.count, "\(inputs[0]) cannot become \(shape)")
        return shape
    }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel { ViewKernel() }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        [cotangent.reshaped(to: inputs[0].shape)]
    }
}

private struct Detach: Operation {
    var isView: Bool { true }
    func resultShape(of inputs: [TensorShape]) -> TensorShape { inputs[0] }
    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel { ViewKernel() }
    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] { [nil] }
}

/// Views share their input's memory: there is nothing to run.
private struct ViewKernel: TensorKernel {
    var blockCount: Int { 0 }
    func run(block: Int, _ operands: Operands) {}
}
