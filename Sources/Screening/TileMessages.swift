package import Flow
package import Pixels
public import Tissue

/// What travels between the stages: a site of the grid with what is known of it so far.
package struct ReadTile: Sendable {
    package enum Content: Sendable {
        /// The pixels of the crop or, where the recipe looks at the stain of each tile, of the whole tile.
        case pixels(RGBImage)
        case unread(String)
    }

    package let site: TileSite
    package let content: Content

    package var bytes: Int {
        if case .pixels(let image) = content { image.pixels.count } else { 0 }
    }
}

/// A tile with its stain normalized: for screening cut to the crop and resized to the model's input, for export
/// whole and of the size asked for.
package struct PreparedTile: Sendable {
    package enum Content: Sendable {
        case image(RGBImage)
        case unread(String)
        case degenerateStain(String)
    }

    package let site: TileSite
    package let content: Content

    package var bytes: Int {
        if case .image(let image) = content { image.pixels.count } else { 0 }
    }
}

/// The end of a tile's way.
public struct TileVerdict: Sendable, Equatable {
    /// What became of the tile.
    public enum Outcome: Sendable, Equatable {
        case scored(Float)
        /// The slide could not be read there; the text is the library's.
        case unread(String)
        /// No stain could be estimated; the text is the reason code of `StainFailure`, or `ink` where pen or black
        /// covers the crop.
        case degenerateStain(String)
    }

    public let site: TileSite
    public let outcome: Outcome

    public var score: Float? {
        if case .scored(let score) = outcome { score } else { nil }
    }

    /// Why there is no score although the tile could be read.
    var degenerateReason: String? {
        if case .degenerateStain(let reason) = outcome { reason } else { nil }
    }

    /// As in the column `status` of `tiles.csv`.
    public var status: String {
        switch outcome {
        case .scored: "ok"
        case .unread: "unread"
        case .degenerateStain: "degenerate_stain"
        }
    }
}
