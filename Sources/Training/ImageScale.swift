internal import Networks

/// How wide the images of a data set are taken to be: image files do not say it, the recipe does.
public struct ImageScale: Sendable, Equatable, CustomStringConvertible {
    /// Number of images by the side of the square in them, in pixels.
    public let sides: [Int: Int]
    /// Of every image, in µm.
    public let width: Double

    /// - Returns: nil if the recipe has no physical scale, or there are no images.
    init?(sides: [Int: Int], recipe: Recipe) {
        guard let resolution = recipe.tileResolution, !sides.isEmpty else { return nil }
        self.sides = sides
        width = Double(recipe.tile) * resolution
    }

    public var description: String {
        "\(sizes), each taken as \(Self.short(width)) µm wide, that is \(resolutions) µm/px"
    }

    private var sizes: String {
        let sorted = sides.keys.sorted()
        guard let first = sorted.first, let last = sorted.last, first < last else {
            return "\(sorted.first ?? 0) px images"
        }
        if sorted.count > 3 { return "images of \(first) to \(last) px (\(sorted.count) sizes)" }
        return sorted.map { "\($0) px (\(sides[$0, default: 0]))" }.joined(separator: ", ") + " images"
    }

    private var resolutions: String {
        let values = sides.keys.sorted(by: >).map { Self.short(width / Double($0)) }
        guard let first = values.first, let last = values.last, first != last else {
            return values.first ?? ""
        }
        return "\(first) to \(last)"
    }

    /// Without decimals that mean nothing.
    private static func short(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
