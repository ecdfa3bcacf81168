internal import Pixels

extension Drawing {
    /// The drawing as a Scalable Vector Graphics document (SVG 1.1). The same drawing is always the same text.
    public var svg: String {
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)" font-family="Helvetica, Arial, sans-serif">
            <rect width="\(width)" height="\(height)" fill="#ffffff"/>

            """
        for element in elements { text += Self.tag(element) + "\n" }
        return text + "</svg>\n"
    }

    private static func tag(_ element: Element) -> String {
        switch element {
        case .area(let area, let color, let opacity):
            "<rect x=\"\(number(area.x))\" y=\"\(number(area.y))\" width=\"\(number(area.width))\" "
                + "height=\"\(number(area.height))\" fill=\"\(hex(color))\""
                + (opacity < 1 ? " fill-opacity=\"\(number(opacity))\"/>" : "/>")
        case .line(let points, let stroke):
            "<polyline points=\"\(path(points))\" fill=\"none\" stroke=\"\(hex(stroke.color))\" "
                + "stroke-width=\"\(number(stroke.width))\" stroke-linecap=\"round\" stroke-linejoin=\"round\""
                + (stroke.dash.map { " stroke-dasharray=\"\(number($0.length)) \(number($0.gap))\"/>" }
                    ?? "/>")
        case .text(let text, let point, let height, let anchor, let color):
            "<text x=\"\(number(point.x))\" y=\"\(number(point.y))\" "
                + "font-size=\"\(number(height / capitalHeight))\" "
                + "text-anchor=\"\(anchor.rawValue)\" fill=\"\(hex(color))\">\(escaped(text))</text>"
        }
    }

    /// Height of a capital letter by the size of its font, about the same for all common sans-serif fonts.
    private static let capitalHeight = 0.72

    /// A single point twice, for viewers that draw no line of one point.
    private static func path(_ points: [Point]) -> String {
        let points = points.count == 1 ? points + points : points
        return points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
    }

    private static func number(_ value: Double) -> String { AxisTicks.text(value, places: 2) }

    private static func hex(_ color: RGBColor) -> String {
        "#"
            + [color.red, color.green, color.blue].map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
    }

    /// Text for an element's content. Characters that XML 1.0 does not allow become question marks.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&apos;"
            case "\t", "\n", "\r": result += " "
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
