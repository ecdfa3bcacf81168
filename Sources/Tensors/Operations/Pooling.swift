extension Value {
    /// Mean of every window: [n, h, w, c] -> [n, h', w', c] with h' = (h - window) / stride + 1.
    public func averagePooled(window: Int, stride: Int? = nil) -> Value {
        let geometry = PoolGeometry(shape, window: window, stride: stride ?? window, padding: 0)
        return graph.apply(
            WindowSum(geometry: geometry, scale: 1 / Float(window * window)), to: [self])
    }

    /// Every pixel repeated in a square of `factor` x `factor` (nearest neighbor).
    public func enlarged(by factor: Int) -> Value {
        let enlarged: TensorShape = [shape[0], shape[1] * factor, shape[2] * factor, shape[3]]
        let geometry = PoolGeometry(enlarged, window: factor, stride: factor, padding: 0)
        return graph.apply(WindowSpread(geometry: geometry, scale: 1), to: [self])
    }

    /// Maximum of every window; of equal elements the first, in reading order, counts for derivatives.
    /// Padding does not take part.
    public func maximumPooled(window: Int, stride: Int? = nil, padding: Int = 0) -> Value {
        let geometry = PoolGeometry(shape, window: window, stride: stride ?? window, padding: padding)
        return graph.apply(MaximumPool(geometry: geometry), to: [self])
    }
}

/// Windows over maps: the sizes before and after.
struct PoolGeometry: Sendable {
    let input: TensorShape
    let output: TensorShape
    let window: Int
    let stride: Int
    let padding: Int

    init(_ input: TensorShape, window: Int, stride: Int, padding: Int) {
        precondition(
            input.rank == 4 && window > 0 && stride > 0 && 2 * padding <= window
                && min(input[1], input[2]) + 2 * padding >= window,
            "windows of \(window) px, stride \(stride), padding \(padding), on \(input)")
        self.input = input
        self.window = window
        self.stride = stride
        self.padding = padding
        let size = { (side: Int) in (side + 2 * padding - window) / stride + 1 }
        output = [input[0], size(input[1]), size(input[2]), input[3]]
    }

    var channels: Int { input[3] }

    /// Whether the windows are cells of 2 x 2 that cover the map, and the channels full vectors, as between the
    /// blocks of most networks.
    var isHalving: Bool {
        window == 2 && stride == 2 && padding == 0 && input[1] % 2 == 0 && input[2] % 2 == 0
            && channels % 8 == 0
    }

    /// Calls `body` with the offsets of an output pixel and of each input pixel in its window, for all windows
    /// of an image, in reading order.
    @inline(__always)
    func forEachPixel(ofImage image: Int, _ body: (_ output: Int, _ input: Int, _ isFirst: Bool) -> Void) {
        for row in 0..<output[1] {
            for column in 0..<output[2] {
                let target = ((image * output[1] + row) * output[2] + column) * channels
                let (top, left) = (row * stride - padding, column * stride - padding)
                var isFirst = true
                for y in max(0, top)..<min(input[1], top + window) {
                    for x in max(0, left)..<min(input[2], left + window) {
                        body(target, ((image * input[1] + y) * input[2] + x) * channels, isFirst)
                        isFirst = false
                    }
                }
            }
        }
    }

    /// Floats of an image before and after.
    var inputCount: Int { input.count / input[0] }
    var outputCount: Int { output.count / output[0] }
}

/// scale · sum of every window. The transposed operation of ``WindowSpread``.
private struct WindowSum: Operation {
    let geometry: PoolGeometry
    let scale: Float

    func resultShape(of inputs: [TensorShape]) -> TensorShape { geometry.output }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        WindowSumKernel(geometry: geometry, scale: scale)
    }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        [cotangent.graph.apply(WindowSpread(geometry: geometry, scale: scale), to: [cotangent])]
    }
}

/// scale · x added to every pixel of its window.
private struct WindowSpread: Operation {
    let geometry: PoolGeometry
    let scale: Float

    func resultShape(of inputs: [TensorShape]) -> TensorShape { geometry.input }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        WindowSpreadKernel(geometry: geometry, scale: scale)
    }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        [cotangent.graph.apply(WindowSum(geometry: geometry, scale: scale), to: [cotangent])]
    }
}

private struct WindowSumKernel: TensorKernel {
    let geometry: PoolGeometry
    let scale: Float
    var blockCount: Int { geometry.input[0] }

    func run(block image: Int, _ operands: Operands) {
        let (source, target, channels) = (operands[0], operands.result, geometry.channels)
        geometry.forEachPixel(ofImage: image) { output, input, isFirst in
            let (sum, pixel) = (target + output, source + input)
            if isFirst {
                for channel in 0..<channels { sum[channel] = pixel[channel] }
            } else {
                for channel in 0..<channels { sum[channel] += pixel[channel] }
            }
        }
        let image = target + image * geometry.outputCount
        for index in 0..<geometry.outputCount { image[index] *= scale }
    }
}

private struct WindowSpreadKernel: TensorKernel {
    let geometry: PoolGeometry
    let scale: Float
    var blockCount: Int { geometry.input[0] }

    func run(block image: Int, _ operands: Operands) {
        let (source, target, channels) = (operands[0], operands.result, geometry.channels)
        (target + image * geometry.inputCount).update(repeating: 0, count: geometry.inputCount)
        geometry.forEachPixel(ofImage: image) { output, input, _ in
            let (value, pixel) = (source + output, target + input)
            for channel in 0..<channels { pixel[channel] += value[channel] * scale }
        }
    }
}
