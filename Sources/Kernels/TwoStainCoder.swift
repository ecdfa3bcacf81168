internal import CKernels

/// Non-negative sparse codes of optical densities for two stains, exact and in closed form.
///
/// For a density v and unit atoms d1, d2 the codes (h1, h2) minimize ½|v - h1 d1 - h2 d2|² + λ (h1 + h2) over
/// h1, h2 >= 0. With g = d1·d2 and b = d·v - λ, the minimum of both stains together is h1 = (b1 - g b2) / (1
/// - g²) and h2 = (b2 - g b1) / (1 - g²) where neither is negative; everywhere else it is the single stain
/// with the larger b, or nothing.
public struct TwoStainCoder: Sendable {
    public let atoms: (SIMD3<Double>, SIMD3<Double>)
    public let lambda: Double
    /// Rows of the pseudo-inverse: h1 = dual1·v - λ / (1 + g) where both stains are present.
    private let duals: (SIMD3<Double>, SIMD3<Double>)
    private let dualOffset: Double

    /// - Parameters:
    ///   - first, second: unit vectors.
    ///   - lambda: weight of the codes' sum, at least 0.
    public init(first: SIMD3<Double>, second: SIMD3<Double>, lambda: Double) {
        let cosine = (first * second).sum()
        let determinant = 1 - cosine * cosine
        atoms = (first, second)
        self.lambda = lambda
        if determinant > 1e-12 {
            duals = ((first - cosine * second) / determinant, (second - cosine * first) / determinant)
            dualOffset = lambda / (1 + cosine)
        } else {
            // Parallel atoms: one of them serves alone, and negative numbers say that the two together do
            // not.
            duals = (.zero, .zero)
            dualOffset = 1
        }
    }

    /// The codes of one density, in double precision.
    public func codes(of density: SIMD3<Double>) -> SIMD2<Double> {
        let both = SIMD2((duals.0 * density).sum(), (duals.1 * density).sum()) - dualOffset
        if both.x >= 0 && both.y >= 0 { return both }
        let single = SIMD2(
            max((atoms.0 * density).sum() - lambda, 0), max((atoms.1 * density).sum() - lambda, 0))
        return single.x >= single.y ? SIMD2(single.x, 0) : SIMD2(0, single.y)
    }

    /// What the C kernels read.
    var layout: wsi_two_stain_coder {
        wsi_two_stain_coder(
            atom: (Self.row(atoms.0), Self.row(atoms.1)), dual: (Self.row(duals.0), Self.row(duals.1)),
            dual_offset: Float(dualOffset), lambda: Float(lambda))
    }

    static func row(_ vector: SIMD3<Double>) -> (Float, Float, Float) {
        (Float(vector.x), Float(vector.y), Float(vector.z))
    }
}

/// Sums over pixels of codes h and densities v: all that the update of the two atoms needs to know.
public struct CodeSums: Sendable, Equatable {
    /// Sum of h1 and of h2.
    public var code: SIMD2<Double>
    /// Sums of h1 h1, h1 h2 and h2 h2.
    public var codeCode: SIMD3<Double>
    /// Sums of h1 v and of h2 v.
    public var codeDensity: (SIMD3<Double>, SIMD3<Double>)

    init(_ sums: wsi_code_sums) {
        let (first, second) = sums.code_density
        code = SIMD2(sums.code.0, sums.code.1)
        codeCode = SIMD3(sums.code_code.0, sums.code_code.1, sums.code_code.2)
        codeDensity = (SIMD3(first.0, first.1, first.2), SIMD3(second.0, second.1, second.2))
    }

    public static func == (left: CodeSums, right: CodeSums) -> Bool {
        left.code == right.code && left.codeCode == right.codeCode && left.codeDensity == right.codeDensity
    }
}
