internal import CKernels

/// Sizes of a convolution: [batch, height, width, inputs] -> [batch, outputHeight, outputWidth, outputs],
/// channels last.
///
/// Cross-correlation as in PyTorch's `Conv2d`: y(n, r, c, o) = sum over (ky, kx, i) of
/// weight(o, i, ky, kx) · x(n, r · stride + ky - padding, c · stride + kx - padding, i), zero outside the
/// input. Weights lie as outputs x inputs x rows x columns.
public struct ConvolutionGeometry: Sendable, Hashable {
    public let batch: Int
    public let height: Int
    public let width: Int
    public let inputs: Int
    public let outputs: Int
    /// Height of the window.
    public let rows: Int
    /// Width of the window.
    public let columns: Int
    public let stride: Int
    /// Zeros on each of the four sides.
    public let padding: Int

    /// The tallest window that the kernels have room for.
    static let tallestWindow = Int(WSI_WINDOW_LIMIT)

    public init(
        batch: Int, height: Int, width: Int, inputs: Int, outputs: Int, rows: Int, columns: Int, stride: Int,
        padding: Int
    ) {
        precondition(
            batch > 0 && height > 0 && width > 0 && inputs > 0 && outputs > 0,
            "convolution of \(batch) x \(height) x \(width) x \(inputs) to \(outputs) channels")
        precondition(
            rows > 0 && columns > 0 && rows <= Self.tallestWindow && stride > 0 && padding >= 0,
            "window \(rows) x \(columns), stride \(stride), padding \(padding); at most \(Self.tallestWindow) rows"
        )
        precondition(
            height + 2 * padding >= rows && width + 2 * padding >= columns,
            "window \(rows) x \(columns) on \(height) x \(width) with padding \(padding)")
        self.batch = batch
        self.height = height
        self.width = width
        self.inputs = inputs
        self.outputs = outputs
        self.rows = rows
        self.columns = columns
        self.stride = stride
        self.padding = padding
    }

    public var outputHeight: Int { (height + 2 * padding - rows) / stride + 1 }
    public var outputWidth: Int { (width + 2 * padding - columns) / stride + 1 }
    /// Floats of the whole input.
    public var inputCount: Int { batch * height * width * inputs }
    /// Floats of the whole output.
    public var outputCount: Int { batch * outputHeight * outputWidth * outputs }
    public var weightCount: Int { outputs * inputs * rows * columns }
}
