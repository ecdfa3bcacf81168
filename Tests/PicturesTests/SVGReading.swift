import Foundation
import Pictures
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The elements of a picture as an XML parser that knows nothing of pictures reads them.
struct SVGReading {
    struct Element {
        let name: String
        let attributes: [String: String]
        var text = ""

        func number(_ name: String) -> Double { attributes[name].flatMap { Double($0) } ?? .nan }

        /// Corners of a polyline.
        var points: [Drawing.Point] {
            (attributes["points"] ?? "").split(separator: " ").map { pair in
                let numbers = pair.split(separator: ",").map { Double($0) ?? .nan }
                return Drawing.Point(numbers.first ?? .nan, numbers.last ?? .nan)
            }
        }
    }

    struct NoXML: Error {}

    let elements: [Element]
    let width: Double
    let height: Double

    init(_ svg: String) throws {
        let reader = Reader()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = reader
        guard parser.parse(), let root = reader.elements.first else { throw NoXML() }
        elements = reader.elements
        (width, height) = (root.number("width"), root.number("height"))
    }

    var words: [String] { elements.filter { $0.name == "text" }.map(\.text) }

    /// Lines of a color, such as `#009e73`, and maybe of a width.
    func lines(_ color: String, width: Double? = nil) -> [Element] {
        elements.filter {
            $0.name == "polyline" && $0.attributes["stroke"] == color
                && (width == nil || $0.number("stroke-width") == width)
        }
    }

    /// The areas that the words cover when they are drawn with strokes.
    var wordAreas: [(words: String, area: Drawing.Rectangle)] {
        elements.filter { $0.name == "text" && !$0.text.isEmpty }.map { element in
            let height = element.number("font-size") * 0.72
            let width = Canvas.width(of: element.text, height: height)
            let shift =
                switch element.attributes["text-anchor"] {
                case "middle": width / 2
                case "end": width
                default: 0.0
                }
            let (x, y) = (element.number("x") - shift, element.number("y") - height)
            return (element.text, Drawing.Rectangle(x: x, y: y, width: width, height: height))
        }
    }

    /// Words that cover others or leave the sheet.
    var misplacedWords: [String] {
        let areas = wordAreas
        var found: [String] = []
        for (index, one) in areas.enumerated() {
            let (a, isInside) = (one.area, one.area.x >= 0 && one.area.y >= 0)
            if !isInside || a.maxX > width || a.maxY > height {
                found.append("\(one.words) leaves the sheet")
            }
            for other in areas[(index + 1)...] {
                let b = other.area
                guard a.x < b.maxX && b.x < a.maxX && a.y < b.maxY && b.y < a.maxY else { continue }
                found.append("\(one.words) covers \(other.words)")
            }
        }
        return found
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var elements: [Element] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) {
            elements.append(Element(name: name, attributes: attributes))
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            guard let last = elements.last, last.name == "text", text != "\n" else { return }
            elements[elements.count - 1].text += text
        }
    }
}
