import Pictures
import Pixels
import Testing

@Suite struct `Drawing as pixels and as SVG` {
    private let red = RGBColor(red: 255, green: 0, blue: 0)
    private let blue = RGBColor(red: 0, green: 0, blue: 255)

    @Test func `areas, lines and words are where they were put, at every scale`() {
        var drawing = Drawing(width: 40, height: 30)
        drawing.fill(Drawing.Rectangle(x: 2, y: 3, width: 5, height: 4), red)
        drawing.line([Drawing.Point(10, 20), Drawing.Point(30, 20)], Drawing.Stroke(blue, width: 2))
        for scale in [1, 2, 3] {
            let image = drawing.image(scale: scale)
            #expect(image.width == 40 * scale && image.height == 30 * scale)
            for y in 0..<image.height {
                for x in 0..<image.width {
                    let isInArea =
                        (2 * scale..<7 * scale).contains(x) && (3 * scale..<7 * scale).contains(y)
                    #expect((image[x, y] == red) == isInArea)
                }
            }
            // The line covers one unit above and below y = 20, and is symmetric about it.
            #expect(image[20 * scale, 20 * scale] == blue && image[20 * scale, 20 * scale - 1] == blue)
            #expect(image[20 * scale, 22 * scale] == .white && image[20 * scale, 18 * scale - 1] == .white)
        }
    }

    @Test func `dashes cover their part of a line, also around corners`() {
        func inked(_ dash: Drawing.Dash?, corners: Int) -> Double {
            var drawing = Drawing(width: 220, height: 220)
            let points = (0...corners).map { index in
                let along = 200.0 / Double(corners)
                let (x, y) = ((index + 1) / 2, index / 2)
                return Drawing.Point(10 + along * Double(x), 10 + along * Double(y))
            }
            drawing.line(points, Drawing.Stroke(.black, width: 1, dash: dash))
            return drawing.image(scale: 2).pixels.reduce(0) { $0 + Double(255 - $1) }
        }
        for corners in [1, 2, 50] {
            let whole = inked(nil, corners: corners)
            let dashed = inked(Drawing.Dash(length: 10, gap: 10), corners: corners)
            // Round ends add half a unit at either end of a dash.
            #expect((0.45...0.65).contains(dashed / whole), "\(corners): \(dashed / whole)")
        }
    }

    @Test func `anchored text starts, ends or is centered at its point`() throws {
        func columns(_ anchor: Drawing.Anchor) throws -> ClosedRange<Int> {
            var drawing = Drawing(width: 200, height: 40)
            drawing.text("HHHH", at: Drawing.Point(100, 30), height: 12, anchor: anchor, .black)
            let image = drawing.image(scale: 1)
            let inked = (0..<200).filter { x in (0..<40).contains { image[x, $0] != .white } }
            for y in 0..<40 where y < 16 || y > 31 {
                #expect((0..<200).allSatisfy { image[$0, y] == .white })
            }
            return try #require(inked.first)...(try #require(inked.last))
        }
        let (start, middle, end) = (try columns(.start), try columns(.middle), try columns(.end))
        #expect(abs(start.lowerBound - 100) <= 2 && abs(end.upperBound - 100) <= 2)
        #expect(abs(middle.lowerBound + middle.upperBound - 200) <= 3)
    }

    @Test func `SVG holds every element, with its words escaped`() throws {
        var drawing = Drawing(width: 100, height: 50)
        drawing.fill(Drawing.Rectangle(x: 1, y: 2, width: 3, height: 1.0 / 3), red, opacity: 0.5)
        drawing.line([Drawing.Point(0, 0), Drawing.Point(-5.555, 2)], Drawing.Stroke(blue, width: 1))
        drawing.line([Drawing.Point(7, 8)], Drawing.Stroke(blue, width: 3, dash: .init(length: 1, gap: 2)))
        drawing.line([], Drawing.Stroke(blue, width: 3))
        drawing.text("a<b> & \"c\"\u{1}\n'd'", at: Drawing.Point(1, 1), height: 9, anchor: .end, .black)
        let svg = drawing.svg
        let counts = try SVGReading(svg).elements.reduce(into: [:]) { $0[$1.name, default: 0] += 1 }
        #expect(counts == ["svg": 1, "rect": 2, "polyline": 2, "text": 1])
        #expect(svg.contains(">a&lt;b&gt; &amp; &quot;c&quot;? &apos;d&apos;</text>"))
        #expect(svg.contains("height=\"0.33\" fill=\"#ff0000\" fill-opacity=\"0.50\"/>"))
        #expect(svg.contains("points=\"0.00,0.00 -5.56,2.00\""))
        #expect(svg.contains("points=\"7.00,8.00 7.00,8.00\""))
        #expect(svg.contains("stroke-dasharray=\"1.00 2.00\"") && svg.contains("text-anchor=\"end\""))
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"50\""))
    }
}
