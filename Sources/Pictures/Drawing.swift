public import Pixels

/// Lines, areas and words at places of a sheet: one description from which a picture is made both of pixels and as
/// SVG text.
///
/// Coordinates are in units of the sheet, x to the right and y down from the top left corner. What is added later lies
/// on top.
public struct Drawing: Sendable, Equatable {
    public struct Point: Sendable, Equatable {
        public var x: Double
        public var y: Double

        public init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    public struct Rectangle: Sendable, Equatable {
        public var x: Double
        public var y: Double
        public var width: Double
        public var height: Double

        public init(x: Double, y: Double, width: Double, height: Double) {
            self.x = x
            self.y = y
            self.width = width
            self.height = height
        }

        public var maxX: Double { x + width }
        public var maxY: Double { y + height }
    }

    /// How a line looks. Its ends are round.
    public struct Stroke: Sendable, Equatable {
        public var color: RGBColor
        public var width: Double
        /// Lengths of the dashes and of the gaps between them; nil for an unbroken line.
        public var dash: Dash?

        public init(_ color: RGBColor, width: Double, dash: Dash? = nil) {
            self.color = color
            self.width = width
            self.dash = dash
        }
    }

    public struct Dash: Sendable, Equatable {
        public let length: Double
        public let gap: Double

        /// Both positive.
        public init(length: Double, gap: Double) {
            precondition(length > 0 && gap > 0, "dashes of \(length) and gaps of \(gap)")
            self.length = length
            self.gap = gap
        }
    }

    /// Which part of a line of text stands at its point.
    public enum Anchor: String, Sendable {
        case start, middle, end
    }

    enum Element: Sendable, Equatable {
        case area(Rectangle, RGBColor, opacity: Double)
        case line([Point], Stroke)
        case text(String, at: Point, height: Double, anchor: Anchor, RGBColor)
    }

    public let width: Int
    public let height: Int
    private(set) var elements: [Element] = []

    /// A white sheet.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    public mutating func fill(_ area: Rectangle, _ color: RGBColor, opacity: Double = 1) {
        elements.append(.area(area, color, opacity: opacity))
    }

    /// A line through all points. A single point becomes a dot.
    public mutating func line(_ points: [Point], _ stroke: Stroke) {
        guard !points.isEmpty else { return }
        elements.append(.line(points, stroke))
    }

    /// The border of a rectangle, half of it inside.
    public mutating func frame(_ area: Rectangle, _ stroke: Stroke) {
        line(
            [
                Point(area.x, area.y), Point(area.maxX, area.y), Point(area.maxX, area.maxY),
                Point(area.x, area.maxY), Point(area.x, area.y),
            ], stroke)
    }

    /// One line of text. `point` is on its baseline, `height` that of a capital letter.
    public mutating func text(
        _ text: String, at point: Point, height: Double, anchor: Anchor = .start, _ color: RGBColor
    ) {
        elements.append(.text(text, at: point, height: height, anchor: anchor, color))
    }
}

extension [Drawing.Point] {
    /// The line without points that are nearer than `distance` to the last one kept; its ends stay. Curves of many
    /// thousand points become small, and look the same.
    package func thinned(to distance: Double) -> [Drawing.Point] {
        var kept: [Drawing.Point] = []
        for (index, point) in enumerated() {
            guard let last = kept.last, index + 1 < count else {
                kept.append(point)
                continue
            }
            let (dx, dy) = (point.x - last.x, point.y - last.y)
            if dx * dx + dy * dy >= distance * distance { kept.append(point) }
        }
        return kept
    }
}
