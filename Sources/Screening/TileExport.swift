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

/// Second stage of the export: normalizes the stain of whole tiles and brings them to the size asked for.
package actor TileNormalizer: StageWorker {
    private let stain: StainPlan
    /// Nil where the slide is coarser than the resolution asked for: tiles are never enlarged.
    private let resampler: BilinearResampler?
    private var scratch = DensitySample()

    /// - Parameters:
    ///   - size: of what is read, in pixels.
    ///   - side: wanted.
    package init(stain: StainPlan, size: (width: Int, height: Int), side: Int) {
        self.stain = stain
        resampler =
            min(size.width, size.height) > side
            ? BilinearResampler(
                inputWidth: size.width, inputHeight: size.height, outputWidth: side, outputHeight: side) : nil
    }

    package func process(_ tile: ReadTile) -> PreparedTile {
        switch tile.content {
        case .unread(let reason): return PreparedTile(site: tile.site, content: .unread(reason))
        case .pixels(let image):
            if let obstruction = tile.site.obstruction {
                return PreparedTile(site: tile.site, content: .degenerateStain(obstruction))
            }
            do {
                let normalizer = try stain.normalizer(for: image, scratch: &scratch)
                let normalized = normalizer?.normalize(image) ?? image
                return PreparedTile(
                    site: tile.site, content: .image(resampler?.resample(normalized) ?? normalized))
            } catch {
                return PreparedTile(site: tile.site, content: .degenerateStain(error.reason))
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

    func process(_ tile: PreparedTile) throws -> WrittenTile {
        switch tile.content {
        case .unread(let reason): return WrittenTile(site: tile.site, status: "unread", unreadReason: reason)
        case .degenerateStain: return WrittenTile(site: tile.site, status: "degenerate_stain")
        case .image(let image):
            let name = "x\(tile.site.cell.x)_y\(tile.site.cell.y).png"
            let bytes = try PNGFile.encode(image)
            try AtomicFile.write(bytes, to: folder + "/" + name)
            return WrittenTile(
                site: tile.site, status: "ok", file: name, sha256: Checksum.sha256(bytes),
                pixelWidth: image.width,
                pixelHeight: image.height)
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
    /// Size of the picture, which differs from the cell's unless the slide has the resolution asked for.
    var pixelWidth = 0
    var pixelHeight = 0
}
