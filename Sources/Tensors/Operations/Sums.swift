extension Value {
    /// Sum over some axes, which stay with size 1.
    public func sum(over axes: [Int]) -> Value {
        var result = self
        for run in Self.runs(of: axes) where result.shape.sizes[run].contains(where: { $0 > 1 }) {
            result = graph.apply(Sum(axes: run), to: [result])
        }
        return result
    }

    /// Mean over some axes, which stay with size 1.
    public func mean(over axes: [Int]) -> Value {
        let count = axes.reduce(1) { $0 * shape[$1] }
        return sum(over: axes) * (1 / Float(count))
    }

    /// Mean of all elements, a single number.
    public var mean: Value { mean(over: Array(0..<shape.rank)).reshaped(to: .scalar) }
    /// Sum of all elements, a single number.
    public var sum: Value { sum(over: Array(0..<shape.rank)).reshaped(to: .scalar) }

    /// The sum over everything that repeats when `shape` is broadcast to this value's: the transposed
    /// operation.
    func summed(to shape: TensorShape) -> Value {
        if shape == self.shape { return self }
        let target = shape.padded(to: self.shape.rank)
        let axes = target.indices.filter { target[$0] == 1 && self.shape[$0] > 1 }
        return sum(over: axes).reshaped(to: shape)
    }

    /// This value repeated to a larger shape.
    func repeated(to shape: TensorShape) -> Value {
        shape == self.shape ? self : graph.apply(Repeat(shape: shape), to: [self])
    }

    /// Axes as ranges of neighbors, innermost first.
    private static func runs(of axes: [Int]) -> [ClosedRange<Int>] {
        axes.sorted().reduce(into: [ClosedRange<Int>]()) { runs, axis in
            if let last = runs.last, last.upperBound + 1 == axis {
                runs[runs.count - 1] = last.lowerBound...axis
            } else {
                runs.append(axis...axis)
            }
        }.reversed()
    }
}

/// Sum over neighboring axes.
private struct Sum: Operation {
    let axes: ClosedRange<Int>

    func resultShape(of inputs: [TensorShape]) -> TensorShape {
        TensorShape(inputs[0].sizes.enumerated().map { axes.contains($0) ? 1 : $1 })
    }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        let sizes = inputs[0].sizes
        return SumKernel(
            outer: sizes[..<axes.lowerBound].reduce(1, *), summed: sizes[axes].reduce(1, *),
            inner: sizes[(axes.upperBound + 1)...].reduce(1, *))
    }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        [cotangent.repeated(to: inputs[0].shape)]
    }
}

/// Repetition of axes of size 1.
private struct Repeat: Operation {
    let shape: TensorShape

    func resultShape(of inputs: [TensorShape]) -> TensorShape {
        precondition(inputs[0].broadcast(with: shape) == shape, "\(inputs[0]) cannot be repeated to \(shape)")
        return shape
    }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        RepeatKernel(walk: BroadcastWalk(inputs[0], inputs[0], result))
    }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        [cotangent.summed(to: inputs[0].shape)]
    }
}

/// [outer, summed, inner] -> [outer, inner], cut into parts: each sums at most `piece` positions for at most
/// ``elementsPerBlock`` neighbors on the inner axis. The parts of one sum are added at the end, in their order
/// and in double precision.
///
/// Pieces are short because the error of a running sum grows with its length, and in one direction where all
/// elements are equal, as on the white of a slide.
private struct SumKernel: TensorKernel {
    let outer: Int
    let summed: Int
    let inner: Int
    /// Length of a piece of the summed axis, and number of pieces.
    private let piece: Int
    private let pieces: Int
    /// Number of parts on the inner axis.
    private let bands: Int
    private let partsPerBlock: Int

    /// Floats that are added to a running sum.
    private static let longestRun = 256
    private static let lanes = 16

    init(outer: Int, summed: Int, inner: Int) {
        self.outer = outer
        self.summed = summed
        self.inner = inner
        piece = min(summed, inner == 1 ? Self.longestRun * Self.lanes : Self.longestRun)
        pieces = blocks(of: piece, covering: summed)
        bands = blocks(of: elementsPerBlock, covering: inner)
        partsPerBlock = max(1, 4 * elementsPerBlock / (piece * inner))
    }

    private var partCount: Int { outer * pieces * bands }
    var blockCount: Int { blocks(of: partsPerBlock, covering: partCount) }
    var sharedCount: Int { pieces > 1 ? outer * pieces * inner : 0 }

    func run(block: Int, _ operands: Operands) {
        let sums = pieces > 1 ? operands.shared : operands.result
        for part in range(ofBlock: block, size: partsPerBlock, count: partCount) {
            let (line, band) = part.quotientAndRemainder(dividingBy: bands)
            let (row, number) = line.quotientAndRemainder(dividingBy: pieces)
            let positions = range(ofBlock: number, size: piece, count: summed)
            let columns = range(ofBlock: band, size: elementsPerBlock, count: inner)
            let source = operands[0] + (row * summed + positions.lowerBound) * inner + columns.lowerBound
            let target = sums + line * inner + columns.lowerBound
            if inner == 1 {
                target[0] = Self.sum(source, positions.count)
            } else {
                sum(source, positions.count, to: target, columns.count)
            }
        }
    }

    /// The sum of `positions` lines of `columns` elements.
    private func sum(
        _ source: UnsafePointer<Float>, _ positions: Int, to target: UnsafeMutablePointer<Float>,
        _ columns: Int
    ) {
        target.update(from: source, count: columns)
        for position in 1..<max(1, positions) {
            let line = source + position * inner
            for index in 0..<columns { target[index] += line[index] }
        }
    }

    /// Sum of adjacent elements: sixteen lanes, which no compiler may make of a plain loop because it changes
    /// the order of the additions.
    private static func sum(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
        var lanes = SIMD16<Float>.zero
        let whole = count / 16 * 16
        for start in stride(from: 0, to: whole, by: 16) {
            lanes += UnsafeRawPointer(values + start).loadUnaligned(as: SIMD16<Float>.self)
        }
        var total = lanes.sum()
        for index in whole..<count { total += values[index] }
        return total
    }

    func finish(_ operands: Operands) {
        guard pieces > 1 else { return }
        for row in 0..<outer {
            for index in 0..<inner {
                var total = 0.0
                for number in 0..<pieces {
                    total += Double(operands.shared[(row * pieces + number) * inner + index])
                }
                operands.result[row * inner + index] = Float(total)
            }
        }
    }
}

private struct RepeatKernel: TensorKernel {
    let walk: BroadcastWalk
    var blockCount: Int { blocks(of: elementsPerBlock, covering: walk.rowCount * walk.rowLength) }

    func run(block: Int, _ operands: Operands) {
        let length = walk.rowLength
        let elements = range(ofBlock: block, size: elementsPerBlock, count: walk.rowCount * length)
        var position = elements.lowerBound
        while position < elements.upperBound {
            let (row, column) = position.quotientAndRemainder(dividingBy: length)
            let count = min(length - column, elements.upperBound - position)
            let source = operands[0] + walk.offsets(ofRow: row).0
            let target = operands.result + position
            if walk.steps.0 == 1 {
                target.update(from: source + column, count: count)
            } else {
                target.update(repeating: source[0], count: count)
            }
            position += count
        }
    }
}
