internal import CKernels

/// How a correlation is computed, chosen from its sizes alone. This is the one place that decides.
///
/// Measured on a Xeon with AVX-512 (peak 191 GFLOP/s on one core), 3 x 3 windows, one thread: how many times
/// faster Winograd is than direct sums.
///
///     channels    tiles    AVX-512    AVX2   baseline
///     3 -> 64       256       0.5      0.6       0.9
///     8 -> 16       256       0.6      0.9       1.4
///     16 -> 16      256       1.0      1.2       2.2
///     32 -> 32        1       0.7      1.1       2.0
///     32 -> 32        4       1.2      1.8       2.6
///     32 -> 32      256       1.6      1.9       2.8
///     64 -> 64      256       2.0      2.5       3.3
///     512 -> 512      1       1.1      1.1
///     512 -> 512      4       3.0      3.3
enum ConvolutionMethod: Sendable {
    /// Sums over the window, for any geometry: the input's lines are copied between zeros where the window
    /// leaves the image, and read in place otherwise.
    case direct
    /// Winograd's F(4 x 4, 3 x 3).
    case winograd

    init(for shape: wsi_correlation, batch: Int) {
        let fits = shape.rows == 3 && shape.columns == 3 && shape.stride == 1
        // The transformed weights are four times as many as the weights. Where they are too many for most
        // caches, a few tiles do not repay reading them: in a whole VGG19 on a single crop, where nothing is
        // left of them in the cache, 4 tiles are a tie. The table's weights were.
        let isHeavy = 36 * shape.inputs * shape.outputs > Self.heavyWeights
        let tiles = Self.tiles(of: shape, batch: batch)
        self =
            fits && min(shape.inputs, shape.outputs) >= 16 && tiles >= (isHeavy ? 8 : 4) ? .winograd : .direct
    }

    /// 16 MB of floats.
    private static let heavyWeights = 4_194_304
    /// Floats that one block's working set may have: half of a second-level cache of 1 MB.
    private static let cachedFloats = 131_072

    private static func tiles(of shape: wsi_correlation, batch: Int) -> Int {
        batch * ((shape.out_height + 3) / 4) * ((shape.out_width + 3) / 4)
    }

    /// The cut into blocks that workers compute.
    ///
    /// Winograd on few channels takes 24 tiles at once, whose transforms stay in the second-level cache: 64
    /// channels at 64 px run 7 % faster than with 96. On many channels the weights are what must be read
    /// seldom: 96 tiles, and cuts by output channels only down to 256, since each repeats the transform of the
    /// input (6 % of the work at 512 channels).
    func blocks(for shape: wsi_correlation, batch: Int) -> BlockGrid {
        switch self {
        case .direct:
            let line = ((shape.out_width - 1) * shape.stride + shape.columns) * shape.inputs * shape.stride
            return BlockGrid(
                units: batch * shape.out_height,
                preferred: min(Self.cachedFloats / max(1, line), 1024 / shape.out_width + 1),
                least: 96 / shape.out_width + 1, outputs: shape.outputs, leastOutputs: 64)
        case .winograd:
            let fewChannels = 36 * shape.inputs * shape.outputs <= 4 * Self.cachedFloats
            return BlockGrid(
                units: Self.tiles(of: shape, batch: batch), preferred: fewChannels ? 24 : 96,
                least: fewChannels ? 12 : 32, outputs: shape.outputs, leastOutputs: 256)
        }
    }
}
