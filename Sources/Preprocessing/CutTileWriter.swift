internal import Flow
internal import ImageFiles
internal import Pixels
internal import Records
internal import Screening
internal import Tissue

/// The end of a tile's way.
struct CutTile: Sendable {
    enum Outcome: Sendable {
        case written(sha256: String)
        case unread(String)
        /// The reason code of `StainFailure`, or `ink`.
        case degenerateStain(String)
    }

    /// In the slide's plan.
    let index: Int
    let outcome: Outcome
}

/// Last stage: writes each tile, whole or not at all.
actor CutTileWriter: StageWorker {
    private nonisolated let executor = BlockingExecutor(label: "tile writer")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// By index of the plan.
    private let paths: [String]
    private let output: TileCutSettings.Output

    init(paths: [String], output: TileCutSettings.Output) {
        self.paths = paths
        self.output = output
    }

    func process(_ tile: PreparedTile) throws -> CutTile {
        let outcome: CutTile.Outcome =
            switch tile.content {
            case .image(let image): .written(sha256: try write(image, to: paths[tile.site.index]))
            case .unread(let reason): .unread(reason)
            case .degenerateStain(let reason): .degenerateStain(reason)
            }
        return CutTile(index: tile.site.index, outcome: outcome)
    }

    private func write(_ image: RGBImage, to path: String) throws -> String {
        let bytes =
            switch output.format {
            case .png: try PNGFile.encode(image)
            case .jpeg: try JPEGFile.encode(image, quality: output.quality ?? 90)
            }
        try AtomicFile.write(bytes, to: path)
        return Checksum.sha256(bytes)
    }
}
