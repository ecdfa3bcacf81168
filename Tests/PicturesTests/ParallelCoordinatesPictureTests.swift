import Pictures
import Pixels
import Testing

@Suite struct `Picture with parallel coordinates` {
    private typealias Picture = ParallelCoordinatesPicture

    private static let green = "#009e73"
    private static let gray = "#a0a0a6"
    /// Top and bottom of the axes if no parameter has more than ten values.
    private static let (top, bottom) = (104.0, 444.0)

    private func trial(_ values: [Int], _ score: Double?, wins: Bool = false) -> Picture.Trial {
        Picture.Trial(values: values, score: score, isWinner: wins)
    }

    private func axes(_ counts: [Int]) -> [Picture.Axis] {
        counts.enumerated().map { index, count in
            Picture.Axis(name: "axis \(index)", labels: (0..<count).map { "value \($0)" })
        }
    }

    /// Trials of all values with scores without order.
    private func search(_ counts: [Int], trials: Int) -> [Picture.Trial] {
        (0..<trials).map { index in
            trial(
                counts.enumerated().map { (index * 7 + $0 * index / 3) % $1 },
                index % 11 == 5 ? nil : Double(index * 37 % 101) / 101, wins: index == 3)
        }
    }

    private func hex(_ color: RGBColor) -> String {
        "#"
            + [color.red, color.green, color.blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            .joined()
    }

    /// Lines through `count` axes in a color of a score, in the order of drawing.
    private func coloredLines(_ reading: SVGReading, points count: Int) -> [SVGReading.Element] {
        reading.elements.filter {
            let color = $0.attributes["stroke"] ?? ""
            return $0.name == "polyline" && $0.points.count == count
                && ![Self.green, Self.gray, "#ffffff", "#e8e8ec", "#78787e"].contains(color)
        }
    }

    @Test func `the winner's line passes through its values and ends at its score`() throws {
        // Of three trials the winner is the middle one, which lies in the middle of every mark.
        let picture = Picture(
            title: "t", axes: axes([4, 2]),
            trials: [trial([0, 0], 0.2), trial([1, 1], 0.5, wins: true), trial([3, 0], 0.8)], scoreName: "AUC"
        )
        let reading = try SVGReading(picture.svg)
        let line = try #require(reading.lines(Self.green, width: 3).first { $0.points.count == 3 }).points
        let height = Self.bottom - Self.top
        let expected = [
            Self.bottom - 1.5 / 4 * height, Self.bottom - 1.5 / 2 * height, Self.bottom - 0.5 * height,
        ]
        for (point, y) in zip(line, expected) { #expect(abs(point.y - y) < 0.01) }
        #expect(abs(line[1].x - line[0].x - (line[2].x - line[1].x)) < 0.011)
        // It has a ring on each axis.
        for point in line {
            #expect(reading.lines(Self.green, width: 10).contains { $0.points.first == point })
        }
        // The bar of the scores starts where it ends.
        #expect(reading.elements.contains { $0.name == "rect" && $0.number("x") == line[2].x })
    }

    @Test func `lines have the colors of their scores, and the better ones lie above the others`() throws {
        let scores = [0.9, 0.1, 0.5, 0.3, 0.7]
        let picture = Picture(
            title: "t", axes: axes([5]), trials: scores.enumerated().map { trial([$0], $1) }, scoreName: "AUC"
        )
        let lines = coloredLines(try SVGReading(picture.svg), points: 2)
        let ramp = ColorRamp()
        let expected = scores.sorted().map { hex(ramp.color(at: 0.86 * (1 - ($0 - 0.1) / 0.8))) }
        #expect(lines.map { $0.attributes["stroke"] } == expected)
        let ends = lines.compactMap(\.points.last?.y)
        for (end, score) in zip(ends, scores.sorted()) {
            #expect(abs(end - (Self.bottom - (score - 0.1) / 0.8 * (Self.bottom - Self.top))) < 0.01)
        }
        // The best tenth, here a single trial, is thicker.
        let widths = lines.map { $0.number("stroke-width") }
        #expect(Set(widths.dropLast()).count == 1 && (widths.last ?? 0) > widths[0])
    }

    @Test func `trials with the same values lie side by side, the better ones higher`() throws {
        let picture = Picture(
            title: "t", axes: axes([3]), trials: (0..<30).map { trial([1], Double($0 * 7 % 30)) },
            scoreName: "s")
        let lines = coloredLines(try SVGReading(picture.svg), points: 2)
        let starts = lines.compactMap(\.points.first?.y)
        #expect(starts.count == 30)
        #expect(zip(starts, starts.dropFirst()).allSatisfy { $0 - $1 > 0.5 })
        // And all of them within the room of their value, the middle third.
        #expect(starts.allSatisfy { $0 > Self.top + 340 / 3 && $0 < Self.bottom - 340 / 3 })
    }

    @Test func `failed trials are gray and have no place on the axis of the score`() throws {
        let failures: [Double?] = [nil, .nan, .infinity, 1e300]
        let trials = failures.map { trial([0, 1], $0) } + [trial([1, 0], 0.5)]
        let reading = try SVGReading(
            Picture(title: "t", axes: axes([2, 2]), trials: trials, scoreName: "s").svg)
        let gray = reading.lines(Self.gray, width: 0.8).map(\.points)
        let colored = coloredLines(reading, points: 3)
        // One more in the legend.
        #expect(gray.count == 5 && colored.count == 1 && reading.words.contains("failed: 4"))
        let end = try #require(colored.first?.points.last)
        #expect(gray.dropLast().allSatisfy { $0.count == 2 && $0.allSatisfy { $0.x < end.x - 50 } })
    }

    @Test(arguments: [
        (0, [5, 3, 4]), (1, [4]), (1, []), (500, [5, 5, 3, 2, 3]), (80, [60, 2]), (9, [0 + 1]),
    ])
    func `searches of any size can be drawn, with words in their places`(count: Int, values: [Int]) throws {
        let picture = Picture(
            title: "Search", axes: axes(values), trials: search(values, trials: count), scoreName: "AUC")
        let reading = try SVGReading(picture.svg)
        #expect(reading.misplacedWords.isEmpty)
        #expect(reading.words.contains { $0.hasPrefix("trials: \(count),") })
        let image = picture.image(scale: 1)
        #expect(Double(image.width) == reading.width && Double(image.height) == reading.height)
        // SVG has no lines of one point, so it is there twice.
        let lines = coloredLines(reading, points: max(2, values.count + 1))
        #expect(lines.count == search(values, trials: count).count { $0.score != nil })
    }

    @Test func `the picture grows with the axes and is always the same`() {
        func picture(_ count: Int) -> Picture {
            let values = [Int](repeating: 3, count: count)
            return Picture(title: "t", axes: axes(values), trials: search(values, trials: 60), scoreName: "s")
        }
        #expect(picture(8).drawing.width - picture(7).drawing.width == 150)
        #expect(picture(3).svg == picture(3).svg)
        #expect(picture(3).image(scale: 1) == picture(3).drawing.image(scale: 1))
    }

    @Test func `equal scores have one place in the middle of their axis`() throws {
        let picture = Picture(
            title: "t", axes: axes([3]), trials: (0..<3).map { trial([$0], 0.75) }, scoreName: "s")
        let ends = coloredLines(try SVGReading(picture.svg), points: 2).compactMap(\.points.last?.y)
        #expect(ends == [274, 274, 274])
    }

    @Test func `words of any kind and length are escaped and shortened`() throws {
        let wild = [
            "<script>&\"'", String(repeating: "WM", count: 400), "漢字" + String(repeating: "字", count: 90),
            "\u{0}\u{7}\n\u{202E}🙂e\u{301}", "",
        ]
        let axes = wild.map { Picture.Axis(name: $0, labels: wild) }
        let trials = (0..<5).map { trial([$0, 0, 1, 2, 3], 0.1 * Double($0), wins: $0 == 4) }
        for title in wild {
            let picture = Picture(title: title, axes: axes, trials: trials, scoreName: title)
            let reading = try SVGReading(picture.svg)
            #expect(reading.misplacedWords.isEmpty)
            #expect(reading.words.contains(wild[0]) && reading.words.allSatisfy { $0.count < 120 })
            #expect(reading.words.contains { $0.hasPrefix("WM") && $0.contains("...") && $0.hasSuffix("WM") })
            #expect(!picture.svg.contains("<script"))
            #expect(picture.image(scale: 1).height == picture.drawing.height)
        }
    }
}
