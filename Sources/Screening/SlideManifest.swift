public import Flow
internal import Pixels
internal import Slides
public import Staining
public import Tissue

/// `manifest.json`: what became of a slide and how, written after every other file, with their checksums.
///
/// Times stand only here and in `run.json`, so that all other files are equal bytes for equal input.
public struct SlideManifest: Sendable, Codable {
    /// How a slide ended; exactly one of these.
    public enum Status: String, Sendable, Codable {
        case ok
        case okWithWarnings = "ok_with_warnings"
        case noTissue = "no_tissue"
        case failed
    }

    /// Tiles by what became of them.
    public struct Counts: Sendable, Equatable, Codable {
        public var tiles = 0
        public var scored = 0
        public var unread = 0
        public var degenerateStain = 0
    }

    /// The slide as it was found.
    public struct Source: Sendable, Codable {
        var identity: SlidePreflight.Identity
        var vendor: String
        var width: Int
        var height: Int
        var levels: [Level]
        var calibration: Calibration?
        var openslideVersion: String
        /// Which copy of the numeric kernels this processor runs: the last digits of scores depend on it.
        var kernels: String
        /// Level from which tiles were read.
        var readLevel: Int?

        struct Level: Sendable, Codable {
            var width: Int
            var height: Int
            var downsample: Double
        }
    }

    /// Sides in level-0 pixels.
    public struct Geometry: Sendable, Equatable, Codable {
        public var tileWidth: Int
        public var tileHeight: Int
        public var cropWidth: Int
        public var cropHeight: Int
        public var cellWidth: Int
        public var cellHeight: Int
        public var columns: Int
        public var rows: Int
    }

    /// How the stain was normalized, and to what.
    public struct Stain: Sendable, Codable {
        public var scope: String
        public var match: String
        public var target: StainTarget
        /// Of the whole slide; absent when every tile has its own.
        public var estimate: StainEstimate?
        public var gain: [Double]?
    }

    /// When the work began (ISO 8601, UTC) and how long its parts took.
    public struct Timing: Sendable, Codable {
        public var startedAt: String
        public var secondsTissue = 0.0
        public var secondsStain = 0.0
        /// Of the slide's own model; absent with other models.
        public var secondsLearning: Double?
        public var secondsTiles = 0.0
        public var secondsDrawing = 0.0
        public var secondsTotal = 0.0
    }

    /// Which model gave the scores.
    public struct Model: Sendable, Equatable, Codable {
        public var name: String
        public var version: String
        public var detector: String
        public var sha256: String
    }

    /// How the slide's own model was learned.
    public struct SelfModel: Sendable, Codable {
        /// Places half a crop apart from which was drawn.
        public var candidatePlaces: Int
        /// Places that were drawn; the images are those that could be read and have a stain.
        public var sampledPlaces: Int
        public var trainingImages: Int
        public var heldOutImages: Int
        public var seed: UInt64
        public var warmup: Int
        public var iterations: Int
        public var batch: Int
        public var learningRate: Double
        /// Mean of the last 50 batches.
        public var trainingLoss: Double?
        /// Mean score of the held-out images.
        public var heldOutMeanScore: Double
        /// The field of view, as in the model file: sides in pixels, and µm per pixel of the tile.
        public var tile: Int
        public var tileResolution: Double?
        public var crop: Int
        public var input: Int
        /// What a score means, and when it misleads.
        public var meaning: String
    }

    public var program = "wsi-screen"
    public var version = WSIScreen.version
    public var slide: String
    public var path: String
    public var status: Status
    /// Stable code of a failure.
    public var reason: String?
    /// A sentence with the fix, of a failure.
    public var message: String?
    public var warnings: [String] = []
    /// Hash over settings, model, recipe and version: equal hashes promise equal results.
    public var configurationSha256: String
    public var settings: ScreenSettings
    public var model: Model?
    /// Absent unless the model was learned from this slide.
    public var selfModel: SelfModel?
    public var source: Source?
    public var geometry: Geometry?
    public var tissue: TissueEvidence?
    public var stain: Stain?
    public var counts = Counts()
    /// Tiles with status `degenerate_stain` by their reason code.
    public var degenerateReasons: [String: Int] = [:]
    /// Texts of the library for the first unread tiles.
    public var unreadReasons: [String] = []
    /// The score that `settings.aggregate` names.
    public var score: Double?
    public var scores: SlideScores?
    /// SHA-256 of every other file of the folder.
    public var files: [String: String] = [:]
    public var timing: Timing
    public var stages: [StageReport] = []
}

/// The program itself.
public enum WSIScreen {
    public static let version = "0.1.0"
}
