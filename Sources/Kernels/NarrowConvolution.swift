/// Convolution for at most four outputs, where a matrix product would spend its time on packing: the outputs
/// lie in one vector, and four neighboring pixels are computed at once so that each weight is loaded once for
/// all of them.
///
/// `source` is already padded and `width` pixels wide; multiplication and addition stay separate operations,
/// so the digits do not depend on whether the processor can fuse them.
func convolveNarrow(
    _ source: UnsafePointer<Float>, width: Int, with kernel: ConvolutionKernel,
    into output: UnsafeMutablePointer<Float>, shape: MapShape, rectified: Bool
) {
    var bias = SIMD4<Float>.zero
    for (lane, value) in kernel.bias.enumerated() {
        bias[lane] = value
    }
    kernel.quads.withUnsafeBufferPointer { quads in
        guard let weights = quads.baseAddress else { return }
        let window = NarrowWindow(
            weights: weights, bias: bias, side: kernel.side, run: kernel.side * kernel.inputs,
            line: width * kernel.inputs, inputs: kernel.inputs)
        for y in 0..<shape.height {
            let target = output + y * shape.width * shape.channels
            convolveRow(source + y * window.line, window, into: target, shape: shape, rectified: rectified)
        }
    }
}

/// What one window of a narrow kernel reads: `side` runs of `run` adjacent floats, `line` floats apart.
private struct NarrowWindow {
    let weights: UnsafePointer<SIMD4<Float>>
    let bias: SIMD4<Float>
    let side: Int
    let run: Int
    let line: Int
    let inputs: Int

    /// The result at one pixel.
    @inline(__always)
    func at(_ corner: UnsafePointer<Float>) -> SIMD4<Float> {
        var sum = bias
        var weight = weights
        for ky in 0..<side {
            let pixel = corner + ky * line
            for index in 0..<run {
                sum += weight[index] * pixel[index]
            }
            weight += run
        }
        return sum
    }

    /// The results at four neighboring pixels, each summed in the same order as ``at(_:)``.
    @inline(__always)
    func atFour(_ corner: UnsafePointer<Float>) -> (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>) {
        var (a, b, c, d) = (bias, bias, bias, bias)
        var weight = weights
        for ky in 0..<side {
            let pixel = corner + ky * line
            for index in 0..<run {
                let factor = weight[index]
                a += factor * pixel[index]
                b += factor * pixel[index + inputs]
                c += factor * pixel[index + 2 * inputs]
                d += factor * pixel[index + 3 * inputs]
            }
            weight += run
        }
        return (a, b, c, d)
    }
}

@inline(__always)
private func convolveRow(
    _ row: UnsafePointer<Float>, _ window: NarrowWindow, into target: UnsafeMutablePointer<Float>,
    shape: MapShape, rectified: Bool
) {
    let head = shape.width & ~3
    for x in stride(from: 0, to: head, by: 4) {
        let (a, b, c, d) = window.atFour(row + x * window.inputs)
        let pixel = target + x * shape.channels
        store(a, pixel, shape.channels, rectified)
        store(b, pixel + shape.channels, shape.channels, rectified)
        store(c, pixel + 2 * shape.channels, shape.channels, rectified)
        store(d, pixel + 3 * shape.channels, shape.channels, rectified)
    }
    for x in head..<shape.width {
        let sum = window.at(row + x * window.inputs)
        store(sum, target + x * shape.channels, shape.channels, rectified)
    }
}

@inline(__always)
private func store(
    _ sum: SIMD4<Float>, _ target: UnsafeMutablePointer<Float>, _ lanes: Int, _ rectified: Bool
) {
    let value = rectified ? sum.replacing(with: 0, where: sum .< 0) : sum
    if lanes == 4 {
        UnsafeMutableRawPointer(target).storeBytes(of: value, as: SIMD4<Float>.self)
    } else {
        for lane in 0..<lanes {
            target[lane] = value[lane]
        }
    }
}
