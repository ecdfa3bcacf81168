/// Index of a pyramid level; 0 is the full resolution.
public struct LevelIndex: Sendable, Hashable, Comparable, RawRepresentable, Codable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    public static let full = LevelIndex(rawValue: 0)

    public static func < (left: LevelIndex, right: LevelIndex) -> Bool { left.rawValue < right.rawValue }
}

/// A rectangle in LEVEL-0 pixels of a slide: x to the right, y down, origin at the top left corner.
///
/// Every coordinate that leaves the program has this form. It may reach over the slide's border.
public struct SlideRect: Sendable, Hashable, Codable {
    public var x: Int
    public var y: Int
    public var width: Int
    public var height: Int

    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    public var maxX: Int { x + width }
    public var maxY: Int { y + height }

    public var isEmpty: Bool { width <= 0 || height <= 0 }

    /// The part that both rectangles share; empty (width or height 0) when they do not meet.
    public func intersection(_ other: SlideRect) -> SlideRect {
        let left = max(x, other.x)
        let top = max(y, other.y)
        return SlideRect(
            x: left, y: top, width: max(0, min(maxX, other.maxX) - left),
            height: max(0, min(maxY, other.maxY) - top))
    }

    /// Whether the two rectangles share at least one pixel.
    public func overlaps(_ other: SlideRect) -> Bool {
        x < other.maxX && other.x < maxX && y < other.maxY && other.y < maxY
    }
}

/// Physical size of a level-0 pixel in µm, along x and y.
public struct MicronsPerPixel: Sendable, Hashable, Codable {
    public let x: Double
    public let y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    /// A square pixel.
    public init(_ value: Double) {
        self.init(x: value, y: value)
    }

    /// Geometric mean of both directions: the side of a square pixel of the same area.
    public var mean: Double { (x * y).squareRoot() }
}
