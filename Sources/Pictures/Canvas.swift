public import Pixels

/// Drawing on an RGB image: filled rectangles, antialiased lines and text.
public struct Canvas: Sendable {
    public private(set) var image: RGBImage

    public init(width: Int, height: Int, background: RGBColor) {
        image = RGBImage(width: width, height: height, filledWith: background)
    }

    public init(_ image: RGBImage) {
        self.image = image
    }

    /// Blends a rectangle of one color over the image; parts outside are ignored.
    ///
    /// - Parameter opacity: 0 leaves the image, 1 replaces it.
    public mutating func fill(_ rect: PixelRect, _ color: RGBColor, opacity: Double = 1) {
        let visible = rect.intersection(PixelRect(x: 0, y: 0, width: image.width, height: image.height))
        for y in visible.y..<visible.maxY {
            for x in visible.x..<visible.maxX { blend(color, x: x, y: y, opacity: opacity) }
        }
    }

    /// A border inside `rect`, one pixel wide.
    public mutating func frame(_ rect: PixelRect, _ color: RGBColor) {
        fill(PixelRect(x: rect.x, y: rect.y, width: rect.width, height: 1), color)
        fill(PixelRect(x: rect.x, y: rect.maxY - 1, width: rect.width, height: 1), color)
        fill(PixelRect(x: rect.x, y: rect.y, width: 1, height: rect.height), color)
        fill(PixelRect(x: rect.maxX - 1, y: rect.y, width: 1, height: rect.height), color)
    }

    /// A straight line with round ends; coordinates are pixel centers.
    public mutating func line(
        from start: (x: Double, y: Double), to end: (x: Double, y: Double), width: Double, _ color: RGBColor
    ) {
        let reach = width / 2 + 1
        let columns = clamped(min(start.x, end.x) - reach, max(start.x, end.x) + reach, limit: image.width)
        let rows = clamped(min(start.y, end.y) - reach, max(start.y, end.y) + reach, limit: image.height)
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let squared = dx * dx + dy * dy
        for y in rows {
            for x in columns {
                let (px, py) = (Double(x) - start.x, Double(y) - start.y)
                let along = squared > 0 ? min(1, max(0, (px * dx + py * dy) / squared)) : 0
                let (ox, oy) = (px - along * dx, py - along * dy)
                let coverage = width / 2 + 0.5 - (ox * ox + oy * oy).squareRoot()
                if coverage > 0 { blend(color, x: x, y: y, opacity: min(1, coverage)) }
            }
        }
    }

    /// One line of text with its top left corner at (x, y); `height` is that of a capital letter in pixels.
    public mutating func text(_ text: String, x: Double, y: Double, height: Double, _ color: RGBColor) {
        let scale = height / StrokeFont.unitsPerCapital
        var left = x
        for character in text {
            for stroke in StrokeFont.strokes(of: character) {
                let points = stroke.map { (x: left + $0.x * scale, y: y + $0.y * scale) }
                for (a, b) in zip(points, points.dropFirst()) {
                    line(from: a, to: b, width: max(1.2, height / 8), color)
                }
            }
            left += StrokeFont.unitsPerAdvance * scale
        }
    }

    /// Width that ``text(_:x:y:height:_:)`` takes, in pixels.
    public static func width(of text: String, height: Double) -> Double {
        max(0, Double(text.count) * StrokeFont.unitsPerAdvance - 2) * height / StrokeFont.unitsPerCapital
    }

    /// Copies another image over this one.
    public mutating func draw(_ other: RGBImage, x: Int, y: Int) {
        for row in 0..<other.height where y + row >= 0 && y + row < image.height {
            for column in 0..<other.width where x + column >= 0 && x + column < image.width {
                image[x + column, y + row] = other[column, row]
            }
        }
    }

    private mutating func blend(_ color: RGBColor, x: Int, y: Int, opacity: Double) {
        let old = image[x, y]
        func mix(_ below: UInt8, _ above: UInt8) -> UInt8 {
            UInt8((Double(below) * (1 - opacity) + Double(above) * opacity).rounded())
        }
        image[x, y] = RGBColor(
            red: mix(old.red, color.red), green: mix(old.green, color.green), blue: mix(old.blue, color.blue))
    }

    private func clamped(_ low: Double, _ high: Double, limit: Int) -> Range<Int> {
        let first = max(0, min(Double(limit), low.rounded(.down)))
        let last = max(first, min(Double(limit), high.rounded(.up) + 1))
        return Int(first)..<Int(last)
    }
}
