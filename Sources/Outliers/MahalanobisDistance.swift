#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// How far a sample lies from the mean, in standard deviations along every direction: |L⁻¹(x - mean)| with the covariance
/// L L'.
public struct MahalanobisDistance: Sendable, Equatable {
    public let mean: [Float]
    /// Lower triangular with its zeros, row by row: the inverse of the Cholesky factor, so that a distance is one product of
    /// a matrix with a vector.
    public let whitening: [Float]

    public var dimension: Int { mean.count }

    /// - Precondition: `whitening` is a square of the mean's side.
    public init(mean: [Float], whitening: [Float]) {
        precondition(
            whitening.count == mean.count * mean.count,
            "\(whitening.count) values for \(mean.count) dimensions")
        self.mean = mean
        self.whitening = whitening
    }

    /// Nil if the covariance is not positive definite: all samples equal in some direction and no shrinkage.
    public init?(_ covariance: ShrunkCovariance) {
        let size = covariance.dimension
        guard let factor = Self.cholesky(covariance.matrix, size) else { return nil }
        mean = covariance.mean.map(Float.init)
        whitening = Self.inverse(factor, size).map(Float.init)
    }

    public func callAsFunction(_ sample: UnsafeBufferPointer<Float>) -> Float {
        precondition(sample.count == dimension, "\(sample.count) values for \(dimension) dimensions")
        var total = 0.0
        let offset = zip(sample, mean).map { $0 - $1 }
        for row in 0..<dimension {
            var sum: Float = 0
            for column in 0...row { sum += whitening[row * dimension + column] * offset[column] }
            total += Double(sum) * Double(sum)
        }
        return Float(total.squareRoot())
    }

    public func callAsFunction(_ sample: [Float]) -> Float {
        sample.withUnsafeBufferPointer { self($0) }
    }

    private static func cholesky(_ matrix: [Double], _ size: Int) -> [Double]? {
        var factor = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            for column in 0...row {
                var sum = matrix[row * size + column]
                for index in 0..<column { sum -= factor[row * size + index] * factor[column * size + index] }
                guard row == column else {
                    factor[row * size + column] = sum / factor[column * size + column]
                    continue
                }
                guard sum > 0, sum.isFinite else { return nil }
                factor[row * size + row] = sum.squareRoot()
            }
        }
        return factor
    }

    /// Of a lower triangular matrix, row after row: each is a combination of the rows above it, so that memory is read in
    /// its order.
    private static func inverse(_ factor: [Double], _ size: Int) -> [Double] {
        var result = [Double](repeating: 0, count: size * size)
        result.withUnsafeMutableBufferPointer { result in
            for row in 0..<size {
                let (start, diagonal) = (row * size, factor[row * size + row])
                for index in 0..<row {
                    let (part, other) = (factor[start + index], index * size)
                    for column in 0...index { result[start + column] -= part * result[other + column] }
                }
                for column in 0..<row { result[start + column] /= diagonal }
                result[start + row] = 1 / diagonal
            }
        }
        return result
    }
}
