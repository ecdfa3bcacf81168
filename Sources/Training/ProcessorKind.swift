package import Kernels

/// What the last digits of a training depend on beside its inputs: the machine's architecture and the kernels in
/// effect. Written as `x86_64 avx512`.
package struct ProcessorKind: Sendable, Equatable, CustomStringConvertible {
    private let architecture: String
    private let kernels: KernelPath

    /// What runs now, on this thread.
    package static var current: ProcessorKind { ProcessorKind(KernelPath.current) }

    package init(_ path: KernelPath) {
        #if arch(x86_64)
            architecture = "x86_64"
        #elseif arch(arm64)
            architecture = "arm64"
        #else
            architecture = "other"
        #endif
        kernels = path
    }

    package var description: String { "\(architecture) \(kernels)" }
}
