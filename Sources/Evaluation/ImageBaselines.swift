internal import Kernels
public import Pixels

/// Trivial quantities of an image. A model that separates no better than one of these has learned nothing else.
public struct ImageBaselines: Sendable, Equatable {
    /// 0 to 255.
    public let meanRed: Double
    /// Mean of -ln(v / 255) over all pixels and channels; 0 counts as 1.
    public let meanOpticalDensity: Double
    /// Mean over all pixels and channels, 0 to 255.
    public let meanIntensity: Double

    /// - Precondition: the image has pixels.
    public init(_ image: RGBImage) {
        precondition(image.pixelCount > 0, "an empty image has no mean")
        var counts = [Int](repeating: 0, count: 256)
        var (red, all) = (0, 0)
        for (index, value) in image.pixels.enumerated() {
            counts[Int(value)] += 1
            all += Int(value)
            if index % 3 == 0 { red += Int(value) }
        }
        let values = Double(image.pixels.count)
        meanRed = Double(red) / Double(image.pixelCount)
        meanIntensity = Double(all) / values
        meanOpticalDensity =
            counts.enumerated().reduce(0) { $0 + Double($1.element) * OpticalDensity.of(UInt8($1.offset)) }
            / values
    }
}
