#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension Value {
    /// |x|; its derivative at 0 is 0.
    public var absolute: Value { mapped(.absolute) }
    /// -1, 0 or 1; its derivative is 0.
    public var sign: Value { mapped(.sign) }
    public var squared: Value { self * self }
    public var squareRoot: Value { mapped(.squareRoot) }
    public var exponential: Value { mapped(.exponential) }
    public var logarithm: Value { mapped(.logarithm) }
    public var hyperbolicTangent: Value { mapped(.hyperbolicTangent) }
    /// 1 / (1 + exp(-x))
    public var logistic: Value { mapped(.logistic) }

    /// The larger of x and `bound`; below the bound the derivative is 0. NaN stays.
    public func atLeast(_ bound: Float) -> Value { mapped(.atLeast(bound)) }

    func mapped(_ operation: Elementwise) -> Value { graph.apply(operation, to: [self]) }
}

/// Functions of one number, applied to every element.
enum Elementwise: Operation {
    case affine(scale: Float, offset: Float)
    case atLeast(Float)
    case absolute, sign, squareRoot, exponential, logarithm, hyperbolicTangent, logistic

    func resultShape(of inputs: [TensorShape]) -> TensorShape { inputs[0] }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        ElementwiseKernel(operation: self, count: result.count)
    }

    /// Written with the result y where that is shorter: exp' = y, sqrt' = 1 / 2y, tanh' = 1 - y².
    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        let input = inputs[0]
        return switch self {
        case .affine(let scale, _): [cotangent * scale]
        case .atLeast(let bound): [cotangent.gated(by: input - bound, slope: 0)]
        case .absolute: [cotangent * input.sign]
        case .sign: [nil]
        case .squareRoot: [cotangent / (result * 2)]
        case .exponential: [cotangent * result]
        case .logarithm: [cotangent / input]
        case .hyperbolicTangent: [cotangent * (1 - result * result)]
        case .logistic: [cotangent * (result * (1 - result))]
        }
    }
}

private struct ElementwiseKernel: TensorKernel {
    let operation: Elementwise
    let count: Int

    var blockCount: Int { blocks(of: elementsPerBlock, covering: count) }
    var overwritable: [Int] { [0] }

    func run(block: Int, _ operands: Operands) {
        switch operation {
        case .affine(let scale, let offset): run(block, operands) { $0 * scale + offset }
        case .atLeast(let bound): run(block, operands) { $0 < bound ? bound : $0 }
        case .absolute: run(block, operands) { abs($0) }
        case .sign: run(block, operands) { $0 > 0 ? 1 : ($0 < 0 ? -1 : $0) }
        case .squareRoot: run(block, operands) { $0.squareRoot() }
        case .exponential: run(block, operands) { expf($0) }
        case .logarithm: run(block, operands) { logf($0) }
        case .hyperbolicTangent: run(block, operands) { tanhf($0) }
        case .logistic: run(block, operands) { 1 / (1 + expf(-$0)) }
        }
    }

    @inline(__always)
    private func run(_ block: Int, _ operands: Operands, _ function: (Float) -> Float) {
        let (input, result) = (operands[0], operands.result)
        for index in range(ofBlock: block, size: elementsPerBlock, count: count) {
            result[index] = function(input[index])
        }
    }
}
