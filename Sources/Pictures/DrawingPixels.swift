public import Pixels

extension Drawing {
    /// The drawing as pixels.
    ///
    /// - Parameter scale: pixels per unit of the sheet; 2 looks sharp on most screens and in print.
    public func image(scale: Int = 2) -> RGBImage {
        precondition(scale > 0, "a scale of \(scale)")
        var canvas = Canvas(width: width * scale, height: height * scale, background: .white)
        let scale = Double(scale)
        for element in elements {
            switch element {
            case .area(let area, let color, let opacity):
                canvas.fill(Self.pixels(of: area, scale: scale), color, opacity: opacity)
            case .line(let points, let stroke):
                Self.draw(points, stroke, scale: scale, on: &canvas)
            case .text(let text, let point, let height, let anchor, let color):
                let height = height * scale
                let length = Canvas.width(of: text, height: height)
                let shift =
                    switch anchor {
                    case .start: 0.0
                    case .middle: length / 2
                    case .end: length
                    }
                canvas.text(
                    text, x: point.x * scale - shift - 0.5, y: point.y * scale - height - 0.5, height: height,
                    color)
            }
        }
        return canvas.image
    }

    /// Both edges are rounded, so that areas that touch on the sheet touch in the picture.
    private static func pixels(of area: Rectangle, scale: Double) -> PixelRect {
        let (left, top) = (Int((area.x * scale).rounded()), Int((area.y * scale).rounded()))
        let (right, bottom) = (Int((area.maxX * scale).rounded()), Int((area.maxY * scale).rounded()))
        return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
    }

    private static func draw(_ points: [Point], _ stroke: Stroke, scale: Double, on canvas: inout Canvas) {
        // The sheet counts from pixel corners, the canvas from their centers.
        let places = points.map { Point($0.x * scale - 0.5, $0.y * scale - 0.5) }
        var segments = Array(zip(places, places.dropFirst()))
        if let only = places.first, segments.isEmpty { segments = [(only, only)] }
        if let dash = stroke.dash {
            segments = dashes(segments, length: dash.length * scale, gap: dash.gap * scale)
        }
        for (start, end) in segments {
            canvas.line(
                from: (start.x, start.y), to: (end.x, end.y), width: stroke.width * scale, stroke.color)
        }
    }

    /// The parts of successive segments that the dashes cover; the pattern runs on around corners.
    private static func dashes(
        _ segments: [(Point, Point)], length: Double, gap: Double
    ) -> [(Point, Point)] {
        var parts: [(Point, Point)] = []
        // Length of the path before the segment.
        var before = 0.0
        for (start, end) in segments {
            let (dx, dy) = (end.x - start.x, end.y - start.y)
            let total = (dx * dx + dy * dy).squareRoot()
            let first = (before / (length + gap)).rounded(.down)
            for dash in stride(from: first * (length + gap), to: before + total, by: length + gap) {
                let (from, to) = (max(dash - before, 0), min(dash + length - before, total))
                guard from < to else { continue }
                parts.append(
                    (
                        Point(start.x + dx * from / total, start.y + dy * from / total),
                        Point(start.x + dx * to / total, start.y + dy * to / total)
                    ))
            }
            before += total
        }
        return parts
    }
}
