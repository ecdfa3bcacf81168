internal import CKernels

/// One correlation as the C kernels run it. A forward convolution is one; the gradient by the data is one for
/// each phase of the stride, with flipped weights and input and output exchanged.
struct Correlation: Sendable {
    let batch: Int
    let shape: wsi_correlation
    /// Floats in front of the first output pixel.
    let outputStart: Int
    /// Where the weights lie.
    let weights: WeightOrder
    let method: ConvolutionMethod
    let blocks: BlockGrid

    private init(batch: Int, shape: wsi_correlation, outputStart: Int, weights: WeightOrder) {
        self.batch = batch
        self.shape = shape
        self.outputStart = outputStart
        self.weights = weights
        method = ConvolutionMethod(for: shape, batch: batch)
        blocks = method.blocks(for: shape, batch: batch)
    }

    /// The convolution itself.
    init(forward g: ConvolutionGeometry) {
        let window = g.rows * g.columns
        self.init(
            batch: g.batch,
            shape: wsi_correlation(
                height: g.height, width: g.width, inputs: g.inputs, out_height: g.outputHeight,
                out_width: g.outputWidth, outputs: g.outputs, rows: g.rows, columns: g.columns,
                stride: g.stride, top: g.padding, left: g.padding,
                out_image: g.outputHeight * g.outputWidth * g.outputs,
                out_line: g.outputWidth * g.outputs, out_pixel: g.outputs),
            outputStart: 0,
            weights: WeightOrder(
                start: 0, output: g.inputs * window, input: window, row: g.columns, column: 1))
    }

    /// The gradient at the pixels whose rows and columns, padding included, leave the remainders `phase` and
    /// `columnPhase` when divided by the stride: only every stride-th weight meets them. Nil if there is no
    /// such pixel.
    init?(dataGradient g: ConvolutionGeometry, phase: Int, columnPhase: Int) {
        let down = PhaseAxis(g.height, window: g.rows, stride: g.stride, padding: g.padding, phase: phase)
        let across = PhaseAxis(
            g.width, window: g.columns, stride: g.stride, padding: g.padding, phase: columnPhase)
        guard down.count > 0, across.count > 0 else { return nil }
        let window = g.rows * g.columns
        self.init(
            batch: g.batch,
            shape: wsi_correlation(
                height: g.outputHeight, width: g.outputWidth, inputs: g.outputs, out_height: down.count,
                out_width: across.count, outputs: g.inputs, rows: down.window, columns: across.window,
                stride: 1, top: down.padding, left: across.padding,
                out_image: g.height * g.width * g.inputs, out_line: g.stride * g.width * g.inputs,
                out_pixel: g.stride * g.inputs),
            outputStart: (down.first * g.width + across.first) * g.inputs,
            weights: WeightOrder(
                start: down.lastWeight * g.columns + across.lastWeight, output: window,
                input: g.inputs * window, row: -g.stride * g.columns, column: -g.stride))
    }

    var packedCount: Int {
        let panels = (shape.outputs + 3) / 4 * 4 * shape.inputs
        return panels * (method == .winograd ? 36 : shape.rows * shape.columns)
    }

    var scratchCount: Int {
        switch method {
        case .direct: wsi_correlate_scratch([shape], blocks.unitsPerBlock)
        case .winograd: wsi_winograd_scratch([shape], blocks.unitsPerBlock, blocks.outputsPerBlock)
        }
    }

    func pack(_ source: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
        switch method {
        case .direct: packPanels(source, into: packed)
        case .winograd: packWinograd(source, into: packed)
        }
    }

    func run(
        block: Int, input: UnsafePointer<Float>, packed: UnsafePointer<Float>, finish: wsi_finish,
        output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
    ) {
        let (units, outputs) = blocks[block]
        let target = output + outputStart
        var finish = finish
        finish.addend = finish.addend.map { $0 + outputStart }
        finish.gate = finish.gate.map { $0 + outputStart }
        var shape = shape
        if finish.halves != 0 {
            shape.out_image /= 4
            shape.out_line /= 2
        }
        withUnsafePointer(to: shape) { shape in
            switch method {
            case .direct:
                wsi_correlate(
                    shape, input, packed, finish, target, units.lowerBound, units.upperBound,
                    outputs.lowerBound, outputs.upperBound, scratch)
            case .winograd:
                wsi_winograd(
                    shape, input, packed, finish, target, units.lowerBound, units.upperBound,
                    outputs.lowerBound, outputs.upperBound, scratch)
            }
        }
    }
}

/// Where the weight of (output, input, row, column) lies: `start` plus each index times its step.
struct WeightOrder: Sendable {
    let start: Int
    let output: Int
    let input: Int
    let row: Int
    let column: Int
}

/// One axis of one phase of a strided convolution's data gradient.
///
/// dx(y) = sum over k of dy((y + padding - k) / stride) w(k), over the k that divide evenly: with
/// y + padding = q · stride + phase and k = phase + stride · j, that is the sum over j of dy(q - j) w(k).
private struct PhaseAxis {
    /// First position of this phase, and their number.
    let first: Int
    let count: Int
    /// Weights that meet the phase.
    let window: Int
    /// Zeros in front of the cotangent, so that the first window begins there.
    let padding: Int
    /// Index of the weight that meets the window's first pixel.
    let lastWeight: Int

    init(_ size: Int, window: Int, stride: Int, padding: Int, phase: Int) {
        first = ((phase - padding) % stride + stride) % stride
        count = first < size ? (size - first + stride - 1) / stride : 0
        self.window = phase < window ? (window - phase + stride - 1) / stride : 0
        self.padding = self.window - 1 - (first + padding - phase) / stride
        lastWeight = phase + stride * (self.window - 1)
    }
}
