internal import Foundation

/// The colors of two stains as optical densities: a unit vector (R, G, B) of non-negative entries for each.
///
/// Hematoxylin is the row with the larger red density and always comes first.
public struct StainMatrix: Sendable, Equatable {
    public let hematoxylin: SIMD3<Double>
    /// The other stain: eosin in H&E.
    public let eosin: SIMD3<Double>

    /// Scales both vectors to unit length and puts hematoxylin first.
    ///
    /// Nil when an entry is negative or not finite, or a vector is zero.
    public init?(_ first: SIMD3<Double>, _ second: SIMD3<Double>) {
        guard let first = Self.unit(first), let second = Self.unit(second) else { return nil }
        self = StainMatrix(unitRows: first, second).ordered
    }

    /// For rows that are unit vectors already, in whatever order.
    init(unitRows first: SIMD3<Double>, _ second: SIMD3<Double>) {
        hematoxylin = first
        eosin = second
    }

    /// Angle between the two stains, 0 to 90 degrees.
    public var angle: Double {
        // By sine and cosine, since the arc cosine loses small angles.
        let sine = Self.length(hematoxylin - cosine * eosin)
        return atan2(sine, cosine) * 180 / .pi
    }

    /// Largest difference of an entry.
    func distance(to other: StainMatrix) -> Double {
        let (first, second) = (hematoxylin - other.hematoxylin, eosin - other.eosin)
        return max(max(first.max(), -first.min()), max(second.max(), -second.min()))
    }

    /// The same stains, the one with the larger red density first.
    var ordered: StainMatrix {
        hematoxylin.x >= eosin.x ? self : StainMatrix(unitRows: eosin, hematoxylin)
    }

    var cosine: Double { (hematoxylin * eosin).sum() }

    /// Hematoxylin and eosin as measured by Ruifrok and Johnston (2001): where every estimate starts.
    public static let ruifrok = StainMatrix(
        unitRows: SIMD3(0.65, 0.70, 0.29) / length(SIMD3(0.65, 0.70, 0.29)),
        SIMD3(0.07, 0.99, 0.11) / length(SIMD3(0.07, 0.99, 0.11)))

    private static func unit(_ vector: SIMD3<Double>) -> SIMD3<Double>? {
        let length = length(vector)
        guard length.isFinite, length > 1e-12, vector.min() >= 0 else { return nil }
        return vector / length
    }

    static func length(_ vector: SIMD3<Double>) -> Double {
        (vector * vector).sum().squareRoot()
    }
}

/// Coded as two rows of three numbers, hematoxylin first.
extension StainMatrix: Codable {
    public init(from decoder: any Decoder) throws {
        let rows = try decoder.singleValueContainer().decode([[Double]].self)
        guard rows.count == 2, rows.allSatisfy({ $0.count == 3 }),
            let matrix = StainMatrix(
                SIMD3(rows[0][0], rows[0][1], rows[0][2]), SIMD3(rows[1][0], rows[1][1], rows[1][2]))
        else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription:
                        "a stain matrix is two rows of three non-negative numbers, none all zero"))
        }
        self = matrix
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode([hematoxylin, eosin].map { [$0.x, $0.y, $0.z] })
    }
}
