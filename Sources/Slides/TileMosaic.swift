internal import Pixels

/// Regions of level 0 laid together from decoded JPEG tiles, the last of which are kept.
struct TileMosaic {
    /// Bytes of decoded tiles to keep: a few regions of usual size with their neighbors.
    static let maximumCacheBytes = 16 << 20
    static let maximumCacheTiles = 256

    private struct CachedTile {
        var pixels: [UInt8]
        var lastUse: Int
    }

    private let tiles: JPEGTileImage
    private let background: RGBColor
    /// Only Aperio's format has a meaning for a tile without bytes.
    private let showsAbsentTiles: Bool
    private var cache: [Int: CachedTile] = [:]
    private var useCount = 0

    /// Nil if the file is not for ``JPEGTileImage``.
    init?(of slide: SlideDescription) {
        guard let tiles = JPEGTileImage(of: slide) else { return nil }
        self.tiles = tiles
        background = slide.background
        showsAbsentTiles = slide.vendor == "aperio"
    }

    /// The region, with the background color outside the slide; nil if any of its tiles cannot be decoded,
    /// so that OpenSlide may try and say why not.
    mutating func region(_ rect: PixelRect) -> RGBImage? {
        var image = RGBImage(width: rect.width, height: rect.height, filledWith: background)
        let inside = rect.intersection(PixelRect(x: 0, y: 0, width: tiles.width, height: tiles.height))
        if inside.isEmpty { return image }
        for row in (inside.y / tiles.tileHeight)...((inside.maxY - 1) / tiles.tileHeight) {
            for column in (inside.x / tiles.tileWidth)...((inside.maxX - 1) / tiles.tileWidth) {
                let index = row * tiles.columns + column
                guard load(index, column: column, row: row) else { return nil }
                // An absent tile has no entry: the background stays.
                guard let tile = cache[index] else { continue }
                let place = PixelRect(
                    x: column * tiles.tileWidth, y: row * tiles.tileHeight, width: tiles.tileWidth,
                    height: tiles.tileHeight)
                copy(tile.pixels, at: place, into: &image, at: rect, only: place.intersection(inside))
            }
        }
        return image
    }

    /// Decodes a tile unless it is in the cache or absent; false if that fails.
    private mutating func load(_ index: Int, column: Int, row: Int) -> Bool {
        useCount += 1
        if cache[index] != nil {
            cache[index]?.lastUse = useCount
            return true
        }
        var pixels = recycledBuffer()
        switch tiles.decode(column: column, row: row, into: &pixels) {
        case .decoded:
            cache[index] = CachedTile(pixels: pixels, lastUse: useCount)
            return true
        case .absent: return showsAbsentTiles
        case .corrupt, .unusual: return false
        }
    }

    /// Room for one tile: that of the tile not used for longest if the cache is full.
    private mutating func recycledBuffer() -> [UInt8] {
        let size = tiles.byteCount(reduction: 1)
        let limit = max(1, min(Self.maximumCacheTiles, Self.maximumCacheBytes / size))
        if cache.count >= limit,
            let oldest = cache.min(by: { $0.value.lastUse < $1.value.lastUse })?.key,
            let tile = cache.removeValue(forKey: oldest)
        {
            return tile.pixels
        }
        return [UInt8](repeating: 0, count: size)
    }

    private func copy(
        _ pixels: [UInt8], at place: PixelRect, into image: inout RGBImage, at rect: PixelRect,
        only part: PixelRect
    ) {
        let rowBytes = part.width * 3
        image.pixels.withUnsafeMutableBytes { target in
            pixels.withUnsafeBytes { source in
                for y in part.y..<part.maxY {
                    let from = ((y - place.y) * place.width + part.x - place.x) * 3
                    let to = ((y - rect.y) * rect.width + part.x - rect.x) * 3
                    target[to..<(to + rowBytes)].copyBytes(from: source[from..<(from + rowBytes)])
                }
            }
        }
    }
}
