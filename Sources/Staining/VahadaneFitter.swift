public import Kernels
public import Pixels

/// Estimates the two stains of a tile or of a slide: stain matrix and robust maxima, deterministic to the
/// last bit.
public struct VahadaneFitter: Sendable {
    /// Fewer tissue pixels than this say nothing about colors.
    public static let minimumTissuePixels = 50
    /// Below this share of tissue the 99th percentiles over all pixels describe the background.
    public static let minimumTissueShare = 0.05
    /// Largest share of black pixels in the tissue.
    public static let maximumBlackShare = 0.5
    /// Least root mean square deviation of the tissue's densities (length over the three channels).
    public static let minimumDeviation = 0.01
    /// Least part of the codes that the weaker stain must have. Gray tissue, for one, never needs the second
    /// stain.
    public static let minimumStainShare = 0.002
    /// Least angle between the stains in degrees. Real targets have as little as 8; a single stain rounded to
    /// eight bits splits into two at about 0.3, and codes are 19 times as uncertain as densities at 3.
    public static let minimumAngle = 3.0
    /// λ of the codes that are re-stained and whose percentiles are taken, as in StainTools and the DPA
    /// paper.
    public static let codeLambda = 0.01

    public let match: StainMatch
    /// The matrix stands still when a plain iteration changes no entry by this much.
    public let tolerance: Double
    /// Most evaluations of the sample; the best matrix so far is returned then.
    public let iterationLimit: Int

    public init(match: StainMatch = .vahadane, tolerance: Double = 1e-6, iterationLimit: Int = 500) {
        precondition(tolerance > 0 && iterationLimit > 0, "a fit that cannot end")
        self.match = match
        self.tolerance = tolerance
        self.iterationLimit = iterationLimit
    }

    /// The stains of one tile, from every `step`-th pixel of every `step`-th row.
    ///
    /// - Throws: ``StainFailure`` for a tile that does not show two stains.
    public func fit(_ image: RGBImage, step: Int = 2) throws(StainFailure) -> StainEstimate {
        var scratch = DensitySample()
        return try fit(image, step: step, scratch: &scratch)
    }

    /// The same with memory that serves tile after tile.
    public func fit(
        _ image: RGBImage, step: Int = 2, scratch: inout DensitySample
    ) throws(StainFailure) -> StainEstimate {
        scratch.fill(from: image, step: step, brightness: match.brightness(of: image)?.table)
        return try fit(&scratch)
    }

    /// One estimate for a whole slide. The sample must have been made for the same recipe.
    ///
    /// - Throws: ``StainFailure`` for a sample that does not show two stains.
    public func fit(_ sample: StainSample) throws(StainFailure) -> StainEstimate {
        precondition(sample.match == match, "a sample for \(sample.match) in a fit for \(match)")
        var densities = DensitySample()
        densities.fill(
            from: sample.pixels, bytesPerPixel: StainSample.bytesPerPixel, width: sample.count, height: 1,
            step: 1)
        return try fit(&densities)
    }

    private func fit(_ sample: inout DensitySample) throws(StainFailure) -> StainEstimate {
        try Self.requireTissue(sample)
        let solution = StainDictionary(tolerance: tolerance, iterationLimit: iterationLimit).learn(sample)
        let matrix = solution.matrix
        guard solution.weakerShare >= Self.minimumStainShare else {
            throw .singleStain(share: solution.weakerShare)
        }
        guard matrix.angle >= Self.minimumAngle else { throw .parallelStains(degrees: matrix.angle) }
        let coder = TwoStainCoder(first: matrix.hematoxylin, second: matrix.eosin, lambda: Self.codeLambda)
        let maximum = sample.codeQuantiles(coder, fraction: 0.99)
        return StainEstimate(
            matrix: matrix, robustMaximum: maximum, tissuePixels: sample.tissueCount,
            iterations: solution.iterations, objective: solution.objective)
    }

    /// Everything that can be told to be hopeless before the fit.
    private static func requireTissue(_ sample: borrowing DensitySample) throws(StainFailure) {
        let (pixels, tissue, black) = (sample.count, sample.tissueCount, sample.blackCount)
        guard pixels >= minimumTissuePixels else { throw .tooFewPixels(pixels: pixels) }
        guard tissue >= minimumTissuePixels, Double(tissue) >= minimumTissueShare * Double(pixels) else {
            throw .tooLittleTissue(tissuePixels: tissue, pixels: pixels)
        }
        guard Double(black) <= maximumBlackShare * Double(tissue) else {
            throw .saturated(blackPixels: black, tissuePixels: tissue)
        }
        let (sum, square) = sample.tissueMoments()
        let mean = sum / Double(tissue)
        let variance = (square / Double(tissue) - mean * mean).sum()
        let deviation = max(variance, 0).squareRoot()
        guard deviation >= minimumDeviation else { throw .uniformColor(deviation: deviation) }
    }
}
