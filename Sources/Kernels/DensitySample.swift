internal import CKernels
public import Pixels

/// Optical densities of the pixels from which a stain matrix is estimated, tissue first, as three planes of
/// `Float`.
///
/// Owns its memory and keeps it from one filling to the next, so that a worker needs one of these for all its
/// tiles.
public struct DensitySample: ~Copyable {
    /// Pixels in the sample, and how many of them are tissue (``Lightness/tissueLimit``).
    public private(set) var count = 0
    public private(set) var tissueCount = 0
    /// Pixels whose three channels are all at most ``blackLimit``; each of them is tissue by lightness.
    public private(set) var blackCount = 0

    /// Below this no color can be told: pure black, pen and scanner artifacts.
    public static let blackLimit: UInt8 = 8

    /// Five planes of `capacity` values: densities of red, green and blue, then the codes of the two stains.
    private var storage: UnsafeMutablePointer<Float>
    private var capacity: Int

    public init() {
        capacity = 0
        storage = UnsafeMutablePointer<Float>.allocate(capacity: 0)
    }

    deinit {
        storage.deallocate()
    }

    /// Takes every `step`-th pixel of every `step`-th row of `image`.
    ///
    /// - Parameter brightness: 256 values that replace the channel values first; nil leaves them.
    public mutating func fill(from image: RGBImage, step: Int, brightness: [UInt8]? = nil) {
        fill(
            from: image.pixels, bytesPerPixel: 3, width: image.width, height: image.height, step: step,
            brightness: brightness)
    }

    /// Takes every `step`-th pixel of every `step`-th row. The first three of a pixel's bytes are R, G, B.
    public mutating func fill(
        from pixels: [UInt8], bytesPerPixel: Int, width: Int, height: Int, step: Int,
        brightness: [UInt8]? = nil
    ) {
        precondition(step >= 1 && bytesPerPixel >= 3 && width >= 0 && height >= 0, "impossible sampling")
        precondition(
            pixels.count == width * height * bytesPerPixel, "\(pixels.count) bytes for \(width) x \(height)")
        precondition(brightness?.count ?? 256 == 256, "a brightness table has 256 values")
        reserve(((width + step - 1) / step) * ((height + step - 1) / step))
        var density = OpticalDensity.table
        var weights = Lightness.weights
        if let brightness {
            density = brightness.map { density[Int($0)] }
            weights = (0..<3).flatMap { channel in brightness.map { weights[channel * 256 + Int($0)] } }
        }
        let counts = wsi_stain_sample(
            pixels, bytesPerPixel, width, height, step, density, weights, Int32(Lightness.tissueWeightLimit),
            Self.blackLimit, plane(0), plane(1), plane(2))
        (count, tissueCount, blackCount) = (counts.pixels, counts.tissue, counts.black)
    }

    /// Sums of codes and densities over the tissue pixels.
    public borrowing func tissueSums(_ coder: TwoStainCoder) -> CodeSums {
        let sums = wsi_stain_code_sums(plane(0), plane(1), plane(2), tissueCount, [coder.layout])
        return CodeSums(sums)
    }

    /// First and second moments of the tissue pixels' densities: sums per channel of v and of v squared.
    public borrowing func tissueMoments() -> (sum: SIMD3<Double>, square: SIMD3<Double>) {
        let moments = wsi_density_moments(plane(0), plane(1), plane(2), tissueCount)
        return (
            SIMD3(moments.sum.0, moments.sum.1, moments.sum.2),
            SIMD3(moments.square.0, moments.square.1, moments.square.2)
        )
    }

    /// The `fraction`-quantiles of both stains' codes over ALL pixels of the sample, background too.
    public mutating func codeQuantiles(_ coder: TwoStainCoder, fraction: Double) -> SIMD2<Double> {
        wsi_stain_codes(plane(0), plane(1), plane(2), count, [coder.layout], plane(3), plane(4))
        return SIMD2(
            linearQuantile(UnsafeBufferPointer(start: plane(3), count: count).span, fraction),
            linearQuantile(UnsafeBufferPointer(start: plane(4), count: count).span, fraction))
    }

    private borrowing func plane(_ index: Int) -> UnsafeMutablePointer<Float> {
        storage + index * capacity
    }

    private mutating func reserve(_ pixels: Int) {
        guard pixels > capacity else { return }
        storage.deallocate()
        capacity = pixels
        storage = UnsafeMutablePointer<Float>.allocate(capacity: pixels * 5)
    }
}
