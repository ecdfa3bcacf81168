import Glibc
import Kernels
import Tensors
import Testing

/// Random graphs of elementwise operations, evaluated by a program and, value by value with memory for each, by
/// a plain interpreter.
///
/// The interpreter uses the same functions of single numbers, so the bytes must agree. What is tested is
/// everything else: repetition, views, the order of steps, and memory that is shared or overwritten too early.
@Suite struct `Random elementwise graphs` {
    @Test func `a program computes what the interpreter computes`() {
        for seed in 0..<400 as Range<UInt64> {
            let expression = RandomExpressions(seed: seed, operations: 5 + Int(seed % 40))
            let program = Program(expression.results.map(\.value), team: WorkerTeam(count: 1))
            for (name, values) in expression.leaves { program.set(name, to: values) }
            // Twice: the second run finds the memory that the first one left.
            for _ in 0..<2 {
                program.run()
                for result in expression.results {
                    #expect(haveSameBytes(program.values(result.value), result.elements), "seed \(seed)")
                }
            }
        }
    }

    @Test func `tensors of many blocks too, on several threads`() {
        for seed in 0..<6 as Range<UInt64> {
            let expression = RandomExpressions(seed: seed, operations: 12, sizes: [3, 170, 2, 70])
            let program = Program(expression.results.map(\.value), team: WorkerTeam(count: 3))
            for (name, values) in expression.leaves { program.set(name, to: values) }
            program.run()
            for result in expression.results {
                #expect(haveSameBytes(program.values(result.value), result.elements), "seed \(seed)")
            }
        }
    }
}

/// A random graph, and the value of each of its nodes.
private struct RandomExpressions {
    struct Known {
        let value: Value
        let elements: [Float]
        var shape: TensorShape { value.shape }
    }

    private let graph = Graph()
    private let sizes: [Int]
    private var known: [Known] = []
    private(set) var leaves: [String: [Float]] = [:]
    private(set) var results: [Known] = []
    private var generator: SeededGenerator

    init(seed: UInt64, operations: Int, sizes: [Int] = [2, 3, 2, 5]) {
        generator = SeededGenerator(seed: seed)
        self.sizes = sizes
        for number in 0..<3 { addLeaf("leaf \(number)") }
        addConstant()
        for _ in 0..<operations { addOperation() }
        results = (0..<generator.next(in: 1..<5)).map { _ in pick() }
        results.append(known[known.count - 1])
    }

    private mutating func pick() -> Known {
        // Recent values more often, so that graphs become deep.
        let recent = generator.next(in: 0..<2) == 0
        return known[generator.next(in: (recent ? max(0, known.count - 4) : 0)..<known.count)]
    }

    private mutating func randomElements(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float(generator.nextUnit()) * 2 - 1 }
    }

    private mutating func addLeaf(_ name: String) {
        let shape = TensorShape(sizes)
        let elements = randomElements(shape.count)
        leaves[name] = elements
        known.append(Known(value: graph.parameter(name, shape), elements: elements))
    }

    /// A constant in which some axes repeat.
    private mutating func addConstant() {
        let shape = TensorShape(sizes.map { generator.next(in: 0..<2) == 0 ? 1 : $0 })
        let elements = randomElements(shape.count)
        known.append(Known(value: graph.constant(elements, shape), elements: elements))
    }

    private mutating func addOperation() {
        let operand = pick()
        switch generator.next(in: 0..<12) {
        case 0: addConstant()
        case 1: map(operand, operand.value * 0.75 + 0.5) { $0 * 0.75 + 0 + 0.5 }
        case 2: map(operand, operand.value.hyperbolicTangent) { tanhf($0) }
        case 3: map(operand, operand.value.absolute) { abs($0) }
        case 4: map(operand, operand.value.leakyReLU(slope: 0.25)) { $0 > 0 ? $0 : $0 * 0.25 }
        case 5: reshape(operand)
        case 6: map(operand, operand.value.detached) { $0 }
        case 7: map(operand, operand.value.logistic) { 1 / (1 + expf(-$0)) }
        default: combine(operand, pick())
        }
    }

    private mutating func map(_ operand: Known, _ value: Value, _ function: (Float) -> Float) {
        known.append(Known(value: value, elements: operand.elements.map(function)))
    }

    /// A view with an axis of size 1 in front: it can still be combined with all others.
    private mutating func reshape(_ operand: Known) {
        let sizes =
            operand.shape.rank == 4 ? [1] + operand.shape.sizes : Array(operand.shape.sizes.dropFirst())
        let shape = TensorShape(sizes)
        // By way of another shape: a view of a view.
        let value = operand.value.reshaped(to: [shape.count]).reshaped(to: shape)
        known.append(Known(value: value, elements: operand.elements))
    }

    private mutating func combine(_ left: Known, _ right: Known) {
        let (value, function): (Value, (Float, Float) -> Float) =
            switch generator.next(in: 0..<4) {
            case 0: (left.value + right.value, { $0 + $1 })
            case 1: (left.value - right.value, { $0 - $1 })
            case 2: (left.value * right.value, { $0 * $1 })
            default: (left.value / (right.value.absolute + 1), { $0 / (abs($1) + 1) })
            }
        let elements = (0..<value.shape.count).map { index in
            function(
                Self.element(left, at: index, of: value.shape),
                Self.element(right, at: index, of: value.shape))
        }
        known.append(Known(value: value, elements: elements))
        // Products of products grow; keep them where neighbors can be told apart.
        if elements.contains(where: { abs($0) > 8 }) {
            map(known[known.count - 1], value.hyperbolicTangent) { tanhf($0) }
        }
    }

    /// The element that stands at `index` of a larger shape.
    private static func element(_ operand: Known, at index: Int, of shape: TensorShape) -> Float {
        let sizes = [Int](repeating: 1, count: shape.rank - operand.shape.rank) + operand.shape.sizes
        var (rest, offset, stride) = (index, 0, 1)
        for axis in (0..<shape.rank).reversed() {
            let position = rest % shape[axis]
            rest /= shape[axis]
            offset += sizes[axis] == 1 ? 0 : position * stride
            stride *= sizes[axis]
        }
        return operand.elements[offset]
    }
}
