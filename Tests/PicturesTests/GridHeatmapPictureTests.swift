import Pictures
import Pixels
import Testing

@Suite struct `Heatmap of a grid` {
    private func picture(
        _ values: [[Double?]], names: String = "", winner: (row: Int, column: Int)? = nil
    ) -> GridHeatmapPicture {
        GridHeatmapPicture(
            title: "Grid " + names, rowName: "rows " + names,
            rows: values.indices.map { "row \($0)" + names },
            columnName: "columns " + names, columns: (values.first ?? []).indices.map { "c\($0)" + names },
            values: values, scoreName: "AUC " + names, winner: winner)
    }

    /// The areas of all cells, row by row: those behind the sheet itself.
    private func cells(_ reading: SVGReading, count: Int) -> [SVGReading.Element] {
        Array(reading.elements.filter { $0.name == "rect" }.dropFirst().prefix(count))
    }

    @Test func `every cell has the color of its value, and all together fill the grid`() throws {
        let values = (0..<4).map { row in (0..<6).map { Double?(Double(row * 6 + $0) / 23) } }
        let picture = picture(values)
        let (image, ramp) = (picture.image(scale: 1), ColorRamp())
        let cells = cells(try SVGReading(picture.svg), count: 24)
        for (index, cell) in cells.enumerated() {
            let (x, y) = (cell.number("x"), cell.number("y"))
            let value = try #require(values[index / 6][index % 6])
            #expect(image[Int(x) + 5, Int(y) + 4] == ramp.color(at: 0.86 * (1 - value)))
            guard index % 6 > 0 else { continue }
            let before = cells[index - 1]
            #expect(abs(before.number("x") + before.number("width") - x) < 0.02 && before.number("y") == y)
        }
        #expect(cells[23].number("y") > cells[0].number("y") + 100)
    }

    @Test func `numbers can be read on every color`() throws {
        let values = [(0...60).map { Double?(Double($0) / 60) }]
        let reading = try SVGReading(picture(values).svg)
        let cells = reading.elements.indices.dropFirst(2).filter {
            reading.elements[$0].name == "rect" && reading.elements[$0 + 1].name == "text"
        }
        #expect(cells.count == 61)
        for index in cells {
            let back = try luminance(reading.elements[index])
            let front = try luminance(reading.elements[index + 1])
            let contrast = (max(back, front) + 0.05) / (min(back, front) + 0.05)
            #expect(contrast >= 4.5, "\(reading.elements[index + 1].text): \(contrast)")
        }
    }

    /// Relative luminance of an element's color (Web Content Accessibility Guidelines 2.2).
    private func luminance(_ element: SVGReading.Element) throws -> Double {
        let bytes = try #require(Int((element.attributes["fill"] ?? "").dropFirst(), radix: 16))
        func linear(_ byte: Int) -> Double {
            let value = Double(byte) / 255
            guard value > 0.04045 else { return value / 12.92 }
            let x = (value + 0.055) / 1.055
            // x^0.4 is the root of r^5 = x^2.
            var root = 1.0
            for _ in 0..<100 {
                root -= (root * root * root * root * root - x * x) / (5 * root * root * root * root)
            }
            return x * x * root
        }
        return 0.2126 * linear(bytes >> 16) + 0.7152 * linear(bytes >> 8 & 255) + 0.0722 * linear(bytes & 255)
    }

    @Test func `cells without a score are gray and hatched within their borders`() throws {
        let impossible: [Double?] = [nil, .nan, -.infinity, 1e300]
        for missing in impossible {
            let picture = picture([[0, missing, 1], [1, 0.5, 0]])
            let reading = try SVGReading(picture.svg)
            let cell = cells(reading, count: 6)[1]
            #expect(cell.attributes["fill"] == "#e8e8ec")
            let (left, top) = (cell.number("x"), cell.number("y"))
            let (right, bottom) = (left + cell.number("width"), top + cell.number("height"))
            let hatching = reading.lines("#a0a0a6", width: 1)
            #expect(hatching.count > 5)
            for point in hatching.flatMap(\.points) {
                #expect(point.x > left - 0.02 && point.x < right + 0.02)
                #expect(point.y > top - 0.02 && point.y < bottom + 0.02)
            }
            #expect(reading.words.contains("hatched: no score (1)"))
            // The other scores have their colors nevertheless.
            #expect(picture.svg.contains(">0.500</text>"))
        }
    }

    @Test func `the winner is framed inside its cell and named`() throws {
        let picture = picture([[0.1, 0.2, 0.3], [0.4, 0.9, 0.5]], winner: (row: 1, column: 1))
        let reading = try SVGReading(picture.svg)
        let cell = cells(reading, count: 6)[4]
        let frame = try #require(reading.lines("#009e73", width: 3).first { $0.points.count == 5 }).points
        let (xs, ys) = (frame.map(\.x), frame.map(\.y))
        #expect(abs(try #require(xs.min()) - cell.number("x") - 1.5) < 0.02)
        #expect(abs(try #require(ys.max()) - cell.number("y") - cell.number("height") + 1.5) < 0.02)
        #expect(reading.words.contains("winner: row 1, c1") && reading.words.count { $0 == "0.900" } == 2)
        let (x, y) = (Int(cell.number("x")) + 1, Int(cell.number("y")) + 20)
        #expect(picture.image(scale: 1)[x, y] == RGBColor(red: 0, green: 158, blue: 115))
    }

    @Test(arguments: [(0, 0), (1, 1), (1, 40), (40, 1), (25, 25), (3, 0), (2, 13)])
    func `grids of any size can be drawn, with words in their places`(rows: Int, columns: Int) throws {
        let values = (0..<rows).map { row in
            (0..<columns).map { column -> Double? in
                let value: Double = 0.5 + 0.01 * Double(row * 3 + column)
                return (row + column) % 5 == 4 ? nil : value
            }
        }
        for names in ["", " with a long name <&> of more words", String(repeating: "漢W", count: 200)] {
            let picture = picture(values, names: names, winner: rows * columns > 0 ? (0, 0) : nil)
            let reading = try SVGReading(picture.svg)
            #expect(reading.misplacedWords.isEmpty)
            #expect(cells(reading, count: rows * columns).count == rows * columns)
            #expect(
                picture.svg
                    == self.picture(values, names: names, winner: rows * columns > 0 ? (0, 0) : nil).svg)
        }
    }

    @Test func `equal, tiny and huge scores have numbers of a few digits`() throws {
        let cases: [([Double], String)] = [
            ([0.5, 0.5], "0.500"), ([1e-9, 2e-9], "2e-09"), ([-1e12, 1e12], "1e+12"),
            ([0.12345, 0.12346], "0.123460"),
            ([1e30, -1e30], "-1e+30"), ([12.3456, 45], "12.35"), ([-0.0, 0.0], "0.000"),
        ]
        for (values, text) in cases {
            let reading = try SVGReading(picture([values.map(Optional.some)]).svg)
            #expect(reading.words.contains(text), "\(values): \(reading.words)")
            #expect(reading.misplacedWords.isEmpty)
        }
    }
}
