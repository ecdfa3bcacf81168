internal import Kernels
public import Pixels

/// Gives tiles the target's stain colors: densities of the source's stains, scaled, in the target's colors.
public struct StainNormalizer: Sendable {
    /// Largest gain of a stain. A source stain below a fifth of the target's is background or noise, and a
    /// larger gain would paint it.
    public static let maximumGain = 5.0

    public let source: StainEstimate
    public let target: StainTarget
    public let match: StainMatch
    /// Factors on hematoxylin and eosin.
    public let gain: SIMD2<Double>
    /// True when ``maximumGain`` was reached, so that the result is paler than the target.
    public let isGainCapped: Bool

    private let replacement: StainReplacement

    public init(source: StainEstimate, target: StainTarget, match: StainMatch = .vahadane) {
        self.source = source
        self.target = target
        self.match = match
        let wanted =
            switch match {
            case .vahadane: target.robustMaximum / pointwiseMax(source.robustMaximum, SIMD2(repeating: 1e-9))
            case .paper: SIMD2(repeating: 1.0)
            }
        isGainCapped = wanted.max() > Self.maximumGain
        gain = pointwiseMin(wanted, SIMD2(repeating: Self.maximumGain))
        replacement = StainReplacement(
            coder: TwoStainCoder(
                first: source.matrix.hematoxylin, second: source.matrix.eosin,
                lambda: VahadaneFitter.codeLambda),
            first: gain.x * target.matrix.hematoxylin, second: gain.y * target.matrix.eosin)
    }

    /// The normalized tile. `.paper` brightens the tile by its own 90th percentile first.
    public func normalize(_ image: RGBImage) -> RGBImage {
        replacement.applied(to: image, density: density(for: image))
    }

    /// Normalizes a tile in place; nothing of its size is allocated.
    public func normalize(inPlace image: inout RGBImage) {
        let density = density(for: image)
        replacement.apply(to: &image, density: density)
    }

    /// Optical density by channel value, after brightening where the recipe wants it.
    private func density(for image: RGBImage) -> [Float] {
        guard let brightness = match.brightness(of: image) else { return OpticalDensity.table }
        return brightness.table.map { OpticalDensity.table[Int($0)] }
    }
}
