public import Pixels
internal import Kernels

/// How long stain normalization takes here and now: medians in milliseconds, on the calling thread.
public struct StainBenchmark: Sendable, Equatable, Codable {
    public let width: Int
    public let height: Int
    public let repetitions: Int
    /// Fit of one tile (every second row and column).
    public let fitMilliseconds: Double
    /// Normalization with a matrix that is known already, as with one matrix for a slide.
    public let normalizeMilliseconds: Double
    /// Both, as with one matrix for each tile.
    public let fitAndNormalizeMilliseconds: Double

    /// Measures on `image`, after one run that does not count.
    ///
    /// - Throws: ``StainFailure`` when the image cannot be fitted.
    public init(
        _ image: RGBImage, target: StainTarget, match: StainMatch = .vahadane, repetitions: Int = 21
    ) throws(StainFailure) {
        precondition(repetitions > 0, "nothing to measure")
        let fitter = VahadaneFitter(match: match)
        let clock = ContinuousClock()
        var scratch = DensitySample()
        var fits: [Double] = []
        var normalizations: [Double] = []
        var totals: [Double] = []
        for repetition in 0...repetitions {
            var tile = image
            // A value of its own, so that no copy is made while the clock runs.
            tile.pixels.withUnsafeMutableBufferPointer { _ in }
            let start = clock.now
            let estimate = try fitter.fit(tile, scratch: &scratch)
            let fitted = clock.now
            StainNormalizer(source: estimate, target: target, match: match).normalize(inPlace: &tile)
            let end = clock.now
            if repetition == 0 { continue }
            fits.append(Self.milliseconds(fitted - start))
            normalizations.append(Self.milliseconds(end - fitted))
            totals.append(Self.milliseconds(end - start))
        }
        width = image.width
        height = image.height
        self.repetitions = repetitions
        fitMilliseconds = Self.median(fits)
        normalizeMilliseconds = Self.median(normalizations)
        fitAndNormalizeMilliseconds = Self.median(totals)
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        duration / .milliseconds(1)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
