internal import CKernels
public import Pixels

/// Re-stains pixels: density by a byte table, codes of the source's stains, and the target's stains at those
/// codes, 255 exp(-h·mixing) truncated to eight bits.
public struct StainReplacement: Sendable {
    private let coder: TwoStainCoder
    private let mixing: (SIMD3<Double>, SIMD3<Double>)

    /// - Parameters:
    ///   - coder: codes of the source's stains.
    ///   - first, second: densities of the target's stains for a code of 1, non-negative; gains are
    ///     multiplied in.
    public init(coder: TwoStainCoder, first: SIMD3<Double>, second: SIMD3<Double>) {
        precondition(min(first.min(), second.min()) >= 0, "negative stain densities")
        self.coder = coder
        mixing = (first, second)
    }

    /// Replaces the stains of every pixel in place, without temporaries.
    ///
    /// - Parameter density: optical density of the channel values 0 to 255.
    public func apply(to image: inout RGBImage, density: [Float] = OpticalDensity.table) {
        let count = image.pixelCount
        image.pixels.withUnsafeMutableBufferPointer { pixels in
            guard let base = pixels.baseAddress else { return }
            replace(UnsafePointer(base), base, count: count, density: density)
        }
    }

    /// The re-stained image.
    public func applied(to image: RGBImage, density: [Float] = OpticalDensity.table) -> RGBImage {
        let pixels = [UInt8](unsafeUninitializedCapacity: image.pixels.count) { output, count in
            image.pixels.withUnsafeBufferPointer { input in
                guard let source = input.baseAddress, let target = output.baseAddress else { return }
                replace(source, target, count: image.pixelCount, density: density)
            }
            count = image.pixels.count
        }
        return RGBImage(width: image.width, height: image.height, pixels: pixels)
    }

    private func replace(
        _ input: UnsafePointer<UInt8>, _ output: UnsafeMutablePointer<UInt8>, count: Int, density: [Float]
    ) {
        precondition(density.count == 256, "a density table has 256 values, not \(density.count)")
        let rows = [TwoStainCoder.row(mixing.0), TwoStainCoder.row(mixing.1)]
        wsi_stain_replace(input, output, count, density, [coder.layout], rows)
    }
}

/// exp(-x) for each x >= 0, as the stain kernels compute it (relative error below
/// 1.5e-7 (1 + x) up to x = 16, where it stops falling).
public func exponentialOfNegative(_ values: [Float]) -> [Float] {
    [Float](unsafeUninitializedCapacity: values.count) { buffer, count in
        if let base = buffer.baseAddress { wsi_exp_negative(values, base, values.count) }
        count = values.count
    }
}
