import Tensors
import TestSupport
import Testing

@Suite struct `Operations against PyTorch` {
    private typealias Inputs = [String: Value]

    /// Float rounding of short sums, relative to the largest element of a tensor.
    private static let tolerance: Float = 1e-5

    @Test func `values and derivatives are those of PyTorch`() throws {
        let golden = try GoldenTensorOperations.load()
        #expect(golden.cases.count == 53)
        for known in golden.cases { try compare(known) }
    }

    private func compare(_ known: GoldenTensorOperations.Case) throws {
        let graph = Graph()
        let names = known.inputs.keys.sorted()
        let inputs = known.inputs.reduce(into: Inputs()) { inputs, input in
            inputs[input.key] = graph.parameter(input.key, input.value.tensorShape)
        }
        let sources = names.compactMap { inputs[$0] }
        let output = try function(known.name, inputs, graph)
        let cotangent = graph.constant(known.cotangent.elements, known.cotangent.tensorShape)
        let first = graph.gradients(of: (cotangent * output).sum, withRespectTo: sources)
        let squared = graph.gradients(of: (cotangent * output.squared).sum, withRespectTo: sources)
        let squares = squared.map(\.squared.sum)
        let second = graph.gradients(
            of: squares.dropFirst().reduce(squares[0], +), withRespectTo: sources)
        let program = Program([output] + first + second, team: WorkerTeam(count: 2))
        for (name, tensor) in known.inputs { program.set(name, to: tensor.elements) }
        program.run()
        expect(program.values(output), known.output, "\(known.name): values")
        for (index, name) in names.enumerated() {
            let tensor = try #require(known.first[name])
            expect(program.values(first[index]), tensor, "\(known.name): first derivative by \(name)")
            if known.second.isEmpty { continue }
            let curvature = try #require(known.second[name])
            expect(program.values(second[index]), curvature, "\(known.name): second derivative by \(name)")
        }
    }

    private func expect(_ values: [Float], _ known: GoldenTensorOperations.Tensor, _ what: String) {
        let difference = maximumRelativeDifference(values, known.elements)
        #expect((difference ?? .infinity) < Self.tolerance, "\(what)")
    }

    /// The function that a case's name describes: a word, or one with numbers in the order of PyTorch's
    /// arguments.
    private func function(_ name: String, _ inputs: Inputs, _ graph: Graph) throws -> Value {
        let words = name.split(separator: " ")
        let numbers = words.compactMap { Int($0) }
        let x = try #require(inputs["x"])
        switch words[0] {
        case "conv2d":
            return x.convolved(
                with: try #require(inputs["w"]), bias: inputs["b"], stride: numbers[1], padding: numbers[2])
        case "conv_transpose2d":
            return x.transposedConvolved(
                with: try #require(inputs["w"]), bias: inputs["b"], stride: numbers[1], padding: numbers[2],
                outputPadding: numbers[3])
        case "interpolate":
            return x.resampled(height: numbers[0], width: numbers[1], alignsCorners: words.last == "aligned")
        case "nearest": return x.enlarged(by: numbers[0])
        case "avg_pool2d": return x.averagePooled(window: numbers[0], stride: numbers[1])
        case "max_pool2d":
            return x.maximumPooled(window: numbers[0], stride: numbers[1], padding: numbers[2])
        case "batch_norm", "instance_norm": return try normalized(x, words, inputs)
        case "leaky_relu": return x.leakyReLU(slope: 0.2)
        case "ssim":
            return x.structuralSimilarity(to: try #require(inputs["y"]), window: 5, sigma: 1.5)
        case "critic": return try Critic(inputs).judge(x)
        case "gradient": return try Critic(inputs).gradientPenalty(x, in: graph) * 10
        case "sum": return x.sum(over: numbers)
        case "mean": return x.mean(over: numbers)
        default: return try ofOne(x, words[0]) ?? ofTwo(x, try #require(inputs["y"]), words)
        }
    }

    private func ofOne(_ x: Value, _ word: Substring) -> Value? {
        switch word {
        case "absolute": x.absolute
        case "relu": x.relu
        case "tanh": x.hyperbolicTangent
        case "logistic": x.logistic
        case "exponential": x.exponential
        case "at_least": x.atLeast(-0.25)
        case "squared": x.squared
        case "square_root": x.squareRoot + 1
        case "logarithm": x.logarithm
        default: nil
        }
    }

    private func ofTwo(_ x: Value, _ y: Value, _ words: [Substring]) throws -> Value {
        switch words[0] {
        case "add": x + y
        case "subtract": x - y
        case "multiply": x * y
        case "divide": x / y
        case "matmul":
            matrixProduct(
                x, y, transposingLeft: words.last == "left", transposingRight: words.last == "right")
        default: throw UnknownFunction(name: words.joined(separator: " "))
        }
    }

    private func normalized(_ x: Value, _ words: [Substring], _ inputs: Inputs) throws -> Value {
        let (scale, offset) = (try #require(inputs["s"]), try #require(inputs["o"]))
        if words[0] == "instance_norm" { return x.instanceNormalized(scale: scale, offset: offset) }
        guard words[1] == "given" else { return x.batchNormalized(scale: scale, offset: offset) }
        return x.batchNormalized(
            scale: scale, offset: offset, mean: try #require(inputs["m"]), variance: try #require(inputs["v"])
        )
    }
}

private struct UnknownFunction: Error {
    let name: String
}
