public import Annotations
public import Pixels

/// When a tile of a tumor slide counts as tumor. Tiles that do not are left out: what lies beside a tumor is neither
/// normal tissue nor tumor.
public enum TumorRule: Sendable, Equatable {
    /// The paper's: the centers of the nine thirds of the tile lie in the tumor (dpa code: a raster of every 256th
    /// pixel, of which all nine in a tile of 768 must be tumor).
    case paper
    /// At least this part of the tile's pixels is tumor, more than 0.
    case fraction(Double)

    public func isTumor(_ tile: SlideRect, in region: TumorRegion) -> Bool {
        switch self {
        case .paper:
            (0..<9).allSatisfy { place in
                region.contains(
                    x: tile.x + tile.width * (2 * (place % 3) + 1) / 6,
                    y: tile.y + tile.height * (2 * (place / 3) + 1) / 6)
            }
        case .fraction(let least): Self.fraction(of: tile, in: region) >= least
        }
    }

    /// The part of a tile's pixels that is tumor, exactly.
    public static func fraction(of tile: SlideRect, in region: TumorRegion) -> Double {
        Double(region.coveredPixels(in: tile)) / Double(tile.width * tile.height)
    }
}

extension TumorRule: Codable {
    /// `"paper"`, or the fraction.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        self = if let fraction = try? value.decode(Double.self) { .fraction(fraction) } else { .paper }
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .paper: try value.encode("paper")
        case .fraction(let fraction): try value.encode(fraction)
        }
    }
}
