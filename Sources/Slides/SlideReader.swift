public import Pixels

/// Reads regions of one slide. Not for sharing: give every reading thread a reader of its own.
///
/// Level 0 of plain JPEG files is decoded directly, with the very pixels of OpenSlide in a fraction of the
/// time; all else, and what fails, is OpenSlide's.
///
/// A region that cannot be decoded poisons OpenSlide's handle; the reader then closes it and opens a new one
/// for the next region, so that one corrupt tile costs one tile.
public final class SlideReader {
    public let description: SlideDescription
    private var handle: OpenSlideHandle?
    private var argb: [UInt32] = []
    /// The way around OpenSlide for level 0, looked for when that is first read.
    private lazy var mosaic = TileMosaic(of: description)
    /// How often a handle was lost to an error.
    public private(set) var reopenCount = 0

    /// Opens the slide after its ``SlidePreflight`` has passed.
    public init(path: String) throws(SlideFailure) {
        let handle = try OpenSlideHandle(path: path)
        description = try handle.describe(path: path)
        self.handle = consume handle
    }

    /// A region of `level` as RGB on the slide's background color.
    ///
    /// - Parameters:
    ///   - x, y: the top left corner in LEVEL-0 pixels; may lie outside the slide.
    ///   - width, height: in pixels of `level`.
    /// - Throws: ``SlideFailure`` if any part cannot be decoded; the next call works on a fresh handle.
    public func read(
        x: Int, y: Int, level: LevelIndex, width: Int, height: Int
    ) throws(SlideFailure) -> RGBImage {
        if level == .full,
            let image = mosaic?.region(PixelRect(x: x, y: y, width: width, height: height))
        {
            return image
        }
        return try readComposited(x: x, y: y, level: level, width: width, height: height)
    }

    /// ``read(x:y:level:width:height:)`` by OpenSlide, whatever the file.
    package func readComposited(
        x: Int, y: Int, level: LevelIndex, width: Int, height: Int
    ) throws(SlideFailure) -> RGBImage {
        if argb.count < width * height { argb = [UInt32](repeating: 0, count: width * height) }
        if handle == nil { handle = try OpenSlideHandle(path: description.path) }
        do {
            try handle?.read(
                x: x, y: y, level: level, width: width, height: height, into: &argb, path: description.path)
        } catch {
            handle = nil
            reopenCount += 1
            throw error
        }
        return Compositing.rgb(argb, width: width, height: height, background: description.background)
    }
}

/// OpenSlide's pixels are premultiplied ARGB in native 32-bit words; transparent means "not scanned".
package enum Compositing {
    /// Lays the pixels over the background color. With premultiplied values that is `c + background * (255 -
    /// a) / 255`, which never divides by alpha and so loses nothing where alpha is small.
    package static func rgb(
        _ argb: [UInt32], width: Int, height: Int, background: RGBColor
    ) -> RGBImage {
        let count = width * height
        let bytes = [UInt8](unsafeUninitializedCapacity: count * 3) { target, initialized in
            argb.withUnsafeBufferPointer { source in
                for index in 0..<count {
                    let pixel = source[index]
                    let gap = 255 - (pixel >> 24)
                    var (red, green, blue) = (pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255)
                    if gap != 0 {
                        red = min(255, red + (UInt32(background.red) * gap + 127) / 255)
                        green = min(255, green + (UInt32(background.green) * gap + 127) / 255)
                        blue = min(255, blue + (UInt32(background.blue) * gap + 127) / 255)
                    }
                    target[index * 3] = UInt8(truncatingIfNeeded: red)
                    target[index * 3 + 1] = UInt8(truncatingIfNeeded: green)
                    target[index * 3 + 2] = UInt8(truncatingIfNeeded: blue)
                }
            }
            initialized = count * 3
        }
        return RGBImage(width: width, height: height, pixels: bytes)
    }
}
