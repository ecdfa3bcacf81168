/// What is known about the stains of one tile or one slide.
public struct StainEstimate: Sendable, Equatable, Codable {
    public let matrix: StainMatrix
    /// 99th percentiles of hematoxylin and eosin: codes of ALL sampled pixels, background too, at λ = 0.01.
    public let robustMaximum: SIMD2<Double>
    /// Sampled pixels below the lightness limit: those the matrix comes from.
    public let tissuePixels: Int
    /// Evaluations of all tissue pixels until the matrix stood still; the fitter's limit where it never did.
    public let iterations: Int
    /// Mean over the sampled tissue pixels of ½|v - hW|² + 0.1 Σh at this matrix.
    public let objective: Double

    public init(
        matrix: StainMatrix, robustMaximum: SIMD2<Double>, tissuePixels: Int, iterations: Int,
        objective: Double
    ) {
        self.matrix = matrix
        self.robustMaximum = robustMaximum
        self.tissuePixels = tissuePixels
        self.iterations = iterations
        self.objective = objective
    }
}

/// The look that tiles are normalized to: a stain matrix and its robust maxima, from a model file or an
/// image.
public struct StainTarget: Sendable, Equatable, Codable {
    public let matrix: StainMatrix
    public let robustMaximum: SIMD2<Double>

    /// Nil unless both maxima are positive and finite.
    public init?(matrix: StainMatrix, robustMaximum: SIMD2<Double>) {
        guard robustMaximum.min() > 0, robustMaximum.x.isFinite, robustMaximum.y.isFinite else { return nil }
        self.matrix = matrix
        self.robustMaximum = robustMaximum
    }

    /// The look of the image from which `estimate` was made.
    public init(_ estimate: StainEstimate) {
        matrix = estimate.matrix
        robustMaximum = estimate.robustMaximum
    }
}
