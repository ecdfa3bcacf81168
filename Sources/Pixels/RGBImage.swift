/// An 8-bit RGB image in sRGB: `height` rows of `width` pixels, row-major, three interleaved bytes a pixel.
///
/// `pixels.count == width * height * 3` always holds.
public struct RGBImage: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// R, G, B bytes, row after row.
    public var pixels: [UInt8]

    /// An image of one colour.
    public init(width: Int, height: Int, filledWith color: RGBColor = .white) {
        precondition(width >= 0 && height >= 0, "image of negative size \(width) x \(height)")
        self.width = width
        self.height = height
        self.pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
            for pixel in 0..<(width * height) {
                buffer[pixel * 3] = color.red
                buffer[pixel * 3 + 1] = color.green
                buffer[pixel * 3 + 2] = color.blue
            }
            count = width * height * 3
        }
    }

    /// Takes over existing bytes. Traps when their number is not `width * height * 3`.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(
            pixels.count == width * height * 3,
            "\(pixels.count) bytes for an RGB image of \(width) x \(height)")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    public var pixelCount: Int { width * height }

    /// The pixel at column `x`, row `y`.
    public subscript(x: Int, y: Int) -> RGBColor {
        get {
            let offset = (y * width + x) * 3
            return RGBColor(red: pixels[offset], green: pixels[offset + 1], blue: pixels[offset + 2])
        }
        set {
            let offset = (y * width + x) * 3
            pixels[offset] = newValue.red
            pixels[offset + 1] = newValue.green
            pixels[offset + 2] = newValue.blue
        }
    }

    /// The part of the image inside `rect`, which must lie within it.
    public func cropped(to rect: PixelRect) -> RGBImage {
        precondition(
            rect.x >= 0 && rect.y >= 0 && rect.maxX <= width && rect.maxY <= height,
            "crop \(rect) of an image of \(width) x \(height)")
        var bytes = [UInt8]()
        bytes.reserveCapacity(rect.width * rect.height * 3)
        for row in rect.y..<rect.maxY {
            let start = (row * width + rect.x) * 3
            bytes.append(contentsOf: pixels[start..<(start + rect.width * 3)])
        }
        return RGBImage(width: rect.width, height: rect.height, pixels: bytes)
    }
}

/// One 8-bit sRGB colour.
public struct RGBColor: Sendable, Hashable, Codable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// As Pillow's `convert("L")` has it: (19595 R + 38470 G + 7471 B) / 65536, rounded.
    public var luma: UInt8 {
        let sum = 19595 * Int(red) + 38470 * Int(green)
        return UInt8((sum + 7471 * Int(blue) + 32768) >> 16)
    }

    public static let white = RGBColor(red: 255, green: 255, blue: 255)
    public static let black = RGBColor(red: 0, green: 0, blue: 0)
}
