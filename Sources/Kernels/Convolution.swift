/// Memory that convolutions need besides their input and output: the zero-padded input, and a block of
/// patches.
public struct ConvolutionScratch: ~Copyable {
    let padded: FloatStorage
    let patches: FloatStorage

    /// Floats needed for one convolution of a map of `shape`.
    public struct Demand: Sendable {
        var padded = 0
        var patches = 0

        /// No convolution at all.
        public init() {}

        /// Grows to serve `kernel` on a map of `shape` too.
        public mutating func include(_ kernel: ConvolutionKernel, on shape: MapShape) {
            if kernel.padding > 0 {
                let (height, width) = (shape.height + 2 * kernel.padding, shape.width + 2 * kernel.padding)
                padded = max(padded, height * width * kernel.inputs)
            }
            if !kernel.isNarrow, kernel.side > 1 {
                let output = kernel.outputShape(for: shape)
                let rows = blockRows(of: kernel, output: output)
                patches = max(patches, min(rows, output.height) * output.width * kernel.patch)
            }
        }
    }

    public init(_ demand: Demand) {
        padded = FloatStorage(count: demand.padded)
        patches = FloatStorage(count: demand.patches)
    }
}

/// Convolves one map (NHWC, batch 1), stride 1, zero padding, bias added; `rectified` applies ReLU to the
/// result.
///
/// Narrow kernels run in a plain loop, 1 x 1 windows as one matrix product on the input itself, the others as
/// matrix products over blocks of patches that fit in the cache. Which products run depends on the shapes
/// alone.
public func convolve(
    _ input: UnsafePointer<Float>, shape: MapShape, with kernel: ConvolutionKernel,
    scratch: borrowing ConvolutionScratch, into output: UnsafeMutablePointer<Float>, rectified: Bool = false
) {
    let result = kernel.outputShape(for: shape)
    var (source, width) = (input, shape.width)
    if kernel.padding > 0 {
        padWithZeros(input, shape: shape, by: kernel.padding, into: scratch.padded)
        source = UnsafePointer(scratch.padded.pointer)
        width += 2 * kernel.padding
    }
    if kernel.isNarrow {
        convolveNarrow(source, width: width, with: kernel, into: output, shape: result, rectified: rectified)
    } else {
        convolveByPatches(
            source, width: width, with: kernel, scratch: scratch, into: output, shape: result,
            rectified: rectified)
    }
}

/// Copies a map into the middle of a zero frame of `padding` pixels.
private func padWithZeros(
    _ input: UnsafePointer<Float>, shape: MapShape, by padding: Int, into padded: borrowing FloatStorage
) {
    let (row, margin) = (shape.width * shape.channels, padding * shape.channels)
    let wide = row + 2 * margin
    precondition((shape.height + 2 * padding) * wide <= padded.count, "scratch planned for smaller maps")
    var target = padded.pointer
    target.update(repeating: 0, count: padding * wide)
    target += padding * wide
    for y in 0..<shape.height {
        target.update(repeating: 0, count: margin)
        (target + margin).update(from: input + y * row, count: row)
        (target + margin + row).update(repeating: 0, count: margin)
        target += wide
    }
    target.update(repeating: 0, count: padding * wide)
}

/// Output rows whose patches are multiplied at once: about 1 MB of patches, but at least 256 pixels, because
/// every product packs all the weights anew.
private func blockRows(of kernel: ConvolutionKernel, output: MapShape) -> Int {
    let pixels = max(256, 262_144 / kernel.patch)
    return max(1, pixels / output.width)
}

private func convolveByPatches(
    _ source: UnsafePointer<Float>, width: Int, with kernel: ConvolutionKernel,
    scratch: borrowing ConvolutionScratch, into output: UnsafeMutablePointer<Float>, shape: MapShape,
    rectified: Bool
) {
    let step = kernel.side == 1 ? shape.height : blockRows(of: kernel, output: shape)
    for first in stride(from: 0, to: shape.height, by: step) {
        let rows = first..<min(first + step, shape.height)
        let pixels = rows.count * shape.width
        let block = output + first * shape.width * kernel.outputs
        var patches = source
        if kernel.side > 1 {
            gatherPatches(
                source, width: width, kernel: kernel, rows: rows, columns: shape.width, scratch.patches)
            patches = UnsafePointer(scratch.patches.pointer)
        }
        kernel.matrix.withUnsafeBufferPointer { matrix in
            guard let weights = matrix.baseAddress else { return }
            multiplyMatrices(
                patches, weights, into: block, rows: pixels, inner: kernel.patch, columns: kernel.outputs)
        }
        kernel.bias.withUnsafeBufferPointer { bias in
            guard let bias = bias.baseAddress else { return }
            addBias(bias, to: block, pixels: pixels, channels: kernel.outputs, rectified: rectified)
        }
    }
}

/// Writes the patch of every output pixel of `rows` as one matrix row, ordered (ky, kx, input).
///
/// In a padded NHWC map the `side` pixels of one window row are adjacent, so a patch is `side` plain copies.
private func gatherPatches(
    _ source: UnsafePointer<Float>, width: Int, kernel: ConvolutionKernel, rows: Range<Int>, columns: Int,
    _ patches: borrowing FloatStorage
) {
    let (run, line) = (kernel.side * kernel.inputs, width * kernel.inputs)
    precondition(rows.count * columns * kernel.patch <= patches.count, "scratch planned for smaller maps")
    var target = patches.pointer
    for y in rows {
        for x in 0..<columns {
            var window = source + y * line + x * kernel.inputs
            for _ in 0..<kernel.side {
                target.update(from: window, count: run)
                target += run
                window += line
            }
        }
    }
}
