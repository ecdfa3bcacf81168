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
/// Also when only level 0 exists, memory stays at one block and the small picture.
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
        let wanted = max(min(Self.tissueMicrons, longest / Self.minimumSide), longest / Self.maximumSide)
        level = description.level(notCoarserThan: wanted, calibration: calibration)
        let levelMicrons = level.downsample * calibration.mean
        factor = max(1, Int(wanted / levelMicrons * 1.01))
        micronsPerPixel = levelMicrons * Double(factor)
    }

    /// Number of blocks that ``read(from:onBlock:)`` will read.
    public var blockCount: Int { columns * rows }

    private var side: Int { max(1, Self.blockSide / factor) * factor }
    private var columns: Int { (level.width + side - 1) / side }
    private var rows: Int { (level.height + side - 1) / side }

    /// Reads the overview. Blocks that cannot be read are marked, after a second try in smaller pieces to
    /// narrow the damage down.
    ///
    /// - Parameter onBlock: called after every block; throws to stop.
    public func read(from reader: SlideReader, onBlock: () throws -> Void) throws -> SlideOverview {
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
        return SlideOverview(
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
            let pixels = try reader.read(
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
