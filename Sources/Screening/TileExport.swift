internal import Flow
internal import Foundation
internal import ImageFiles
internal import Kernels
internal import Networks
internal import Pixels
internal import Records
internal import Slides
public import Staining
internal import Tissue

/// What `tile` does beyond the settings it shares with `screen`.
public struct TileExportSettings: Sendable, Equatable, Codable {
    /// Nil: no normalization.
    public var scope: StainScope?
    public var match: StainMatch
    /// Nil without normalization.
    public var target: StainTarget?
    /// Side of a tile at ``tileResolution``, in pixels.
    public var tileSide: Int
    /// µm per pixel.
    public var tileResolution: Double

    public init(
        scope: StainScope?, match: StainMatch = .vahadane, target: StainTarget?, tileSide: Int = 768,
        tileResolution: Double = 0.25
    ) {
        self.scope = scope
        self.match = match
        self.target = target
        self.tileSide = tileSide
        self.tileResolution = tileResolution
    }
}

/// A tile on its way to a file.
struct NormalizedTile: Sendable {
    enum Content: Sendable {
        case image(RGBImage)
        case unread(String)
        case degenerateStain(String)
    }

    let site: TileSite
    let content: Content

    var bytes: Int {
        if case .image(let image) = content { image.pixels.count } else { 0 }
    }
}

/// Second stage of the export: normalizes the stain of whole tiles.
actor TileNormalizer: StageWorker {
    private let stain: StainPlan
    private var scratch = DensitySample()

    init(stain: StainPlan) {
        self.stain = stain
    }

    func process(_ tile: ReadTile) -> NormalizedTile {
        switch tile.content {
        case .unread(let reason): return NormalizedTile(site: tile.site, content: .unread(reason))
        case .pixels(let image):
            do {
                let normalizer = try stain.normalizer(for: image, scratch: &scratch)
                return NormalizedTile(site: tile.site, content: .image(normalizer?.normalize(image) ?? image))
            } catch {
                return NormalizedTile(site: tile.site, content: .degenerateStain(error.reason))
            }
        }
    }
}

/// Third stage of the export: writes each tile as a PNG, whole or not at all.
actor TileWriter: StageWorker {
    private nonisolated let executor = BlockingExecutor(label: "tile writer")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let folder: String

    init(folder: String) {
        self.folder = folder
    }

    func process(_ tile: NormalizedTile) throws -> WrittenTile {
        switch tile.content {
        case .unread(let reason): return WrittenTile(site: tile.site, status: "unread", unreadReason: reason)
        case .degenerateStain: return WrittenTile(site: tile.site, status: "degenerate_stain")
        case .image(let image):
            let name = "x\(tile.site.cell.x)_y\(tile.site.cell.y).png"
            let bytes = try PNGFile.encode(image)
            try AtomicFile.write(bytes, to: folder + "/" + name)
            return WrittenTile(site: tile.site, status: "ok", file: name, sha256: Checksum.sha256(bytes))
        }
    }
}

/// The end of an exported tile's way.
struct WrittenTile: Sendable {
    let site: TileSite
    let status: String
    var unreadReason: String?
    var file = ""
    var sha256 = ""
}
