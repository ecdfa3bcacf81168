internal import Flow
internal import Pixels
internal import Slides
internal import Tissue
internal import Training

/// Reads and stain-normalizes the cells of a sample as screening does, through the same stages.
struct SelfModelReading {
    let path: String
    let level: SlideDescription.Level
    /// The grid of the sample.
    let grid: TileGrid
    let stain: StainPlan
    let workers: Int

    /// What of a tile is kept.
    enum Part {
        /// The center, as it is scored.
        case crop
        /// All of it, for crops at random.
        case field
    }

    /// - Parameters:
    ///   - side: of the images, in pixels.
    ///   - onTile: called after each tile.
    /// - Returns: the tiles that could be read and have a stain, in the order of `sites`.
    func images(
        of sites: [TileSite], part: Part, side: Int, firstSource: SlideSource, onTile: () -> Void
    ) async throws -> PreparedImages {
        let readers = await SlideSource.readers(
            first: firstSource, path: path, count: workers, field: .tile, level: level)
        let preparers = (0..<workers).map { _ in
            TilePreparer(stain: stain, cropInField: rect(of: part), inputSide: side)
        }
        let stages = ThreeStages<TileSite, ReadTile, PreparedTile, PreparedTile>(
            feeding: "sample", .init("read", workers: readers, bytes: \.bytes),
            .init("prepare", workers: preparers, bytes: \.bytes), .init("keep", workers: [TileKeeper()]))
        var images: [Int: RGBImage] = [:]
        _ = try await stages.run(sites) { tile in
            if case .image(let image) = tile.content { images[tile.site.index] = image }
            onTile()
        }
        let usable = sites.filter { images[$0.index] != nil }
        return PreparedImages(
            side: side, channels: 3, names: usable.map { "\($0.column),\($0.row)" },
            pixels: usable.flatMap { images[$0.index]?.pixels ?? [] })
    }

    /// Where the part lies in the tile, in pixels of the level.
    private func rect(of part: Part) -> PixelRect {
        let tile = grid.tile(column: 0, row: 0)
        guard part == .crop else {
            let size = level.pixels(in: tile)
            return PixelRect(x: 0, y: 0, width: size.width, height: size.height)
        }
        return level.place(of: grid.crop(column: 0, row: 0), in: tile)
    }
}

/// Last stage of reading a sample: hands the tiles on.
private actor TileKeeper: StageWorker {
    func process(_ tile: PreparedTile) -> PreparedTile { tile }
}
