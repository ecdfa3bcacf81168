internal import Pixels

/// What the lines of a picture are, one below the other: how they look, their names, and a value at the right.
struct Legend: Sendable {
    struct Entry: Sendable {
        let name: String
        let value: String
        let stroke: Drawing.Stroke
        /// Whether a point is drawn on the line.
        let hasPoint: Bool

        init(_ name: String, value: String = "", _ stroke: Drawing.Stroke, hasPoint: Bool = false) {
            self.name = name
            self.value = value
            self.stroke = stroke
            self.hasPoint = hasPoint
        }
    }

    static let lineHeight = 24.0

    let entries: [Entry]
    /// A last line in small print; empty for none.
    let remark: String

    var height: Double { Self.lineHeight * Double(entries.count + (remark.isEmpty ? 0 : 1)) }

    /// - Parameter top: baseline of the first line.
    func draw(from left: Double, to right: Double, top: Double, on drawing: inout Drawing) {
        var y = top
        for entry in entries {
            let sample = [Drawing.Point(left, y - 5), Drawing.Point(left + 40, y - 5)]
            drawing.line(sample, entry.stroke)
            if entry.hasPoint { drawing.dot(at: Drawing.Point(left + 20, y - 5), entry.stroke.color) }
            let taken = min(FittedText.width(of: entry.value, height: 9.5), 0.4 * (right - left))
            drawing.label(
                entry.name, at: Drawing.Point(left + 54, y), height: 9.5, within: right - left - 78 - taken)
            drawing.label(
                entry.value, at: Drawing.Point(right, y), height: 9.5, within: taken, anchor: .end)
            y += Self.lineHeight
        }
        drawing.label(remark, at: Drawing.Point(left, y), height: 8, within: right - left)
    }
}

extension Drawing {
    /// A round point with a white rim, which sets it off from lines below.
    mutating func dot(at point: Point, _ color: RGBColor, width: Double = 7) {
        line([point], Stroke(.white, width: width + 2.4))
        line([point], Stroke(color, width: width))
    }
}
