/// Shape of a Deep Perceptual Autoencoder of type `residual18` (Shvetsova et al. 2021, section III).
///
/// Encoder at resolution R: image -> f(R), then halving blocks down to the lowest resolution r0, then the
/// code. Decoder: the mirror image, ending in a linear convolution to the image. No normalization layers.
public struct AutoencoderArchitecture: Sendable, Hashable {
    /// 3 for RGB, 1 for grey.
    public let imageChannels: Int
    /// Side of the square image in pixels.
    public let resolution: Int
    /// Channels per resolution, highest resolution first, read from the END: the last entry belongs to the
    /// lowest resolution r0, and surplus entries at the front are ignored.
    public let widths: [Int]
    public let latentChannels: Int
    /// Side of the code in pixels: 1, or a resolution from which doubling reaches `resolution`.
    public let latentResolution: Int

    /// Largest accepted sizes: they bound the memory that a hostile model file can ask for.
    public static let resolutionLimit = 1024
    public static let widthLimit = 2048

    public init(
        imageChannels: Int, resolution: Int, widths: [Int], latentChannels: Int, latentResolution: Int
    ) throws(WeightError) {
        self.imageChannels = imageChannels
        self.resolution = resolution
        self.widths = widths
        self.latentChannels = latentChannels
        self.latentResolution = latentResolution
        try check()
    }

    /// The same width at every resolution.
    public init(
        imageChannels: Int, resolution: Int, width: Int, latentChannels: Int, latentResolution: Int
    ) throws(WeightError) {
        // More entries than any accepted resolution has stages; the surplus is ignored.
        try self.init(
            imageChannels: imageChannels, resolution: resolution, widths: [Int](repeating: width, count: 12),
            latentChannels: latentChannels, latentResolution: latentResolution)
    }

    /// The same network for images of another size. Widths belong to resolutions, counted from the lowest, so
    /// they stay.
    public func atResolution(_ resolution: Int) throws(WeightError) -> AutoencoderArchitecture {
        try AutoencoderArchitecture(
            imageChannels: imageChannels, resolution: resolution, widths: widths,
            latentChannels: latentChannels, latentResolution: latentResolution)
    }

    private func check() throws(WeightError) {
        guard imageChannels == 1 || imageChannels == 3 else {
            throw .invalidArchitecture(
                reason: "\(imageChannels) image channels; 1 (grey) or 3 (RGB) are possible")
        }
        guard (1...Self.resolutionLimit).contains(resolution),
            (1...Self.resolutionLimit).contains(latentResolution)
        else {
            throw .invalidArchitecture(
                reason:
                    "resolution \(resolution), latent \(latentResolution); 1 to \(Self.resolutionLimit) are possible"
            )
        }
        guard latentResolution != 1 || resolution >= 4, let stages = stageCount else {
            throw .invalidArchitecture(
                reason: "\(resolution) px is not \(lowestResolution) px doubled some times")
        }
        guard widths.count > stages else {
            throw .invalidArchitecture(reason: "\(widths.count) widths for \(stages + 1) resolutions")
        }
        guard (widths + [latentChannels]).allSatisfy({ (1...Self.widthLimit).contains($0) }) else {
            throw .invalidArchitecture(
                reason: "widths \(widths), latent \(latentChannels); 1 to \(Self.widthLimit) are possible")
        }
    }

    /// r0: 4 for a code of one pixel, else the code's own resolution.
    public var lowestResolution: Int { latentResolution == 1 ? 4 : latentResolution }

    /// Number of doublings from r0 to the image; nil if there is no such number.
    private var stageCount: Int? {
        guard resolution >= lowestResolution, resolution % lowestResolution == 0 else { return nil }
        let ratio = resolution / lowestResolution
        return ratio & (ratio - 1) == 0 ? ratio.trailingZeroBitCount : nil
    }

    private var stages: Int { stageCount ?? 0 }

    /// Channels at r0 · 2^stage.
    private func width(stage: Int) -> Int { widths[widths.count - 1 - stage] }

    /// The encoder, from the image to the code.
    public var encoder: [NetworkLayer] {
        let top = width(stage: stages)
        var layers: [NetworkLayer] = [
            .convolution(.same("enc.rgb.0", imageChannels, top)),
            .residual(ResidualBlock("enc.rgb.1", top, top)),
            .residual(ResidualBlock("enc.rgb.2", top, top)),
        ]
        for step in 0..<stages {
            let (high, low) = (width(stage: stages - step), width(stage: stages - step - 1))
            layers.append(.residual(ResidualBlock("enc.body.\(2 * step)", high, low, .halve)))
            layers.append(.residual(ResidualBlock("enc.body.\(2 * step + 1)", low, low)))
        }
        let bottom = width(stage: 0)
        layers.append(
            latentResolution == 1
                ? .activatedConvolution(
                    ConvolutionLayer(
                        name: "enc.last", inputs: bottom, outputs: latentChannels, side: 4, padding: 0))
                : .residual(ResidualBlock("enc.last", bottom, latentChannels)))
        return layers
    }

    /// The decoder, from the code to the image.
    public var decoder: [NetworkLayer] {
        let bottom = width(stage: 0)
        var layers: [NetworkLayer] = [
            latentResolution == 1
                ? .activatedConvolution(
                    ConvolutionLayer(
                        name: "dec.first", inputs: latentChannels, outputs: bottom, side: 4, padding: 3))
                : .residual(ResidualBlock("dec.first", latentChannels, bottom))
        ]
        for step in 0..<stages {
            let (low, high) = (width(stage: step), width(stage: step + 1))
            layers.append(.residual(ResidualBlock("dec.body.\(2 * step)", low, high, .double)))
            layers.append(.residual(ResidualBlock("dec.body.\(2 * step + 1)", high, high)))
        }
        layers.append(.activatedConvolution(.same("dec.rgb", width(stage: stages), imageChannels)))
        return layers
    }

    /// All trainable tensors, encoder first, in the order of the layers.
    public var parameters: [ParameterShape] { encoderParameters + decoderParameters }
    public var encoderParameters: [ParameterShape] { encoder.flatMap(\.convolutions).flatMap(\.parameters) }
    public var decoderParameters: [ParameterShape] { decoder.flatMap(\.convolutions).flatMap(\.parameters) }
}

extension AutoencoderArchitecture: Codable {
    private enum CodingKeys: String, CodingKey {
        case imageChannels = "image_channels"
        case resolution
        case widths
        case latentChannels = "latent_channels"
        case latentResolution = "latent_resolution"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            imageChannels: fields.decode(Int.self, forKey: .imageChannels),
            resolution: fields.decode(Int.self, forKey: .resolution),
            widths: fields.decode([Int].self, forKey: .widths),
            latentChannels: fields.decode(Int.self, forKey: .latentChannels),
            latentResolution: fields.decode(Int.self, forKey: .latentResolution))
    }
}
