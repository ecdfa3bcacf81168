import Networks

/// A graph that grows operation by operation. Values are known by their names: what adds an operation
/// returns the name of its result.
struct GraphBuilder {
    private(set) var nodes: [ONNXNode] = []
    private(set) var initializers: [ONNXInitializer] = []
    private var initializerNames: Set<String> = []

    /// Adds an operation; its result bears `name`, which must be new.
    mutating func add(
        _ operation: String, _ inputs: String..., name: String,
        attributes: KeyValuePairs<String, ONNXAttribute> = [:]
    ) -> String {
        nodes.append(ONNXNode(operation: operation, name: name, inputs: inputs, attributes: attributes))
        return name
    }

    /// A tensor of the file. A name that is there already is not added again: networks that run twice share
    /// their weights.
    mutating func constant(_ name: String, shape: [Int], _ values: [Float]) -> String {
        constant(ONNXInitializer(name: name, shape: shape, elements: .float32(values)))
    }

    /// A list of integers, such as the axes of a reduction.
    mutating func constant(_ name: String, _ values: [Int64]) -> String {
        constant(ONNXInitializer(name: name, shape: [values.count], elements: .int64(values)))
    }

    private mutating func constant(_ initializer: ONNXInitializer) -> String {
        if initializerNames.insert(initializer.name).inserted { initializers.append(initializer) }
        return initializer.name
    }

    /// A convolution with stride 1 and zero padding. Its weights keep their names, behind `prefix`.
    mutating func convolve(
        _ input: String, _ weights: ConvolutionWeights, padding: Int, name: String, prefix: String
    ) -> String {
        let (weight, bias) = (weights.weight, weights.bias)
        return add(
            "Conv", input,
            constant("\(prefix)\(weights.name).weight", shape: weight.shape, weight.values),
            constant("\(prefix)\(weights.name).bias", shape: bias.shape, bias.values),
            name: name,
            attributes: [
                "kernel_shape": .integers([weight.shape[2], weight.shape[3]]),
                "pads": .integers([Int](repeating: padding, count: 4)),
            ])
    }

    /// GraphProto.
    func message(
        name: String, documentation: String, inputs: [ONNXValue], outputs: [ONNXValue]
    ) -> ProtobufMessage {
        var message = ProtobufMessage()
        for node in nodes { message.add(1, node.message) }
        message.add(2, name)
        for initializer in initializers { message.add(5, initializer.message) }
        message.add(10, documentation)
        for input in inputs { message.add(11, input.message) }
        for output in outputs { message.add(12, output.message) }
        return message
    }
}

/// Weight (outputs, inputs, side, side) and bias of a convolution, as they are in a file.
struct ConvolutionWeights {
    /// Name of the convolution in the file: `<name>.weight`, `<name>.bias`.
    let name: String
    let weight: Tensor
    let bias: Tensor

    /// Reads the tensors `<prefix><name>.weight` and `.bias`.
    init(_ name: String, in file: SafetensorsFile, prefix: String = "") throws(SafetensorsError) {
        self.name = name
        weight = try file.tensor("\(prefix)\(name).weight")
        bias = try file.tensor("\(prefix)\(name).bias")
    }
}
