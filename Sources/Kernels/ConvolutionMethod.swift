internal import CKernels

/// How a correlation is computed, chosen from its sizes alone.
enum ConvolutionMethod: Sendable {
    /// Sums over the window, for any geometry: the input's lines are copied between zeros where the window
    /// leaves the image, and read in place.
    case direct
    /// Winograd's F(4 x 4, 3 x 3).
    case winograd

    init(for shape: wsi_correlation, batch: Int) {
        let fits = shape.rows == 3 && shape.columns == 3 && shape.stride == 1
        let tiles = batch * ((shape.out_height + 3) / 4) * ((shape.out_width + 3) / 4)
        self = fits && min(shape.inputs, shape.outputs) >= 16 && tiles >= 8 ? .winograd : .direct
    }

    /// Floats that one block's working set may have: half of a second-level cache of 1 MB.
    private static let cachedFloats = 131_072

    func blocks(for shape: wsi_correlation, batch: Int) -> BlockGrid {
        switch self {
        case .direct:
            let line = ((shape.out_width - 1) * shape.stride + shape.columns) * shape.inputs * shape.stride
            return BlockGrid(
                units: batch * shape.out_height,
                preferred: min(Self.cachedFloats / max(1, line), 1024 / shape.out_width + 1),
                least: 96 / shape.out_width + 1, outputs: shape.outputs, leastOutputs: 64)
        case .winograd:
            let tiles = batch * ((shape.out_height + 3) / 4) * ((shape.out_width + 3) / 4)
            let perTile = 36 * (shape.inputs + shape.outputs)
            return BlockGrid(
                units: tiles, preferred: max(96, 2 * Self.cachedFloats / perTile), least: 48,
                outputs: shape.outputs, leastOutputs: 64)
        }
    }
}
