/// Anderson's extrapolation of a fixed-point iteration W -> F(W) (J. ACM 12, 1965), with a memory of three
/// points.
///
/// With residuals f = F(W) - W, the next point is the combination of the remembered F(W) whose combined
/// residual is smallest; the result is projected back to non-negative unit colors.
struct AndersonExtrapolation {
    /// Colors as six numbers, the last two unused.
    private typealias Flat = SIMD8<Double>

    private var history: [(step: Flat, residual: Flat)] = []

    /// The point to try after `point`, where one plain iteration leads to `step`.
    mutating func next(point: StainMatrix, step: StainMatrix) -> StainMatrix {
        let newest = (step: Self.flat(step), residual: Self.flat(step) - Self.flat(point))
        history.append(newest)
        if history.count > 3 { history.removeFirst() }
        let older = history.dropLast()
        let residualChanges = older.map { newest.residual - $0.residual }
        let stepChanges = older.map { newest.step - $0.step }
        let weights = Self.leastSquares(residualChanges, newest.residual)
        var combined = newest.step
        for (weight, change) in zip(weights, stepChanges) { combined -= weight * change }
        return Self.matrix(combined) ?? step
    }

    /// Weights of at most two `columns` whose sum comes closest to `target`: normal equations. A second
    /// column that says hardly more than the first is left out.
    private static func leastSquares(_ columns: [Flat], _ target: Flat) -> [Double] {
        guard let newest = columns.last else { return [] }
        let square = dot(newest, newest)
        guard square > 0 else { return columns.map { _ in 0 } }
        let projection = dot(newest, target) / square
        guard columns.count == 2 else { return [projection] }
        let overlap = dot(columns[0], newest) / square
        let remainder = columns[0] - overlap * newest
        let remainderSquare = dot(remainder, remainder)
        guard remainderSquare > 1e-10 * dot(columns[0], columns[0]) else { return [0, projection] }
        let weight = dot(remainder, target) / remainderSquare
        return [weight, projection - overlap * weight]
    }

    private static func dot(_ left: Flat, _ right: Flat) -> Double {
        (left * right).sum()
    }

    private static func flat(_ matrix: StainMatrix) -> Flat {
        let (first, second) = (matrix.hematoxylin, matrix.eosin)
        return Flat(first.x, first.y, first.z, second.x, second.y, second.z, 0, 0)
    }

    private static func matrix(_ flat: Flat) -> StainMatrix? {
        let clipped = pointwiseMax(flat, .zero)
        let first = SIMD3(clipped[0], clipped[1], clipped[2])
        let second = SIMD3(clipped[3], clipped[4], clipped[5])
        let lengths = (StainMatrix.length(first), StainMatrix.length(second))
        // Colors stay in the order they had: sorting them here would confuse the remembered points.
        guard lengths.0.isFinite, lengths.1.isFinite, min(lengths.0, lengths.1) > 1e-6 else { return nil }
        return StainMatrix(unitRows: first / lengths.0, second / lengths.1)
    }
}
