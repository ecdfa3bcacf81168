public import Camelyon
internal import Pixels
internal import Records
public import Staining
public import Tissue

/// Everything that determines which tiles are cut and what is in their files, but for the slides themselves. Kept as
/// `settings.json` in the output folder, so that no run goes on with what another one began.
public struct TileCutSettings: Sendable, Equatable, Codable {
    /// Side of a tile in level-0 pixels: the paper's and the lists'.
    public static let side = 768

    /// Of the program.
    public var version: String
    /// Nil: tiles are sampled.
    public var list: ListIdentity?
    /// Nil: tiles are listed.
    public var sampling: Sampling?
    public var stain: Stain?
    public var output: Output
    /// Largest part of a slide's tiles that may be unreadable before the slide fails.
    public var maximumUnread = 0.01
    /// Microns per pixel for slides that do not state them.
    public var micronsPerPixel: Double?
    /// SHA-256 of the table of resolutions, if one is given.
    public var resolutions: String?
    /// Slides whose tiles are for validation.
    public var validationSlides: [String] = []

    /// The tiles of a list, whatever the file's name.
    public struct ListIdentity: Sendable, Equatable, Codable {
        public var tiles: Int
        /// SHA-256 over the tiles in the list's order.
        public var sha256: String

        public init(_ list: TileList) {
            tiles = list.tiles.count
            let text = list.tiles.map { tile in
                "\(tile.slide),\(tile.label?.rawValue ?? ""),\(tile.area.x),\(tile.area.y),\(tile.area.width),"
                    + "\(tile.area.height)\n"
            }
            sha256 = Checksum.sha256(Array(text.joined().utf8))
        }
    }

    public struct Sampling: Sendable, Equatable, Codable {
        public var tissueRule: TissueRule
        /// Least tissue part of a tile.
        public var minimumTissue: Double
        public var tumorRule: TumorRule
        /// Most tiles of a slide.
        public var perSlide: Int
        public var seed: UInt64

        public init(
            tissueRule: TissueRule = .paper, minimumTissue: Double = 1, tumorRule: TumorRule = .paper,
            perSlide: Int = 50, seed: UInt64 = 0
        ) {
            self.tissueRule = tissueRule
            self.minimumTissue = minimumTissue
            self.tumorRule = tumorRule
            self.perSlide = perSlide
            self.seed = seed
        }
    }

    /// One stain matrix for each tile.
    public struct Stain: Sendable, Equatable, Codable {
        public var match: StainMatch
        public var target: StainTarget
        /// Where the target comes from, for readers.
        public var source: String
        /// Every n-th row and column of a tile takes part in the estimate.
        public var dictionaryStep: Int

        public init(match: StainMatch, target: StainTarget, source: String, dictionaryStep: Int = 2) {
            self.match = match
            self.target = target
            self.source = source
            self.dictionaryStep = dictionaryStep
        }
    }

    public struct Output: Sendable, Equatable, Codable {
        /// 40, 20 or 10: 768, 384 or 192 pixels a side.
        public var magnification: Int
        public var format: Format
        /// libjpeg's; nil for PNG.
        public var quality: Int?
        /// How tiles are made smaller; nil at 40.
        public var resampling: String?

        public enum Format: String, Sendable, Codable, CaseIterable {
            case png, jpeg
        }

        public init(magnification: Int = 40, format: Format = .png, quality: Int = 90) {
            precondition([40, 20, 10].contains(magnification), "a magnification of \(magnification)")
            self.magnification = magnification
            self.format = format
            self.quality = format == .jpeg ? quality : nil
            resampling = magnification == 40 ? nil : "pillow_bilinear"
        }

        public var side: Int { TileCutSettings.side * magnification / 40 }
        var suffix: String { format == .png ? "png" : "jpg" }
    }

    public init(
        version: String, list: ListIdentity? = nil, sampling: Sampling? = nil, stain: Stain?, output: Output
    ) {
        self.version = version
        self.list = list
        self.sampling = sampling
        self.stain = stain
        self.output = output
    }
}
