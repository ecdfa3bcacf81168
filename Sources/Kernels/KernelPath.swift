internal import CKernels

/// Which copy of the C kernels runs; forcing one serves tests and measurements.
///
/// The stain kernels give the same bytes on all paths. Convolutions differ in the last digits, because a fused
/// multiply-add rounds once; on one path they depend on their operands alone.
public enum KernelPath: Sendable, CaseIterable {
    /// The instruction set that the package is built for.
    case baseline
    /// AVX2 with fused multiply-add.
    case avx2
    /// AVX-512; the stain kernels run their AVX2 copy.
    case avx512

    /// The copy in effect.
    public static var current: KernelPath {
        KernelPath(wsi_simd_path())
    }

    /// Makes this copy the one that runs, in the whole process. False, with nothing changed, where the
    /// processor cannot run it.
    @discardableResult
    public func force() -> Bool {
        KernelPath(wsi_simd_force(code)) == self
    }

    /// Runs `body` with this copy, on the calling thread alone: kernels that run elsewhere meanwhile are not
    /// touched. Nil where the processor cannot run it.
    public func run<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result? {
        defer { wsi_simd_force_here(-1) }
        guard KernelPath(wsi_simd_force_here(code)) == self else { return nil }
        return try body()
    }

    private var code: Int32 {
        switch self {
        case .baseline: Int32(WSI_SIMD_BASELINE.rawValue)
        case .avx2: Int32(WSI_SIMD_AVX2.rawValue)
        case .avx512: Int32(WSI_SIMD_AVX512.rawValue)
        }
    }

    private init(_ path: Int32) {
        switch path {
        case Int32(WSI_SIMD_AVX512.rawValue): self = .avx512
        case Int32(WSI_SIMD_AVX2.rawValue): self = .avx2
        default: self = .baseline
        }
    }
}
