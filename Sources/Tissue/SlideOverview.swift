internal import Kernels
public import Pixels
public import Slides

/// A small picture of the whole slide, made without ever holding more than a strip of a larger one.
public struct SlideOverview: Sendable {
    public let image: RGBImage
    /// True where the slide could not be read.
    public let unread: Plane<Bool>
    /// Level-0 pixels per overview pixel.
    public let scaleX: Double
    public let scaleY: Double
    public let micronsPerPixel: Double
    /// The level that was read.
    public let level: LevelIndex

    package init(
        image: RGBImage, unread: Plane<Bool>, scaleX: Double, scaleY: Double, micronsPerPixel: Double,
        level: LevelIndex = .full
    ) {
        self.image = image
        self.unread = unread
        self.scaleX = scaleX
        self.scaleY = scaleY
        self.micronsPerPixel = micronsPerPixel
        self.level = level
    }
}

/// Reads a ``SlideOverview``: the coarsest level that is fine enough, in blocks, averaged down by a whole
/// factor.
///
/// Where only level 0 is fine enough, its JPEG tiles are decoded at a fraction of their size if the file
/// allows it (see ``JPEGTileImage``), else it is read in blocks. Memory stays at one block, or a row of
/// overview pixels as high as a tile, and the small picture.
public struct OverviewReader: Sendable {
    /// Pixel size wanted for tissue detection, in µm: nuclei blur into tissue, thin strands of it stay
    /// visible.
    public static let tissueMicrons = 4.0
    /// The longer side of the overview: at least this, for a picture worth looking at ...
    public static let minimumSide = 1_024.0
    /// ... and at most this, to bound memory (13 MB) on any slide: 12 µm a pixel on a slide of 25 mm.
    public static let maximumSide = 2_048.0

    /// Side of a block in pixels of the level read; a multiple of any small factor is made from it.
    private static let blockSide = 1_024

    private let description: SlideDescription
    private let level: SlideDescription.Level
    private let factor: Int
    private let micronsPerPixel: Double

    public init(_ description: SlideDescription, calibration: MicronsPerPixel) {
        self.description = description
        let longest = Double(max(description.width, description.height)) * calibration.mean
        let finest = longest / Self.maximumSide
        let wanted = max(min(Self.tissueMicrons, longest / Self.minimumSide), finest)
        level = description.level(notCoarserThan: wanted, calibration: calibration)
        let levelMicrons = level.downsample * calibration.mean
        // Pixels of the size wanted or smaller; but never so small that the picture exceeds its longest side.
        let smallest = Int((finest / levelMicrons - 0.01).rounded(.up))
        factor = max(1, smallest, Int(wanted / levelMicrons * 1.01))
        micronsPerPixel = levelMicrons * Double(factor)
    }

    /// Reads level 0 at 1/`factor` whatever other levels there are.
    package init(_ description: SlideDescription, factor: Int, calibration: MicronsPerPixel) {
        self.description = description
        self.factor = factor
        level = description.levels[0]
        micronsPerPixel = calibration.mean * Double(factor)
    }

    /// Number of blocks that ``read(from:onBlock:)`` will read, or of equal parts of its work.
    public var blockCount: Int { columns * rows }

    private var side: Int { max(1, Self.blockSide / factor) * factor }
    private var columns: Int { (level.width + side - 1) / side }
    private var rows: Int { (level.height + side - 1) / side }

    /// Reads the overview. Blocks that cannot be read are marked, after a second try in smaller pieces to
    /// narrow the damage down.
    ///
    /// - Parameter onBlock: called after every block; throws to stop.
    public func read(from reader: SlideReader, onBlock: () throws -> Void) throws -> SlideOverview {
        if level.index == .full, factor > 1, let tiles = JPEGTileImage(of: description) {
            return try read(tiles, orFrom: reader, onBlock: onBlock)
        }
        return try readBlocks(from: reader, onBlock: onBlock)
    }

    /// The overview by way of OpenSlide alone.
    package func readBlocks(from reader: SlideReader, onBlock: () throws -> Void) throws -> SlideOverview {
        let width = (level.width + factor - 1) / factor
        let height = (level.height + factor - 1) / factor
        var image = RGBImage(width: width, height: height, filledWith: description.background)
        var unread = Plane(width: width, height: height, filledWith: false)
        for row in 0..<rows {
            for column in 0..<columns {
                let block = PixelRect(x: column * side, y: row * side, width: side, height: side)
                    .intersection(PixelRect(x: 0, y: 0, width: level.width, height: level.height))
                fill(block, of: &image, unread: &unread, from: reader, pieces: 4)
                try onBlock()
            }
        }
        return overview(image, unread: unread)
    }

    private func overview(_ image: RGBImage, unread: Plane<Bool>) -> SlideOverview {
        SlideOverview(
            image: image, unread: unread,
            scaleX: Double(description.width) / Double(level.width) * Double(factor),
            scaleY: Double(description.height) / Double(level.height) * Double(factor),
            micronsPerPixel: micronsPerPixel, level: level.index)
    }

    private func fill(
        _ block: PixelRect, of image: inout RGBImage, unread: inout Plane<Bool>,
        from reader: SlideReader,
        pieces: Int
    ) {
        do {
            let pixels = try reader.readComposited(
                x: Int(Double(block.x) * level.downsample), y: Int(Double(block.y) * level.downsample),
                level: level.index, width: block.width, height: block.height)
            image.paste(pixels.areaAveraged(by: factor), x: block.x / factor, y: block.y / factor)
        } catch  where pieces > 1 {
            let part = max(1, side / pieces / factor) * factor
            for y in stride(from: block.y, to: block.maxY, by: part) {
                for x in stride(from: block.x, to: block.maxX, by: part) {
                    let piece = PixelRect(x: x, y: y, width: part, height: part).intersection(block)
                    fill(piece, of: &image, unread: &unread, from: reader, pieces: 1)
                }
            }
        } catch {
            for y in (block.y / factor)..<((block.maxY + factor - 1) / factor) {
                for x in (block.x / factor)..<((block.maxX + factor - 1) / factor) { unread[x, y] = true }
            }
        }
    }
}

// Level 0, tile by tile.
extension OverviewReader {
    private func read(
        _ tiles: JPEGTileImage, orFrom reader: SlideReader, onBlock: () throws -> Void
    ) throws -> SlideOverview {
        var average = AreaAccumulator(
            width: level.width, height: level.height, factor: factor, bandHeight: tiles.tileHeight,
            background: description.background)
        var pixels = [UInt8](repeating: 0, count: tiles.byteCount(reduction: 1))
        let tileCount = tiles.columns * tiles.rows
        var (tilesDone, blocksDone) = (0, 0)
        for row in 0..<tiles.rows {
            for column in 0..<tiles.columns {
                add(tiles, column: column, row: row, to: &average, by: &pixels, orFrom: reader)
                tilesDone += 1
                while (blocksDone + 1) * tileCount <= tilesDone * blockCount {
                    blocksDone += 1
                    try onBlock()
                }
            }
            average.finishRows(above: (row + 1) * tiles.tileHeight)
        }
        return overview(average.image, unread: average.missing)
    }

    private func add(
        _ tiles: JPEGTileImage, column: Int, row: Int, to average: inout AreaAccumulator,
        by pixels: inout [UInt8], orFrom reader: SlideReader
    ) {
        let rect = PixelRect(
            x: column * tiles.tileWidth, y: row * tiles.tileHeight, width: tiles.tileWidth,
            height: tiles.tileHeight)
        let inside = rect.intersection(PixelRect(x: 0, y: 0, width: level.width, height: level.height))
        let reduction = reduction(of: inside)
        switch tiles.decode(column: column, row: row, reduction: reduction, into: &pixels) {
        case .decoded:
            average.add(
                pixels, rowLength: tiles.tileWidth / reduction, reduction: reduction, covering: inside)
        case .absent where description.vendor == "aperio":
            average.add(description.background, covering: inside)
        case .unusual:
            let image = try? reader.readComposited(
                x: inside.x, y: inside.y, level: .full, width: inside.width, height: inside.height)
            if let image {
                average.add(image.pixels, rowLength: image.width, reduction: 1, covering: inside)
            } else {
                average.addMissing(covering: inside)
            }
        case .absent, .corrupt:
            // Only Aperio's format has a meaning for a tile without bytes.
            average.addMissing(covering: inside)
        }
    }

    /// How far a tile may be reduced while it is decoded: as far as possible where reduced pixels do not
    /// cross the border of overview pixels, or are so much smaller that it does not matter; and not at all
    /// where the slide's edge would run through a reduced pixel and mix it with the tile's padding.
    private func reduction(of inside: PixelRect) -> Int {
        let reductions = [8, 4, 2].filter { inside.width % $0 == 0 && inside.height % $0 == 0 }
        return reductions.first { factor % $0 == 0 || factor >= Self.crossingFactor * $0 } ?? 1
    }

    /// A reduced pixel that crosses the border of overview pixels counts for both by the areas there, as if
    /// it were of one color. That is fine if overview pixels are at least this many times larger.
    private static let crossingFactor = 4
}

extension RGBImage {
    /// Copies `image` into this one with its top left corner at (x, y); it must fit.
    fileprivate mutating func paste(_ image: RGBImage, x: Int, y: Int) {
        for row in 0..<image.height {
            let target = ((y + row) * width + x) * 3
            let source = row * image.width * 3
            pixels.replaceSubrange(
                target..<(target + image.width * 3), with: image.pixels[source..<(source + image.width * 3)])
        }
    }
}
