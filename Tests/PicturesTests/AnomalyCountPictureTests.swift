import Pictures
import Pixels
import Testing

@Suite struct `Picture of the numbers of anomalies` {
    private typealias Picture = AnomalyCountPicture

    private static let colors = ["#005ea8", "#d55e00", "#009e73"]

    private func point(_ mean: Double, _ deviation: Double? = nil) -> Picture.Point {
        Picture.Point(mean: mean, deviation: deviation)
    }

    /// Scores from 0.5 to 1 as references, so that the axis reaches from 0.47 to 1.03.
    private func picture(_ counts: [Int], _ points: [[Picture.Point?]], title: String = "t") -> Picture {
        Picture(
            title: title, counts: counts,
            series: points.enumerated().map { Picture.Series(name: "kinds: \($0 + 1)", points: $1) },
            references: [.init(name: "best", value: 1), .init(name: "by loss", value: 0.5)])
    }

    private func height(_ score: Double) -> Double { 478 - (score - 0.47) / 0.56 * 400 }

    @Test func `points stand at their numbers and scores, side by side`() throws {
        let counts = [1, 10, 100, 1_000]
        let means = [[0.6, 0.7, 0.8, 0.9], [0.65, 0.65, 0.9, 0.95], [0.7, 0.7, 0.7, 0.7]]
        let reading = try SVGReading(picture(counts, means.map { $0.map { point($0) } }).svg)
        for (index, color) in Self.colors.enumerated() {
            let dots = reading.lines(color, width: 7).map(\.points[0])
            try #require(dots.count == 5)
            for (column, mean) in means[index].enumerated() {
                let x = 72 + (Double(column) + 0.5) * 170 + 11 * Double(index - 1)
                #expect(abs(dots[column].x - x) < 0.01 && abs(dots[column].y - height(mean)) < 0.01)
            }
            // The line through them; the other one is in the legend.
            #expect(reading.lines(color, width: 2).map(\.points)[0] == Array(dots.prefix(4)))
        }
        for (count, column) in zip(counts, 0...) {
            let label = try #require(reading.elements.first { $0.text == "\(count)" })
            #expect(abs(label.number("x") - (72 + (Double(column) + 0.5) * 170)) < 0.01)
        }
    }

    @Test func `bars reach one standard deviation to both sides`() throws {
        let reading = try SVGReading(picture([1, 2, 3], [[point(0.7, 0.1), point(0.8), point(0.8, 0)]]).svg)
        let bars = reading.lines(Self.colors[0], width: 1.4).map(\.points)
        // Each with two ends across; none without a deviation.
        #expect(bars.count == 6)
        #expect(abs(bars[0][0].y - height(0.8)) < 0.01 && abs(bars[0][1].y - height(0.6)) < 0.01)
        #expect(bars[0][0].x == bars[0][1].x && bars[1][0].y == bars[1][1].y)
        #expect(bars[3][0].y == bars[3][1].y)
    }

    @Test func `the axis has room for all bars`() throws {
        let reading = try SVGReading(
            Picture(
                title: "t", counts: [1], series: [.init(name: "s", points: [point(0.8, 0.3)])], references: []
            ).svg)
        let bar = try #require(reading.lines(Self.colors[0], width: 1.4).first).points
        #expect(bar[0].y > 78 && bar[0].y < 110 && bar[1].y < 478 && bar[1].y > 440)
    }

    @Test func `a missing or impossible point interrupts the line`() throws {
        for missing in [nil, point(.nan), point(.infinity, 0.1)] {
            let row = [point(0.6), point(0.7), missing, point(0.8), missing, point(0.9), point(0.9)]
            let reading = try SVGReading(picture(Array(1...7), [row]).svg)
            let lines = reading.lines(Self.colors[0], width: 2).map(\.points.count)
            // The last one is in the legend.
            #expect(lines == [2, 2, 2])
            #expect(reading.lines(Self.colors[0], width: 7).count == 6)
        }
        let odd = picture([1], [[point(0.6, .nan)], [point(0.6, -1)], [point(0.6, .infinity)]])
        #expect(try SVGReading(odd.svg).lines(Self.colors[1], width: 1.4).isEmpty)
    }

    @Test func `references are dashed lines over the whole width, and in the legend with their values`()
        throws
    {
        let reading = try SVGReading(picture([1, 2], [[point(0.7), nil]]).svg)
        let dashed = reading.elements.filter { $0.attributes["stroke-dasharray"] != nil }
        let lines = dashed.filter { $0.points[0].x == 72 && $0.points[1].x == 752 }
        let heights = lines.map { $0.points[0].y }
        try #require(heights.count == 2)
        #expect(abs(heights[0] - height(1)) < 0.01 && abs(heights[1] - height(0.5)) < 0.01)
        #expect(Set(lines.map { $0.attributes["stroke-dasharray"] }).count == 2 && dashed.count == 4)
        for word in ["best", "1.000", "by loss", "0.500", "kinds: 1"] {
            #expect(reading.words.contains(word))
        }
    }

    @Test(arguments: [(0, 0), (0, 3), (1, 1), (9, 3), (40, 9), (200, 2)])
    func `any number of counts and series can be drawn`(counts: Int, series: Int) throws {
        let points = (0..<series).map { line in
            (0..<counts).map { column -> Picture.Point? in
                let mean = 0.6 + 0.04 * Double((column + line) % 9)
                return (line + column) % 7 == 6 ? nil : point(mean, 0.02)
            }
        }
        let title = String(repeating: "A title <&> ", count: 30)
        let picture = picture((0..<counts).map { $0 * 1_000 }, points, title: title)
        let reading = try SVGReading(picture.svg)
        #expect(reading.misplacedWords.isEmpty)
        #expect(picture.svg == self.picture((0..<counts).map { $0 * 1_000 }, points, title: title).svg)
        #expect(Double(picture.image(scale: 1).height) == reading.height)
        // All series differ from one another, also without color or beyond the number of colors.
        let looks = reading.elements.filter { $0.points.map(\.x) == [72, 112] }.map {
            "\($0.attributes["stroke"] ?? "") \($0.attributes["stroke-dasharray"] ?? "")"
        }
        #expect(looks.count == series + 2 && Set(looks).count == looks.count)
    }
}
