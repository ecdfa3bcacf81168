import Kernels

extension Value {
    /// Two-dimensional cross-correlation as in PyTorch's `conv2d`, followed by a leaky ReLU if `slope` is
    /// given: [batch, height, width, inputs] -> [batch, height', width', outputs] with
    /// height' = (height + 2 · padding - rows) / stride + 1.
    ///
    /// - Parameters:
    ///   - weight: [outputs, inputs, rows, columns]
    ///   - bias: [outputs]
    public func convolved(
        with weight: Value, bias: Value? = nil, stride: Int = 1, padding: Int = 0, slope: Float? = nil
    ) -> Value {
        precondition((slope ?? 0) >= 0, "slope \(slope ?? 0): the result's sign tells the input's")
        let geometry = ConvolutionGeometry(shape, weight.shape, stride: stride, padding: padding)
        let operation = Convolution(geometry: geometry, slope: slope)
        return graph.apply(operation, to: [self, weight] + (bias.map { [$0] } ?? []))
    }

    /// The transposed convolution as in PyTorch's `conv_transpose2d`: the data gradient of the convolution
    /// that maps the result's shape to this one's.
    ///
    /// - Parameters:
    ///   - weight: [inputs, outputs, rows, columns]; `inputs` are this value's channels.
    ///   - outputPadding: rows and columns that the convolution would leave out, 0..<stride.
    ///   - bias: [outputs]
    public func transposedConvolved(
        with weight: Value, bias: Value? = nil, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0
    ) -> Value {
        precondition(
            stride > 0 && (0..<stride).contains(outputPadding),
            "output padding \(outputPadding) for stride \(stride)")
        if let bias {
            precondition(
                bias.shape.count == weight.shape[1], "\(bias.shape) biases for \(weight.shape[1]) channels")
        }
        let grown = { (size: Int, window: Int) in
            (size - 1) * stride - 2 * padding + window + outputPadding
        }
        let geometry = ConvolutionGeometry(
            batch: shape[0], height: grown(shape[1], weight.shape[2]),
            width: grown(shape[2], weight.shape[3]), inputs: weight.shape[1], outputs: weight.shape[0],
            rows: weight.shape[2], columns: weight.shape[3], stride: stride, padding: padding)
        let result = graph.apply(InputGradient(geometry: geometry), to: [self, weight])
        return bias.map { result + $0.reshaped(to: [weight.shape[1]]) } ?? result
    }
}

/// y = x * w (+ b), then a leaky ReLU. Convolution, input gradient and weight gradient are the three partial
/// products of one trilinear form, sum of y · (x * w); the derivatives of each are the two others.
private struct Convolution: Operation {
    let geometry: ConvolutionGeometry
    let slope: Float?

    func resultShape(of inputs: [TensorShape]) -> TensorShape {
        precondition(inputs[0] == geometry.inputShape && inputs[1] == geometry.weightShape)
        if inputs.count > 2 {
            precondition(
                inputs[2].count == geometry.outputs, "\(inputs[2]) biases for \(geometry.outputs) channels")
        }
        return geometry.outputShape
    }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        ConvolutionKernel(
            convolution: ForwardConvolution(geometry), slope: slope, hasBias: inputs.count > 2)
    }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        let cotangent = slope.map { cotangent.gated(by: result, slope: $0) } ?? cotangent
        let graph = cotangent.graph
        let input = graph.apply(InputGradient(geometry: geometry), to: [cotangent, inputs[1]])
        let weight = graph.apply(WeightGradient(geometry: geometry), to: [inputs[0], cotangent])
        let bias = inputs.count > 2 ? [cotangent.sum(over: [0, 1, 2]).reshaped(to: inputs[2].shape)] : []
        return [input, weight] + bias
    }
}

/// dx of a convolution from dy and w.
private struct InputGradient: Operation {
    let geometry: ConvolutionGeometry

    func resultShape(of inputs: [TensorShape]) -> TensorShape {
        precondition(
            inputs[0] == geometry.outputShape && inputs[1] == geometry.weightShape,
            "\(inputs[0]) and weights \(inputs[1]) in the gradient of a convolution to \(geometry.outputShape)"
        )
        return geometry.inputShape
    }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        InputGradientKernel(gradient: ConvolutionDataGradient(geometry))
    }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        let graph = cotangent.graph
        return [
            graph.apply(Convolution(geometry: geometry, slope: nil), to: [cotangent, inputs[1]]),
            graph.apply(WeightGradient(geometry: geometry), to: [cotangent, inputs[0]]),
        ]
    }
}

/// dw of a convolution from x and dy.
private struct WeightGradient: Operation {
    let geometry: ConvolutionGeometry

    func resultShape(of inputs: [TensorShape]) -> TensorShape {
        precondition(inputs[0] == geometry.inputShape && inputs[1] == geometry.outputShape)
        return geometry.weightShape
    }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        WeightGradientKernel(gradient: ConvolutionFilterGradient(geometry))
    }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        let graph = cotangent.graph
        return [
            graph.apply(InputGradient(geometry: geometry), to: [inputs[1], cotangent]),
            graph.apply(Convolution(geometry: geometry, slope: nil), to: [inputs[0], cotangent]),
        ]
    }
}

private struct ConvolutionKernel: TensorKernel {
    let convolution: ForwardConvolution
    let slope: Float?
    let hasBias: Bool
    var joint: Joint?

    var blockCount: Int { convolution.blockCount }
    var scratchCount: Int { convolution.scratchCount }
    var packing: WeightPacking? {
        WeightPacking(
            operand: 1, layout: convolution.weightLayout, count: convolution.packedCount
        ) { [convolution] in
            convolution.pack($0, into: $1)
        }
    }

    private var other: Int { hasBias ? 3 : 2 }
    var overwritable: [Int] { joint?.hasOther == true ? [other] : [] }

    func joined(by joint: Joint) -> (any TensorKernel)? {
        guard joint.hasOther || convolution.canHalve else { return nil }
        var result = self
        result.joint = joint
        return result
    }

    func run(block: Int, _ operands: Operands) {
        convolution.run(
            block: block, input: operands[0], packed: operands.packed, bias: hasBias ? operands[2] : nil,
            slope: slope, joint: ConvolutionJoint(joint, with: operands, at: other), output: operands.result,
            scratch: operands.scratch)
    }
}

private struct InputGradientKernel: TensorKernel {
    let gradient: ConvolutionDataGradient
    var joint: Joint?

    var blockCount: Int { gradient.blockCount }
    var scratchCount: Int { gradient.scratchCount }
    var packing: WeightPacking? {
        WeightPacking(operand: 1, layout: gradient.weightLayout, count: gradient.packedCount) { [gradient] in
            gradient.pack($0, into: $1)
        }
    }

    var overwritable: [Int] { joint == nil ? [] : [2] }

    func joined(by joint: Joint) -> (any TensorKernel)? {
        guard joint.hasOther else { return nil }
        var result = self
        result.joint = joint
        return result
    }

    func run(block: Int, _ operands: Operands) {
        gradient.run(
            block: block, cotangent: operands[0], packed: operands.packed,
            joint: ConvolutionJoint(joint, with: operands, at: 2), inputGradient: operands.result,
            scratch: operands.scratch)
    }
}

extension ConvolutionJoint {
    fileprivate init(_ joint: Joint?, with operands: Operands, at index: Int) {
        switch joint {
        case nil: self = .none
        case .addition: self = .adding(operands[index])
        case .gate(let slope): self = .gated(by: operands[index], slope: slope)
        case .halving: self = .halving
        }
    }
}

extension Joint {
    /// Whether it reads a second map.
    fileprivate var hasOther: Bool {
        if case .halving = self { false } else { true }
    }
}

private struct WeightGradientKernel: TensorKernel {
    let gradient: ConvolutionFilterGradient

    var blockCount: Int { gradient.blockCount }
    var scratchCount: Int { gradient.scratchCount }
    var sharedCount: Int { gradient.blockCount * gradient.partialCount }

    func run(block: Int, _ operands: Operands) {
        gradient.run(
            block: block, input: operands[0], cotangent: operands[1],
            partial: operands.shared + block * gradient.partialCount, scratch: operands.scratch)
    }

    func finish(_ operands: Operands) {
        gradient.finish(UnsafePointer(operands.shared), weightGradient: operands.result)
    }
}

extension ConvolutionGeometry {
    fileprivate init(_ input: TensorShape, _ weight: TensorShape, stride: Int, padding: Int) {
        precondition(
            input.rank == 4 && weight.rank == 4 && input[3] == weight[1],
            "\(input) convolved with weights \(weight)")
        precondition(
            stride > 0 && padding >= 0 && input[1] + 2 * padding >= weight[2]
                && input[2] + 2 * padding >= weight[3],
            "windows of \(weight), stride \(stride), padding \(padding), on \(input)")
        self.init(
            batch: input[0], height: input[1], width: input[2], inputs: weight[1], outputs: weight[0],
            rows: weight[2], columns: weight[3], stride: stride, padding: padding)
    }

    fileprivate var inputShape: TensorShape { [batch, height, width, inputs] }
    fileprivate var outputShape: TensorShape { [batch, outputHeight, outputWidth, outputs] }
    fileprivate var weightShape: TensorShape { [outputs, inputs, rows, columns] }
}
