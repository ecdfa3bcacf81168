/// The covariance of samples, shrunk towards a multiple of the identity so that it can be inverted whatever their number
/// (Ledoit and Wolf 2004, "A well-conditioned estimator for large-dimensional covariance matrices", with scikit-learn's
/// normalization).
public struct ShrunkCovariance: Sendable, Equatable {
    public let mean: [Double]
    /// Symmetric, row by row, `mean.count` a side.
    public let matrix: [Double]
    /// 0, the plain covariance, to 1, a multiple of the identity.
    public let shrinkage: Double

    public var dimension: Int { mean.count }

    /// - Precondition: there are at least two samples.
    public init(of samples: SampleMatrix) {
        precondition(samples.rows > 1, "a covariance of \(samples.rows) samples")
        let means = samples.means()
        let (count, size) = (Double(samples.rows), samples.columns)
        let centered = samples.values.enumerated().map { Double($0.element) - means[$0.offset % size] }
        var covariance = Self.products(centered, rows: samples.rows, columns: size)
        // Sums over all pairs of columns of the squares of: the products of each sample, and their sum over the samples.
        let squares = (0..<samples.rows).reduce(0.0) { sum, row in
            let length = (0..<size).reduce(0.0) { $0 + centered[row * size + $1] * centered[row * size + $1] }
            return sum + length * length
        }
        for index in covariance.indices { covariance[index] /= count }
        let norm = covariance.reduce(0) { $0 + $1 * $1 }
        let trace = (0..<size).reduce(0.0) { $0 + covariance[$1 * size + $1] }
        let scale = trace / Double(size)
        let error = (squares / count - norm) / (Double(size) * count)
        let distance = (norm - 2 * scale * trace + Double(size) * scale * scale) / Double(size)
        let bounded = min(error, distance)
        let amount = bounded > 0 && distance > 0 ? bounded / distance : 0
        for index in covariance.indices { covariance[index] *= 1 - amount }
        for index in 0..<size { covariance[index * size + index] += amount * scale }
        (mean, matrix, shrinkage) = (means, covariance, amount)
    }

    /// X' X, computed once above the diagonal; the order of the sums does not depend on anything but the sizes.
    private static func products(_ values: [Double], rows: Int, columns: Int) -> [Double] {
        var result = [Double](repeating: 0, count: columns * columns)
        values.withUnsafeBufferPointer { values in
            result.withUnsafeMutableBufferPointer { result in
                for row in 0..<rows {
                    let sample = values.baseAddress.map { $0 + row * columns }
                    guard let sample else { return }
                    for first in 0..<columns {
                        let factor = sample[first]
                        for second in first..<columns {
                            result[first * columns + second] += factor * sample[second]
                        }
                    }
                }
                for first in 0..<columns {
                    for second in 0..<first {
                        result[first * columns + second] = result[second * columns + first]
                    }
                }
            }
        }
        return result
    }
}
