internal import CKernels

/// dx from dy: the adjoint of the convolution, which is also the transposed convolution.
///
/// With stride s it is s · s correlations with stride 1, one for each phase of the input's pixels; they write
/// different pixels, so nothing is ever added from two blocks. Blocks and digits are as for
/// ``ForwardConvolution``.
public struct ConvolutionDataGradient: Sendable {
    /// Sizes of the forward convolution.
    public let geometry: ConvolutionGeometry
    /// Floats of packed weights.
    public let packedCount: Int
    /// Independent pieces of work.
    public let blockCount: Int
    /// Floats of scratch memory that one worker needs.
    public let scratchCount: Int
    /// Gradients with equal names pack equal weights into equal bytes.
    public let weightLayout: String
    private let phases: [Phase]

    private struct Phase {
        let correlation: Correlation
        let firstBlock: Int
        let packedStart: Int
    }

    public init(_ geometry: ConvolutionGeometry) {
        self.geometry = geometry
        var (phases, blocks, packed, scratch): ([Phase], Int, Int, Int) = ([], 0, 0, 0)
        for row in 0..<geometry.stride {
            for column in 0..<geometry.stride {
                guard let part = Correlation(dataGradient: geometry, phase: row, columnPhase: column) else {
                    continue
                }
                phases.append(Phase(correlation: part, firstBlock: blocks, packedStart: packed))
                blocks += part.blocks.count
                packed += part.packedCount
                scratch = max(scratch, part.scratchCount)
            }
        }
        weightLayout = phases.map(\.correlation.weightLayout).joined(separator: ", ")
        (self.phases, blockCount, packedCount, scratchCount) = (phases, blocks, packed, scratch)
    }

    /// Brings the forward weights (outputs x inputs x rows x columns) into the order that ``run`` reads.
    public func pack(_ weights: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
        for phase in phases {
            phase.correlation.pack(weights, into: packed + phase.packedStart)
        }
    }

    /// Computes one block of the gradient, every value of it.
    ///
    /// - Parameters:
    ///   - cotangent: the gradient by the convolution's output.
    ///   - joint: what happens to each value before it is stored, with another map of the input's size. That may
    ///     be the result's memory, but not the cotangent's.
    ///   - scratch: ``scratchCount`` floats that no other thread uses meanwhile.
    public func run(
        block: Int, cotangent: UnsafePointer<Float>, packed: UnsafePointer<Float>,
        joint: ConvolutionJoint = .none, inputGradient: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        precondition(block >= 0 && block < blockCount, "block \(block) of \(blockCount)")
        var index = phases.count - 1
        while phases[index].firstBlock > block { index -= 1 }
        let phase = phases[index]
        phase.correlation.run(
            block: block - phase.firstBlock, input: cotangent, packed: packed + phase.packedStart,
            finish: wsi_finish(
                bias: nil, slope: nil, addend: joint.addend, gate: joint.gate, gate_slope: joint.gateSlope,
                halves: 0),
            output: inputGradient, scratch: scratch)
    }
}
