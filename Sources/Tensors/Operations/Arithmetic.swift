extension Value {
    /// Elementwise; axes of size 1, and missing outer ones, repeat.
    public static func + (left: Value, right: Value) -> Value { left.combined(.add, right) }
    public static func - (left: Value, right: Value) -> Value { left.combined(.subtract, right) }
    public static func * (left: Value, right: Value) -> Value { left.combined(.multiply, right) }
    public static func / (left: Value, right: Value) -> Value { left.combined(.divide, right) }

    public static func + (left: Value, right: Float) -> Value {
        left.mapped(.affine(scale: 1, offset: right))
    }
    public static func - (left: Value, right: Float) -> Value {
        left.mapped(.affine(scale: 1, offset: -right))
    }
    public static func * (left: Value, right: Float) -> Value {
        left.mapped(.affine(scale: right, offset: 0))
    }
    public static func - (left: Float, right: Value) -> Value {
        right.mapped(.affine(scale: -1, offset: left))
    }
    public static prefix func - (value: Value) -> Value { value * -1 }

    private func combined(_ operation: Arithmetic, _ other: Value) -> Value {
        graph.apply(operation, to: [self, other])
    }
}

/// The four operations on two tensors, element by element, with repetition of axes of size 1.
enum Arithmetic: Operation {
    case add, subtract, multiply, divide

    var joint: Joint? { self == .add ? .addition : nil }

    func resultShape(of inputs: [TensorShape]) -> TensorShape { inputs[0].broadcast(with: inputs[1]) }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        ArithmeticKernel(operation: self, walk: BroadcastWalk(inputs[0], inputs[1], result))
    }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        let (left, right) = (inputs[0], inputs[1])
        let pair: (Value, Value) =
            switch self {
            case .add: (cotangent, cotangent)
            case .subtract: (cotangent, -cotangent)
            case .multiply: (cotangent * right, cotangent * left)
            case .divide: (cotangent / right, -(cotangent * result / right))
            }
        return [pair.0.summed(to: left.shape), pair.1.summed(to: right.shape)]
    }
}

/// How two operands repeat over a result: rows of contiguous results, in which each operand advances by 0 or
/// 1, and the operands' offsets at the beginning of a row.
///
/// Neighboring axes on which both operands behave alike are merged, so that equal shapes are one long row and
/// a vector per channel is a short one.
struct BroadcastWalk: Sendable {
    /// Sizes of the outer axes, and each operand's stride on them (0 where it repeats).
    private let sizes: [Int]
    private let strides: [(Int, Int)]
    let rowCount: Int
    let rowLength: Int
    /// 1 if the operand advances within a row, 0 if it repeats one element.
    let steps: (Int, Int)
    /// Whether each operand has as many elements as the result.
    let isWhole: (Bool, Bool)

    init(_ left: TensorShape, _ right: TensorShape, _ result: TensorShape) {
        var axes: [(size: Int, left: Bool, right: Bool)] = []
        let rank = result.rank
        for (size, (a, b)) in zip(result.sizes, zip(left.padded(to: rank), right.padded(to: rank)))
        where size > 1 {
            let axis = (size: size, left: a == size, right: b == size)
            if let last = axes.last, last.left == axis.left, last.right == axis.right {
                axes[axes.count - 1].size *= size
            } else {
                axes.append(axis)
            }
        }
        let row = axes.popLast() ?? (size: 1, left: true, right: true)
        rowLength = row.size
        rowCount = axes.reduce(1) { $0 * $1.size }
        steps = (row.left ? 1 : 0, row.right ? 1 : 0)
        isWhole = (left.count == result.count, right.count == result.count)
        var (next, strides) = ((row.left ? row.size : 1, row.right ? row.size : 1), [(Int, Int)]())
        for axis in axes.reversed() {
            strides.append((axis.left ? next.0 : 0, axis.right ? next.1 : 0))
            next = (next.0 * (axis.left ? axis.size : 1), next.1 * (axis.right ? axis.size : 1))
        }
        self.strides = strides.reversed()
        sizes = axes.map(\.size)
    }

    /// Where the operands of a row begin.
    @inline(__always)
    func offsets(ofRow row: Int) -> (Int, Int) {
        var (rest, left, right) = (row, 0, 0)
        for axis in sizes.indices.reversed() {
            let position = rest % sizes[axis]
            rest /= sizes[axis]
            left += position * strides[axis].0
            right += position * strides[axis].1
        }
        return (left, right)
    }
}

private struct ArithmeticKernel: TensorKernel {
    let operation: Arithmetic
    let walk: BroadcastWalk

    var blockCount: Int { blocks(of: elementsPerBlock, covering: walk.rowCount * walk.rowLength) }
    var overwritable: [Int] { [walk.isWhole.0 ? 0 : nil, walk.isWhole.1 ? 1 : nil].compactMap { $0 } }

    func run(block: Int, _ operands: Operands) {
        switch operation {
        case .add: run(block, operands) { $0 + $1 }
        case .subtract: run(block, operands) { $0 - $1 }
        case .multiply: run(block, operands) { $0 * $1 }
        case .divide: run(block, operands) { $0 / $1 }
        }
    }

    @inline(__always)
    private func run(_ block: Int, _ operands: Operands, _ combine: (Float, Float) -> Float) {
        let length = walk.rowLength
        let elements = range(ofBlock: block, size: elementsPerBlock, count: walk.rowCount * length)
        var position = elements.lowerBound
        while position < elements.upperBound {
            let (row, column) = position.quotientAndRemainder(dividingBy: length)
            let count = min(length - column, elements.upperBound - position)
            let offsets = walk.offsets(ofRow: row)
            let left = operands[0] + offsets.0 + column * walk.steps.0
            let right = operands[1] + offsets.1 + column * walk.steps.1
            let target = operands.result + position
            switch walk.steps {
            case (1, 1): for index in 0..<count { target[index] = combine(left[index], right[index]) }
            case (1, _):
                let value = right[0]
                for index in 0..<count { target[index] = combine(left[index], value) }
            case (_, 1):
                let value = left[0]
                for index in 0..<count { target[index] = combine(value, right[index]) }
            default: for index in 0..<count { target[index] = combine(left[0], right[0]) }
            }
            position += count
        }
    }
}
