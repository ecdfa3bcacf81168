#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension Value {
    /// Every channel convolved with a separable, normalized Gaussian window; zeros outside the image.
    ///
    /// - Parameters:
    ///   - window: side in pixels, odd.
    ///   - sigma: standard deviation in pixels.
    public func blurred(window: Int, sigma: Double) -> Value {
        precondition(window % 2 == 1 && sigma > 0, "a Gaussian window of \(window) px and sigma \(sigma)")
        let weights = (0..<window).map { exp(-pow(Double($0 - window / 2) / sigma, 2) / 2) }
        let sum = weights.reduce(0, +)
        return graph.apply(Blur(taps: weights.map { Float($0 / sum) }), to: [self])
    }
}

/// A symmetric separable window with zero padding. Its matrix is symmetric, so it is its own transposed.
private struct Blur: Operation {
    let taps: [Float]

    func resultShape(of inputs: [TensorShape]) -> TensorShape { inputs[0] }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        BlurKernel(taps: taps, shape: result)
    }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        [cotangent.graph.apply(self, to: [cotangent])]
    }
}

private struct BlurKernel: TensorKernel {
    let taps: [Float]
    let shape: TensorShape

    private var imageCount: Int { shape.count / shape[0] }
    var blockCount: Int { shape[0] }
    var scratchCount: Int { imageCount }

    func run(block image: Int, _ operands: Operands) {
        let channels = shape[3]
        let (source, target) = (operands[0] + image * imageCount, operands.result + image * imageCount)
        let line = shape[2] * channels
        pass(source, operands.scratch, lines: shape[1], length: shape[2], element: channels, stride: line)
        // Vertically, a whole row is one element.
        pass(UnsafePointer(operands.scratch), target, lines: 1, length: shape[1], element: line, stride: 0)
    }

    /// Blurs along sequences of `length` elements of `element` floats each.
    private func pass(
        _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, lines: Int, length: Int,
        element: Int, stride: Int
    ) {
        let reach = taps.count / 2
        target.update(repeating: 0, count: imageCount)
        for line in 0..<lines {
            for position in 0..<length {
                let sum = target + line * stride + position * element
                for tap in max(0, position - reach)...min(length - 1, position + reach) {
                    let (weight, value) = (
                        taps[tap - position + reach], source + line * stride + tap * element
                    )
                    for index in 0..<element { sum[index] += weight * value[index] }
                }
            }
        }
    }
}
