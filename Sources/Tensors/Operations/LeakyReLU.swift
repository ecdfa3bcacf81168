extension Value {
    /// x where x > 0, else slope · x (Maas et al. 2013); slope 0 is the ReLU.
    ///
    /// - Parameter slope: not negative, so that the result's sign tells the input's.
    public func leakyReLU(slope: Float) -> Value {
        precondition(slope >= 0, "slope \(slope)")
        return graph.apply(LeakyReLU(slope: slope), to: [self])
    }

    public var relu: Value { leakyReLU(slope: 0) }

    /// This value where `gate` > 0, slope times it elsewhere: what the derivative of a leaky ReLU does to
    /// cotangents. `gate` counts as a constant, since the factor does not change with it.
    func gated(by gate: Value, slope: Float) -> Value {
        graph.apply(Gate(slope: slope), to: [self, gate])
    }
}

private struct LeakyReLU: Operation {
    let slope: Float
    func resultShape(of inputs: [TensorShape]) -> TensorShape { inputs[0] }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        RectifierKernel(slope: slope, count: result.count)
    }

    /// The result serves as gate, so that the input's memory can be reused.
    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        [cotangent.gated(by: result, slope: slope)]
    }
}

private struct Gate: Operation {
    let slope: Float
    var joint: Joint? { .gate(slope: slope) }

    func resultShape(of inputs: [TensorShape]) -> TensorShape {
        precondition(inputs[0] == inputs[1], "\(inputs[0]) gated by \(inputs[1])")
        return inputs[0]
    }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        GateKernel(slope: slope, count: result.count)
    }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        [cotangent.gated(by: inputs[1], slope: slope), nil]
    }
}

/// The same as convolutions do before they store (`RECTIFIED` in CKernels): NaN stays, and slope 0 gives 0 even for
/// minus infinity.
private struct RectifierKernel: TensorKernel {
    let slope: Float
    let count: Int

    var blockCount: Int { blocks(of: elementsPerBlock, covering: count) }
    var overwritable: [Int] { [0] }

    func run(block: Int, _ operands: Operands) {
        let (input, result) = (operands[0], operands.result)
        for index in range(ofBlock: block, size: elementsPerBlock, count: count) {
            let value = input[index]
            result[index] = value < 0 ? scaled(value, by: slope) : value
        }
    }
}

/// Input 0 where input 1 > 0, slope times it elsewhere.
private struct GateKernel: TensorKernel {
    let slope: Float
    let count: Int

    var blockCount: Int { blocks(of: elementsPerBlock, covering: count) }
    var overwritable: [Int] { [0, 1] }

    func run(block: Int, _ operands: Operands) {
        let (input, gate, result) = (operands[0], operands[1], operands.result)
        for index in range(ofBlock: block, size: elementsPerBlock, count: count) {
            let value = input[index]
            result[index] = gate[index] > 0 ? value : scaled(value, by: slope)
        }
    }
}

/// slope · value, and 0 for slope 0 whatever the value: a closed gate lets not even infinity through.
@inline(__always)
private func scaled(_ value: Float, by slope: Float) -> Float {
    slope == 0 ? 0 : value * slope
}
