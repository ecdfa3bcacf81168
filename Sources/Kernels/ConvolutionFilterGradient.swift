internal import CKernels

/// dw from x and dy: the sum over all output pixels of patch times cotangent.
///
/// Each block sums its share of the lines, for a range of output channels, into its own partial sums;
/// ``finish(_:weightGradient:)`` adds them in the order of the blocks, so that the result does not depend on
/// the threads. Wide layers are cut by output channels, where nothing has to be added; narrow ones by lines.
public struct ConvolutionFilterGradient: Sendable {
    /// Sizes of the forward convolution.
    public let geometry: ConvolutionGeometry
    /// Independent pieces of work.
    public let blockCount: Int
    /// Floats of partial sums that one block fills: all blocks together need ``blockCount`` times as many.
    public let partialCount: Int
    /// Floats of scratch memory that one worker needs.
    public let scratchCount: Int
    private let shape: wsi_correlation
    private let blocks: BlockGrid
    private let linesAtOnce: Int

    private static let wantedBlocks = 16
    /// Output channels of a block at least, if there are as many: two of the widest vectors.
    private static let leastOutputs = 32
    /// Patches times outputs from which on the blocks' own sums would outgrow the caches.
    private static let widePartial = 65_536
    /// Floats of input under the lines that are summed before the registers are emptied.
    private static let cachedFloats = 65_536

    public init(_ geometry: ConvolutionGeometry) {
        self.geometry = geometry
        shape = Correlation(forward: geometry).shape
        let lines = geometry.batch * geometry.outputHeight
        let patch = geometry.rows * geometry.columns * geometry.inputs
        let wantedSlices = min(Self.wantedBlocks, max(1, patch * geometry.outputs / Self.widePartial))
        let slice = max(Self.leastOutputs, (geometry.outputs / wantedSlices + 31) / 32 * 32)
        let slices = (geometry.outputs + slice - 1) / slice
        let parts = min(lines, max(1, Self.wantedBlocks / slices))
        blocks = BlockGrid(
            units: lines, unitsPerBlock: (lines + parts - 1) / parts, outputs: geometry.outputs,
            outputsPerBlock: slice)
        blockCount = blocks.count
        partialCount = patch * ((blocks.outputsPerBlock + 3) / 4 * 4)
        let line = geometry.stride * (geometry.width + 2 * geometry.padding) * geometry.inputs
        linesAtOnce = min(blocks.unitsPerBlock, max(1, Self.cachedFloats / line))
        scratchCount = wsi_correlate_scratch([shape], linesAtOnce)
    }

    /// Fills the partial sums of one block, ``partialCount`` floats at `partial`.
    public func run(
        block: Int, input: UnsafePointer<Float>, cotangent: UnsafePointer<Float>,
        partial: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
    ) {
        precondition(block >= 0 && block < blockCount, "block \(block) of \(blockCount)")
        let (lines, outputs) = blocks[block]
        partial.update(repeating: 0, count: partialCount)
        withUnsafePointer(to: shape) { shape in
            var first = lines.lowerBound
            while first < lines.upperBound {
                let last = min(first + linesAtOnce, lines.upperBound)
                wsi_correlate_weights(
                    shape, input, cotangent, partial, first, last, outputs.lowerBound, outputs.upperBound,
                    scratch)
                first = last
            }
        }
    }

    /// Adds the partial sums of all blocks, block after block at `partials`, and writes the gradient as
    /// outputs x inputs x rows x columns.
    public func finish(_ partials: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>) {
        let (window, inputs) = (geometry.rows * geometry.columns, geometry.inputs)
        for slice in 0..<blocks.slices {
            let outputs = blocks[slice].outputs
            let width = (outputs.count + 3) / 4 * 4
            for output in outputs {
                for input in 0..<inputs {
                    for cell in 0..<window {
                        let place = (cell * inputs + input) * width + output - outputs.lowerBound
                        var sum: Float = 0
                        var block = slice
                        while block < blockCount {
                            sum += partials[block * partialCount + place]
                            block += blocks.slices
                        }
                        weightGradient[(output * inputs + input) * window + cell] = sum
                    }
                }
            }
        }
    }
}
