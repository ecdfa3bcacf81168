/// Why no stain matrix can be estimated from an image. Such a tile is passed through as it is, or takes the
/// matrix of its slide; it never gets made-up colors.
public enum StainFailure: Error, Equatable, Sendable {
    /// Fewer sampled pixels than an estimate needs at all, whatever their color.
    case tooFewPixels(pixels: Int)
    /// Glass: no pixel, or too small a share of them, is tissue.
    case tooLittleTissue(tissuePixels: Int, pixels: Int)
    /// Most of the tissue is black: pen, an edge of the scan, a broken tile.
    case saturated(blackPixels: Int, tissuePixels: Int)
    /// The tissue has one color only.
    case uniformColor(deviation: Double)
    /// One of the two stains explains everything; the color of the other is arbitrary.
    case singleStain(share: Double)
    /// The two stains have nearly the same color, so that the split between them is noise.
    case parallelStains(degrees: Double)

    /// A stable name for tables and manifests.
    public var reason: String {
        switch self {
        case .tooFewPixels: "too_few_pixels"
        case .tooLittleTissue: "too_little_tissue"
        case .saturated: "saturated"
        case .uniformColor: "uniform_color"
        case .singleStain: "single_stain"
        case .parallelStains: "parallel_stains"
        }
    }
}

extension StainFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooFewPixels(let pixels):
            "\(pixels) sampled pixels are too few for a stain estimate"
        case .tooLittleTissue(let tissue, let pixels):
            "\(tissue) of \(pixels) sampled pixels are tissue, too few for a stain estimate"
        case .saturated(let black, let tissue):
            "\(black) of \(tissue) sampled tissue pixels are black"
        case .uniformColor(let deviation):
            "the tissue has a single color (optical densities deviate by \(deviation))"
        case .singleStain(let share):
            "a single stain explains the tissue (the other one has \(share) of the stain)"
        case .parallelStains(let degrees):
            "the two stains differ by only \(degrees) degrees"
        }
    }
}
