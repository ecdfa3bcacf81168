/// Cuts a convolution into blocks that workers compute independently: ranges of units (lines of output or
/// tiles) times ranges of output channels.
///
/// The cut depends on the geometry alone, so that neither the digits nor the memory depend on the number of
/// workers.
struct BlockGrid: Sendable {
    let units: Int
    let unitsPerBlock: Int
    let outputs: Int
    let outputsPerBlock: Int

    /// Blocks wanted at least, so that the work balances on many cores; small maps give fewer.
    static let wantedBlocks = 32

    /// Blocks of `preferred` units; if those are fewer than wanted, of fewer units, down to `least`, and then
    /// of fewer output channels, down to `leastOutputs`, a multiple of 16.
    init(units: Int, preferred: Int, least: Int, outputs: Int, leastOutputs: Int) {
        let even = (units + Self.wantedBlocks - 1) / Self.wantedBlocks
        let perBlock = min(units, max(1, min(preferred, max(least, even))))
        let parts = (units + perBlock - 1) / perBlock
        let wantedSlices = (Self.wantedBlocks + parts - 1) / parts
        let slice = max(leastOutputs, (outputs / wantedSlices + 31) / 32 * 32)
        self.init(units: units, unitsPerBlock: perBlock, outputs: outputs, outputsPerBlock: slice)
    }

    init(units: Int, unitsPerBlock: Int, outputs: Int, outputsPerBlock: Int) {
        self.units = units
        // The same number of blocks, but of even size.
        let parts = (units + unitsPerBlock - 1) / unitsPerBlock
        self.unitsPerBlock = (units + parts - 1) / parts
        self.outputs = outputs
        self.outputsPerBlock = min(outputsPerBlock, outputs)
    }

    /// Ranges of output channels.
    var slices: Int { (outputs + outputsPerBlock - 1) / outputsPerBlock }
    var count: Int { (units + unitsPerBlock - 1) / unitsPerBlock * slices }

    subscript(block: Int) -> (units: Range<Int>, outputs: Range<Int>) {
        let (first, output) = (block / slices * unitsPerBlock, block % slices * outputsPerBlock)
        return (
            first..<min(first + unitsPerBlock, units), output..<min(output + outputsPerBlock, outputs)
        )
    }
}
