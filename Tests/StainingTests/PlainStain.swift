import Foundation
import Pixels

/// Two-stain codes and their objective written out plainly in double precision: the oracle for the fast
/// kernels.
enum PlainStain {
    typealias Matrix = (SIMD3<Double>, SIMD3<Double>)

    static func density(_ value: UInt8) -> Double {
        max(-log(Double(max(value, 1)) / 255), 1e-6)
    }

    static func densities(_ image: RGBImage, step: Int = 1) -> [SIMD3<Double>] {
        var result: [SIMD3<Double>] = []
        for y in stride(from: 0, to: image.height, by: step) {
            for x in stride(from: 0, to: image.width, by: step) {
                let color = image[x, y]
                result.append(SIMD3(density(color.red), density(color.green), density(color.blue)))
            }
        }
        return result
    }

    /// The best of the four possible supports, by trying all of them.
    static func codes(_ density: SIMD3<Double>, _ matrix: Matrix, lambda: Double) -> SIMD2<Double> {
        let cosine = (matrix.0 * matrix.1).sum()
        let (b1, b2) = ((matrix.0 * density).sum() - lambda, (matrix.1 * density).sum() - lambda)
        var candidates = [SIMD2(0.0, 0.0), SIMD2(max(b1, 0), 0), SIMD2(0, max(b2, 0))]
        if cosine < 1 - 1e-12 {
            let both = SIMD2(b1 - cosine * b2, b2 - cosine * b1) / (1 - cosine * cosine)
            if both.min() >= 0 { candidates.append(both) }
        }
        let costs = candidates.map { cost(density, matrix, $0, lambda: lambda) }
        return zip(candidates, costs).min { $0.1 < $1.1 }?.0 ?? .zero
    }

    static func cost(
        _ density: SIMD3<Double>, _ matrix: Matrix, _ codes: SIMD2<Double>, lambda: Double
    ) -> Double {
        let error = density - codes.x * matrix.0 - codes.y * matrix.1
        return (error * error).sum() / 2 + lambda * codes.sum()
    }

    /// Mean cost over `densities` at the best codes, λ = 0.1.
    static func objective(_ densities: [SIMD3<Double>], _ matrix: Matrix) -> Double {
        var total = 0.0
        for density in densities {
            total += cost(density, matrix, codes(density, matrix, lambda: 0.1), lambda: 0.1)
        }
        return total / Double(densities.count)
    }

    /// Sorted, interpolated between the two nearest ranks.
    static func quantile(_ values: [Double], _ fraction: Double) -> Double {
        let sorted = values.sorted()
        let rank = fraction * Double(sorted.count - 1)
        let low = Int(rank)
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (rank - Double(low))
    }
}
