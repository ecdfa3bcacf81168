import Testing

/// Runs a parsed graph in doubles and plain loops, from the operations' definitions in the ONNX standard
/// (operator set 21): an oracle that knows neither the exporter nor our networks. Operations and settings
/// that it does not know are failures.
struct GraphEvaluator {
    let model: ParsedModel

    struct Unknown: Error {
        let what: String
    }

    /// All values of the graph for the given input.
    func run(crops: NumberArray) throws -> [String: NumberArray] {
        var values = model.initializers
        values["crops"] = crops
        for node in model.nodes {
            let inputs = try node.inputs.map { name in
                name.isEmpty ? NumberArray(shape: [0], values: []) : try #require(values[name], "\(name)")
            }
            try #require(values[node.output] == nil, "\(node.output) is made twice")
            values[node.output] = try result(of: node, inputs)
        }
        return values
    }

    /// Settings that every operation must have; all others are unknown.
    private static let settings: [String: Set<String>] = [
        "LeakyRelu": ["alpha"], "Conv": ["pads", "kernel_shape"], "AveragePool": ["kernel_shape", "strides"],
        "MaxPool": ["kernel_shape", "strides"], "ReduceMean": ["keepdims"],
    ]

    private func result(of node: ParsedModel.Node, _ inputs: [NumberArray]) throws -> NumberArray {
        let (input, settings) = (inputs[0], node.attributes)
        if node.operation == "Resize" { return try resize(input, Array(inputs.dropFirst()), settings) }
        let unknown = Unknown(what: "\(node.operation) with \(settings)")
        guard Set(settings.keys) == Self.settings[node.operation, default: []] else { throw unknown }
        switch (node.operation, inputs.count) {
        case ("Identity", 1): return input
        case ("Abs", 1): return each(input) { abs($0) }
        case ("Relu", 1): return each(input) { max($0, 0) }
        case ("LeakyRelu", 1):
            guard case .real(let alpha)? = settings["alpha"] else { throw unknown }
            return each(input) { $0 < 0 ? Double(alpha) * $0 : $0 }
        case ("Add", 2): return pairs(input, inputs[1], +)
        case ("Sub", 2): return pairs(input, inputs[1], -)
        case ("Mul", 2): return pairs(input, inputs[1], *)
        case ("Div", 2): return pairs(input, inputs[1], /)
        case ("Max", 2): return pairs(input, inputs[1]) { max($0, $1) }
        case ("Conv", 3):
            guard case .integers(let pads)? = settings["pads"], pads == [Int](repeating: pads[0], count: 4),
                settings["kernel_shape"] == .integers(Array(inputs[1].shape[2...]))
            else { throw unknown }
            return convolve(input, inputs[1], inputs[2], padding: pads[0])
        case ("AveragePool", 1), ("MaxPool", 1):
            guard settings["kernel_shape"] == .integers([2, 2]), settings["strides"] == .integers([2, 2])
            else { throw unknown }
            let isMean = node.operation == "AveragePool"
            return pool(input) { isMean ? $0.reduce(0, +) / 4 : $0.max() ?? .nan }
        case ("ReduceMean", 2):
            guard settings["keepdims"] == .integer(1) else { throw unknown }
            return mean(input, axes: inputs[1].values.map { Int($0) })
        case ("Squeeze", 2):
            let axes = Set(inputs[1].values.map { Int($0) })
            let shape = input.shape.indices.filter { !axes.contains($0) }.map { input.shape[$0] }
            return NumberArray(shape: shape, values: input.values)
        default: throw unknown
        }
    }

    private func each(_ input: NumberArray, _ function: (Double) -> Double) -> NumberArray {
        NumberArray(shape: input.shape, values: input.values.map(function))
    }

    /// Element by element; axes of extent 1, and missing ones in front, are repeated.
    private func pairs(
        _ left: NumberArray, _ right: NumberArray, _ function: (Double, Double) -> Double
    ) -> NumberArray {
        let rank = max(left.shape.count, right.shape.count)
        func padded(_ array: NumberArray) -> (shape: [Int], strides: [Int]) {
            let shape = [Int](repeating: 1, count: rank - array.shape.count) + array.shape
            let strides = NumberArray(shape: shape, values: array.values).strides
            return (shape, zip(shape, strides).map { $0 == 1 ? 0 : $1 })
        }
        let (a, b) = (padded(left), padded(right))
        let shape = zip(a.shape, b.shape).map { max($0, $1) }
        var result = NumberArray(shape: shape, values: [Double](repeating: 0, count: shape.reduce(1, *)))
        let strides = result.strides
        for index in result.values.indices {
            var (first, second) = (0, 0)
            for axis in 0..<rank {
                let position = index / strides[axis] % shape[axis]
                first += position * a.strides[axis]
                second += position * b.strides[axis]
            }
            result.values[index] = function(left.values[first], right.values[second])
        }
        return result
    }

    private func convolve(
        _ input: NumberArray, _ weight: NumberArray, _ bias: NumberArray, padding: Int
    ) -> NumberArray {
        let (count, inputs, height, width) = (
            input.shape[0], input.shape[1], input.shape[2], input.shape[3]
        )
        let (outputs, side) = (weight.shape[0], weight.shape[2])
        precondition(weight.shape[1] == inputs && bias.shape == [outputs])
        let (rows, columns) = (height + 2 * padding - side + 1, width + 2 * padding - side + 1)
        var values = [Double](repeating: 0, count: count * outputs * rows * columns)
        for plane in 0..<(count * outputs) {
            let target = plane * rows * columns
            for index in 0..<(rows * columns) { values[target + index] = bias.values[plane % outputs] }
            for channel in 0..<inputs {
                let source = (plane / outputs * inputs + channel) * height * width
                for tap in 0..<(side * side) {
                    let factor = weight.values[(plane % outputs * inputs + channel) * side * side + tap]
                    let (down, right) = (tap / side - padding, tap % side - padding)
                    for y in max(0, -down)..<min(rows, height - down) {
                        for x in max(0, -right)..<min(columns, width - right) {
                            values[target + y * columns + x] +=
                                factor * input.values[source + (y + down) * width + x + right]
                        }
                    }
                }
            }
        }
        return NumberArray(shape: [count, outputs, rows, columns], values: values)
    }

    /// Cells of 2 x 2; an odd last row or column is left out.
    private func pool(_ input: NumberArray, _ combine: ([Double]) -> Double) -> NumberArray {
        let (height, width) = (input.shape[2], input.shape[3])
        var values: [Double] = []
        for plane in 0..<(input.shape[0] * input.shape[1]) {
            for y in 0..<(height / 2) {
                for x in 0..<(width / 2) {
                    let corner = plane * height * width + 2 * y * width + 2 * x
                    values.append(
                        combine(
                            [corner, corner + 1, corner + width, corner + width + 1].map { input.values[$0] })
                    )
                }
            }
        }
        return NumberArray(
            shape: [input.shape[0], input.shape[1], height / 2, width / 2], values: values)
    }

    private func mean(_ input: NumberArray, axes: [Int]) -> NumberArray {
        let shape = input.shape.enumerated().map { axes.contains($0) ? 1 : $1 }
        var result = NumberArray(shape: shape, values: [Double](repeating: 0, count: shape.reduce(1, *)))
        let (from, to) = (input.strides, result.strides)
        for (index, value) in input.values.enumerated() {
            let target = shape.indices.reduce(0) { sum, axis in
                shape[axis] == 1 ? sum : sum + index / from[axis] % input.shape[axis] * to[axis]
            }
            result.values[target] += value
        }
        let count = Double(axes.reduce(1) { $0 * input.shape[$1] })
        return each(result) { $0 / count }
    }

    private func resize(
        _ input: NumberArray, _ inputs: [NumberArray], _ settings: [String: ParsedModel.Attribute]
    ) throws -> NumberArray {
        let nearest: [String: ParsedModel.Attribute] = [
            "mode": .text("nearest"), "coordinate_transformation_mode": .text("asymmetric"),
            "nearest_mode": .text("floor"),
        ]
        let linear: [String: ParsedModel.Attribute] = [
            "mode": .text("linear"), "coordinate_transformation_mode": .text("half_pixel"),
            "axes": .integers([2, 3]),
        ]
        if settings == nearest, inputs.count == 2, inputs[1].values == [1, 1, 2, 2] {
            return sampled(input, [2 * input.shape[2], 2 * input.shape[3]]) { position, ratio in
                ((Double(position) * ratio).rounded(.down), 0)
            }
        }
        if settings == linear, inputs.count == 3, inputs[1].values.isEmpty {
            return sampled(input, inputs[2].values.map { Int($0) }) { position, ratio in
                let place = (Double(position) + 0.5) * ratio - 0.5
                return (place.rounded(.down), place - place.rounded(.down))
            }
        }
        throw Unknown(what: "Resize with \(settings) and \(inputs)")
    }

    /// `place` gives, for an output position and the ratio of input to output size, the input position to the
    /// left and how far behind it the sample lies. Positions outside are clamped.
    private func sampled(
        _ input: NumberArray, _ size: [Int], _ place: (Int, Double) -> (Double, Double)
    ) -> NumberArray {
        let sides = [input.shape[2], input.shape[3]]
        let places = (0..<2).map { axis in
            (0..<size[axis]).map { place($0, Double(sides[axis]) / Double(size[axis])) }
        }
        func clamped(_ position: Double, _ axis: Int) -> Int { min(max(Int(position), 0), sides[axis] - 1) }
        var values: [Double] = []
        for plane in 0..<(input.shape[0] * input.shape[1]) {
            for (row, down) in places[0] {
                for (column, right) in places[1] {
                    var sum = 0.0
                    for (y, vertical) in [(row, 1 - down), (row + 1, down)] {
                        for (x, horizontal) in [(column, 1 - right), (column + 1, right)] {
                            let at = (plane * sides[0] + clamped(y, 0)) * sides[1] + clamped(x, 1)
                            sum += vertical * horizontal * input.values[at]
                        }
                    }
                    values.append(sum)
                }
            }
        }
        return NumberArray(shape: [input.shape[0], input.shape[1]] + size, values: values)
    }
}
