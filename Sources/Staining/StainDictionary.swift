internal import Kernels

/// Learns two stain colors from optical densities: non-negative sparse matrix factorization after Vahadane et
/// al. (IEEE TMI 35, 2016), with nothing left to chance.
///
/// One iteration computes the exact codes of every tissue pixel for the present colors, then the best colors
/// for these codes. The map from colors to colors converges linearly; Anderson's extrapolation over the last
/// three points shortens about 70 iterations to about 12. An extrapolated point at which the objective is
/// worse is thrown away and the plain step taken, so that, as in the plain alternation, the objective only
/// falls.
struct StainDictionary {
    /// Weight of the codes' sum while colors are learned; StainTools and the DPA paper use the same.
    static let lambda = 0.1
    /// Rises of the objective below this are rounding.
    static let objectiveSlack = 1e-7

    let tolerance: Double
    let iterationLimit: Int

    struct Solution {
        var matrix: StainMatrix
        var objective: Double
        var iterations: Int
        /// The weaker stain's part of all codes, 0 to 0.5.
        var weakerShare: Double
    }

    func learn(_ sample: borrowing DensitySample) -> Solution {
        let squaredDensity = sample.tissueMoments().square.sum()
        var extrapolation = AndersonExtrapolation()
        var point = StainMatrix.ruifrok
        var plainStep = point
        var best = Double.infinity
        var iteration = 0
        while iteration < iterationLimit {
            iteration += 1
            let here = Evaluation(point, sample, squaredDensity)
            if here.objective > best + Self.objectiveSlack {
                // Only extrapolation leads uphill. Without history it starts with a plain step again.
                extrapolation = AndersonExtrapolation()
                best = .infinity
                point = plainStep
                continue
            }
            plainStep = here.step
            if plainStep.distance(to: point) < tolerance { break }
            best = min(best, here.objective)
            point = extrapolation.next(point: point, step: plainStep)
        }
        let end = Evaluation(plainStep, sample, squaredDensity)
        return Solution(
            matrix: plainStep.ordered, objective: end.objective, iterations: iteration,
            weakerShare: end.weakerShare)
    }
}

/// What the exact codes of all tissue pixels say about a stain matrix.
private struct Evaluation {
    /// Mean over the pixels of ½|v - hW|² + λ Σh.
    let objective: Double
    /// The best matrix for these codes.
    let step: StainMatrix
    let weakerShare: Double

    /// - Parameter squaredDensity: sum of |v|² over the tissue pixels.
    init(_ matrix: StainMatrix, _ sample: borrowing DensitySample, _ squaredDensity: Double) {
        let coder = TwoStainCoder(
            first: matrix.hematoxylin, second: matrix.eosin, lambda: StainDictionary.lambda)
        let sums = sample.tissueSums(coder)
        let pixels = Double(sample.tissueCount)
        // The square expanded, so that these sums suffice.
        let fit = (matrix.hematoxylin * sums.codeDensity.0 + matrix.eosin * sums.codeDensity.1).sum()
        let codes = sums.codeCode.x + 2 * matrix.cosine * sums.codeCode.y + sums.codeCode.z
        let penalty = StainDictionary.lambda * sums.code.sum()
        objective = (squaredDensity / 2 - fit + codes / 2 + penalty) / pixels
        step = Self.update(matrix, sums, pixels)
        weakerShare = sums.code.min() / max(sums.code.sum(), .leastNormalMagnitude)
    }

    /// The best non-negative unit colors for given codes, one after the other until both have settled.
    private static func update(_ matrix: StainMatrix, _ sums: CodeSums, _ pixels: Double) -> StainMatrix {
        let codes = sums.codeCode / pixels
        let densities = (sums.codeDensity.0 / pixels, sums.codeDensity.1 / pixels)
        var (first, second) = (matrix.hematoxylin, matrix.eosin)
        for _ in 0..<20 {
            first = descend(first, other: second, ownCode: codes.x, sharedCode: codes.y, density: densities.0)
            second = descend(
                second, other: first, ownCode: codes.z, sharedCode: codes.y, density: densities.1)
        }
        return StainMatrix(unitRows: first, second)
    }

    /// One color's optimum while the other stays. A stain that no pixel has keeps its color.
    private static func descend(
        _ color: SIMD3<Double>, other: SIMD3<Double>, ownCode: Double, sharedCode: Double,
        density: SIMD3<Double>
    ) -> SIMD3<Double> {
        guard ownCode >= 1e-10 else { return color }
        let best = pointwiseMax((density - sharedCode * other) / ownCode, .zero)
        let length = StainMatrix.length(best)
        return length > 1e-12 ? best / length : color
    }
}
