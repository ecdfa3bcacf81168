internal import CKernels

/// Which copy of the C kernels runs. All copies give the same bytes; forcing one serves tests and
/// measurements.
public enum KernelPath: Sendable, CaseIterable {
    /// The instruction set that the package is built for.
    case baseline
    case avx2

    /// The copy in effect.
    public static var current: KernelPath {
        KernelPath(wsi_simd_path())
    }

    /// Makes this copy the one that runs, in the whole process. False, with nothing changed, where the
    /// processor cannot run it.
    @discardableResult
    public func force() -> Bool {
        KernelPath(
            wsi_simd_force(self == .avx2 ? Int32(WSI_SIMD_AVX2.rawValue) : Int32(WSI_SIMD_BASELINE.rawValue)))
            == self
    }

    private init(_ path: Int32) {
        self = path == Int32(WSI_SIMD_AVX2.rawValue) ? .avx2 : .baseline
    }
}
