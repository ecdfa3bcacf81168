extension Value {
    /// Bilinear interpolation without antialiasing to another size, as PyTorch's `interpolate`: with aligned
    /// corners the corner pixels' centers coincide, else the images' borders do.
    public func resampled(height: Int, width: Int, alignsCorners: Bool = false) -> Value {
        if (shape[1], shape[2]) == (height, width) { return self }
        let rows = BilinearTaps(from: shape[1], to: height, alignsCorners: alignsCorners)
        let columns = BilinearTaps(from: shape[2], to: width, alignsCorners: alignsCorners)
        return graph.apply(Bilinear(rows: rows, columns: columns, isTransposed: false), to: [self])
    }
}

/// The two source pixels of every target pixel on one axis, and their weights.
struct BilinearTaps: Sendable {
    let sources: Int
    let lower: [Int]
    let upper: [Int]
    let upperWeight: [Float]

    init(from sources: Int, to targets: Int, alignsCorners: Bool) {
        self.sources = sources
        let positions = (0..<targets).map { target in
            if alignsCorners {
                return targets == 1 ? 0 : Float(target) * (Float(sources - 1) / Float(targets - 1))
            }
            return max(0, (Float(target) + 0.5) * (Float(sources) / Float(targets)) - 0.5)
        }
        lower = positions.map { min(sources - 1, Int($0)) }
        upper = lower.map { min(sources - 1, $0 + 1) }
        upperWeight = zip(positions, lower).map { $0 - Float($1) }
    }

    var targets: Int { lower.count }
}

/// Interpolation, or its transposed: every target's value added to its four sources.
private struct Bilinear: Operation {
    let rows: BilinearTaps
    let columns: BilinearTaps
    let isTransposed: Bool

    func resultShape(of inputs: [TensorShape]) -> TensorShape {
        let (batch, channels) = (inputs[0][0], inputs[0][3])
        return isTransposed
            ? [batch, rows.sources, columns.sources, channels]
            : [batch, rows.targets, columns.targets, channels]
    }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        BilinearKernel(
            rows: rows, columns: columns, isTransposed: isTransposed, batch: result[0], channels: result[3])
    }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        let transposed = Bilinear(rows: rows, columns: columns, isTransposed: !isTransposed)
        return [cotangent.graph.apply(transposed, to: [cotangent])]
    }
}

private struct BilinearKernel: TensorKernel {
    let rows: BilinearTaps
    let columns: BilinearTaps
    let isTransposed: Bool
    let batch: Int
    let channels: Int

    var blockCount: Int { batch }

    func run(block image: Int, _ operands: Operands) {
        let sources = image * rows.sources * columns.sources * channels
        let targets = image * rows.targets * columns.targets * channels
        if isTransposed {
            let result = operands.result + sources
            let cotangents = operands[0] + targets
            result.update(repeating: 0, count: rows.sources * columns.sources * channels)
            forEachTap { source, target, weight in
                add(weight, times: cotangents + target, to: result + source)
            }
        } else {
            let result = operands.result + targets
            let pixels = operands[0] + sources
            result.update(repeating: 0, count: rows.targets * columns.targets * channels)
            forEachTap { source, target, weight in
                add(weight, times: pixels + source, to: result + target)
            }
        }
    }

    @inline(__always)
    private func add(
        _ weight: Float, times pixel: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>
    ) {
        for channel in 0..<channels { sum[channel] += weight * pixel[channel] }
    }

    /// The four (source, target, weight) of every target pixel of an image, as offsets.
    @inline(__always)
    private func forEachTap(_ body: (_ source: Int, _ target: Int, _ weight: Float) -> Void) {
        for y in 0..<rows.targets {
            let below = rows.upperWeight[y]
            for x in 0..<columns.targets {
                let right = columns.upperWeight[x]
                let target = (y * columns.targets + x) * channels
                let upperRow = rows.lower[y] * columns.sources
                let lowerRow = rows.upper[y] * columns.sources
                body((upperRow + columns.lower[x]) * channels, target, (1 - below) * (1 - right))
                body((upperRow + columns.upper[x]) * channels, target, (1 - below) * right)
                body((lowerRow + columns.lower[x]) * channels, target, below * (1 - right))
                body((lowerRow + columns.upper[x]) * channels, target, below * right)
            }
        }
    }
}
