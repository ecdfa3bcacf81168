internal import CKernels

/// y = x * w (+ bias), then leaky ReLU if wanted.
///
/// The work is cut into ``blockCount`` independent blocks, to be run on any threads in any order; the result
/// is the same to the last bit. It may differ in the last digits between ``KernelPath``s. Nothing here
/// allocates after `init`.
public struct ForwardConvolution: Sendable {
    public let geometry: ConvolutionGeometry
    /// Floats of packed weights.
    public let packedCount: Int
    /// Independent pieces of work.
    public let blockCount: Int
    /// Floats of scratch memory that one worker needs.
    public let scratchCount: Int
    /// Convolutions with equal names pack equal weights into equal bytes.
    public let weightLayout: String
    private let correlation: Correlation

    public init(_ geometry: ConvolutionGeometry) {
        self.geometry = geometry
        correlation = Correlation(forward: geometry)
        packedCount = correlation.packedCount
        blockCount = correlation.blocks.count
        scratchCount = correlation.scratchCount
        weightLayout = correlation.weightLayout
    }

    /// Brings weights (outputs x inputs x rows x columns) into the order that ``run`` reads. Once for weights
    /// that stay; again whenever they change.
    public func pack(_ weights: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
        correlation.pack(weights, into: packed)
    }

    /// Whether the maximum of every cell of 2 x 2 outputs can be stored in their place.
    public var canHalve: Bool {
        correlation.method == .winograd && geometry.outputHeight % 2 == 0 && geometry.outputWidth % 2 == 0
    }

    /// Computes one block of the output, every value of it.
    ///
    /// - Parameters:
    ///   - bias: one value for each output channel.
    ///   - slope: factor for negative results: 0 is ReLU, nil leaves them. NaN stays NaN.
    ///   - joint: what happens after that. The other map may be the output's memory, but not the input's.
    ///   - scratch: ``scratchCount`` floats that no other thread uses meanwhile.
    public func run(
        block: Int, input: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        slope: Float?, joint: ConvolutionJoint = .none, output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        precondition(block >= 0 && block < blockCount, "block \(block) of \(blockCount)")
        precondition(!joint.halves || canHalve, "\(geometry) cannot be halved")
        withUnsafePointer(to: slope ?? 1) { pointer in
            let finish = wsi_finish(
                bias: bias, slope: slope == nil ? nil : pointer, addend: joint.addend, gate: joint.gate,
                gate_slope: joint.gateSlope, halves: joint.halves ? 1 : 0)
            correlation.run(
                block: block, input: input, packed: packed, finish: finish, output: output, scratch: scratch)
        }
    }
}
