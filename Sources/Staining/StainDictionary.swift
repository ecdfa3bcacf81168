internal import Kernels

/// Learns two stain colors from optical densities: non-negative sparse matrix factorization after Vahadane et al.
/// (IEEE TMI 35, 2016), with nothing left to chance.
///
/// One iteration computes the exact codes of every tissue pixel for the present colors, then the best colors for
/// these codes. The map from colors to colors converges linearly; Anderson's extrapolation over the last three points
/// shortens about 70 iterations to about 12. An extrapolated point at which the objective is worse is thrown away
/// and the plain step taken, so that, as in the plain alternation, the objective only falls.
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
        /// Each stain's part of all codes, 0 to 1.
        var share: SIMD2<Double>
    }

    func learn(_ sample: borrowing DensitySample) -> Solution {
        let moments = sample.tissueMoments()
        var extrapolation = AndersonExtrapolation()
        var point = StainMatrix.ruifrok
        var fallback = point
        var best = Double.infinity
        var iteration = 0
        while iteration < iterationLimit {
            iteration += 1
            let sums = sample.tissueSums(Self.coder(for: point))
            let objective = Self.objective(sums, point, moments.square.sum(), sample.tissueCount)
            let step = Self.update(point, sums, sample.tissueCount)
            if objective > best + Self.objectiveSlack {
                // Only extrapolation leads here. Without history the next point is a plain step.
                extrapolation = AndersonExtrapolation()
                best = .infinity
                point = fallback
                continue
            }
            if step.distance(to: point) < tolerance {
                point = step
                break
            }
            best = min(best, objective)
            fallback = step
            point = extrapolation.next(point: point, step: step)
        }
        let sums = sample.tissueSums(Self.coder(for: point))
        let total = max(sums.code.sum(), .leastNormalMagnitude)
        let isOrdered = point.ordered == point
        return Solution(
            matrix: point.ordered,
            objective: Self.objective(sums, point, moments.square.sum(), sample.tissueCount),
            iterations: iteration,
            share: (isOrdered ? sums.code : SIMD2(sums.code.y, sums.code.x)) / total)
    }

    static func coder(for matrix: StainMatrix) -> TwoStainCoder {
        TwoStainCoder(first: matrix.hematoxylin, second: matrix.eosin, lambda: lambda)
    }

    /// Mean over the pixels of ½|v - hW|² + λ Σh, by expanding the square.
    static func objective(
        _ sums: CodeSums, _ matrix: StainMatrix, _ squaredDensity: Double, _ pixels: Int
    ) -> Double {
        let fit = (matrix.hematoxylin * sums.codeDensity.0 + matrix.eosin * sums.codeDensity.1).sum()
        let codes = sums.codeCode.x + 2 * matrix.cosine * sums.codeCode.y + sums.codeCode.z
        return (squaredDensity / 2 - fit + codes / 2 + lambda * sums.code.sum()) / Double(pixels)
    }

    /// The best non-negative unit colors for given codes, one after the other until both have settled.
    static func update(_ matrix: StainMatrix, _ sums: CodeSums, _ pixels: Int) -> StainMatrix {
        let codes = sums.codeCode / Double(pixels)
        let densities = (sums.codeDensity.0 / Double(pixels), sums.codeDensity.1 / Double(pixels))
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
