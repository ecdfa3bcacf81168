public import Staining

/// How pixels of a slide or of an image file become the model's input: part of the model, since scores mean
/// nothing under another recipe.
///
/// An image file shows one whole tile. With a physical scale its pixels may be finer or coarser than the
/// recipe's, as those of a slide may: the crop is the same part of the tile. Without one, the file is resized to
/// `tile` x `tile` pixels first.
public struct Recipe: Sendable, Hashable {
    /// Side of the tile in pixels at ``tileResolution``; the stain is estimated and normalized on it.
    public let tile: Int
    /// µm per pixel of the tile. Nil: images without a physical scale (X-rays, photographs), for which slides
    /// cannot be screened.
    public let tileResolution: Double?
    /// Side of the central crop that is scored, in pixels of the tile.
    public let crop: Int
    /// Side in pixels to which the crop is resized: the resolution of the network.
    public let input: Int
    public let resampling: ResamplingFilter
    /// Nil: no stain normalization (X-rays).
    public let stain: StainRecipe?
    public let color: ColorMode
    /// Whether the histogram of the crop is equalized before it is resized.
    public let equalization: Bool

    public init(
        tile: Int, tileResolution: Double?, crop: Int, input: Int, resampling: ResamplingFilter,
        stain: StainRecipe?, color: ColorMode, equalization: Bool = false
    ) {
        self.tile = tile
        self.tileResolution = tileResolution
        self.crop = crop
        self.input = input
        self.resampling = resampling
        self.stain = stain
        self.color = color
        self.equalization = equalization
    }

    /// Largest accepted side of a tile in pixels.
    package static let sideLimit = 8192

    /// The first contradiction within the recipe or with the network, as a clause; nil if there is none.
    ///
    /// - Parameter architecture: of the autoencoder; nil for detectors without one.
    package func contradiction(with architecture: AutoencoderArchitecture?) -> String? {
        if !(1...Self.sideLimit).contains(tile) { return "the tile has \(tile) pixels" }
        if let tileResolution, !(tileResolution > 0 && tileResolution.isFinite) {
            return "the resolution is \(tileResolution) µm/px"
        }
        if !(1...tile).contains(crop) { return "a crop of \(crop) pixels does not lie in a tile of \(tile)" }
        if let architecture, input != architecture.resolution {
            return "the recipe ends at \(input) pixels but the network takes \(architecture.resolution)"
        }
        if !(1...AutoencoderArchitecture.resolutionLimit).contains(input) {
            return "the recipe ends at \(input) pixels"
        }
        if let architecture, color.channels != architecture.imageChannels {
            return
                "the color is \(color.rawValue) but the network takes \(architecture.imageChannels) channels"
        }
        if let stain, stain.dictionaryStep < 1 { return "the dictionary step is \(stain.dictionaryStep)" }
        if stain != nil, color == .grey { return "grey images have no stain to normalize" }
        if equalization, tileResolution != nil {
            return "histograms are equalized only in images without a physical scale"
        }
        return nil
    }
}

extension Recipe: Codable {
    private enum CodingKeys: String, CodingKey {
        case tile
        case tileResolution = "tile_resolution_um"
        case crop
        case input
        case resampling
        case stain
        case color
        case equalization
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        tile = try fields.decode(Int.self, forKey: .tile)
        tileResolution = try fields.decodeIfPresent(Double.self, forKey: .tileResolution)
        crop = try fields.decode(Int.self, forKey: .crop)
        input = try fields.decode(Int.self, forKey: .input)
        resampling = try fields.decode(ResamplingFilter.self, forKey: .resampling)
        stain = try fields.decodeIfPresent(StainRecipe.self, forKey: .stain)
        color = try fields.decode(ColorMode.self, forKey: .color)
        equalization = try fields.decodeIfPresent(Bool.self, forKey: .equalization) ?? false
    }

    /// Leaves out what is absent or off, so that a recipe that needs neither reads as before.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(tile, forKey: .tile)
        try fields.encodeIfPresent(tileResolution, forKey: .tileResolution)
        try fields.encode(crop, forKey: .crop)
        try fields.encode(input, forKey: .input)
        try fields.encode(resampling, forKey: .resampling)
        try fields.encodeIfPresent(stain, forKey: .stain)
        try fields.encode(color, forKey: .color)
        if equalization { try fields.encode(true, forKey: .equalization) }
    }
}

/// How a crop is resized.
public enum ResamplingFilter: String, Sendable, Hashable, Codable {
    /// Pillow's antialiased triangle filter.
    case pillowBilinear = "pillow_bilinear"
}

/// Number and meaning of the input's channels.
public enum ColorMode: String, Sendable, Hashable, Codable, CaseIterable {
    case rgb
    case grey

    /// Of the network's input.
    public var channels: Int { self == .grey ? 1 : 3 }
}

/// How the stain is normalized.
public struct StainRecipe: Sendable, Hashable, Codable {
    public let method: Method
    public let match: StainMatch
    public let scope: StainScope
    /// Every n-th row and column of a tile takes part in the estimate.
    public let dictionaryStep: Int

    public init(method: Method, match: StainMatch, scope: StainScope, dictionaryStep: Int) {
        self.method = method
        self.match = match
        self.scope = scope
        self.dictionaryStep = dictionaryStep
    }

    /// How the stains are told apart.
    public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
        /// Sparse non-negative matrix factorization (Vahadane et al. 2016).
        case vahadane
    }

    private enum CodingKeys: String, CodingKey {
        case method
        case match
        case scope
        case dictionaryStep = "dictionary_step"
    }
}
