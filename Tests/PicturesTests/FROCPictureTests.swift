import Pictures
import Pixels
import Testing

@Suite struct `Picture of FROC curves` {
    private typealias Picture = FROCPicture

    private static let blue = "#005ea8"

    private func curve(_ points: [(Double, Double)], name: String = "c", score: Double? = nil)
        -> Picture.Curve
    {
        Picture.Curve(
            name: name, points: points.map { Picture.Point(falsePositives: $0.0, sensitivity: $0.1) },
            score: score)
    }

    /// The first curve's corners; nil if it is not drawn.
    private func corners(_ points: [(Double, Double)]) throws -> [Drawing.Point]? {
        let reading = try SVGReading(Picture(title: "t", curves: [curve(points)]).svg)
        // The last line is the one of the legend.
        return reading.lines(Self.blue).dropLast().first?.points
    }

    private func x(_ doublings: Double) -> Double { 72 + (doublings + 3) / 6 * 640 }

    private func y(_ sensitivity: Double) -> Double { 518 - sensitivity * 440 }

    @Test func `a curve rises at its points and is level between them`() throws {
        let found = try #require(try corners([(0, 0.1), (0.25, 0.3), (1, 0.5), (4, 0.75), (20, 1)]))
        let expected: [(Double, Double)] = [
            (-3, 0.1), (-2, 0.1), (-2, 0.3), (0, 0.3), (0, 0.5), (2, 0.5), (2, 0.75), (3, 0.75),
        ]
        try #require(found.count == expected.count)
        for (point, place) in zip(found, expected) {
            #expect(abs(point.x - x(place.0)) < 0.01 && abs(point.y - y(place.1)) < 0.01)
        }
    }

    @Test func `at the official places it has the sensitivity of the points left of them`() throws {
        var state: UInt64 = 11
        func random() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 40) / Double(1 << 24)
        }
        for _ in 0..<20 {
            var (points, place, height) = ([(Double, Double)](), 0.0, 0.0)
            for _ in 0..<40 {
                points.append((place, height))
                place += 0.5 * random() * random()
                height = min(1, height + 0.05 * random())
            }
            let found = try #require(try corners(points.reversed()))
            for (doublings, tick) in [(-2.0, 0.25), (-1, 0.5), (0, 1), (1, 2), (2, 4), (3, 8)] {
                let expected = try #require(points.last { $0.0 <= tick }?.1)
                let drawn = try #require(found.last { $0.x <= x(doublings) + 0.01 }).y
                // Points nearer than 0.75 units to one another may be left out.
                #expect(abs(drawn - y(expected)) < 0.77, "\(tick)")
            }
        }
    }

    @Test func `the ticks are the official numbers of false positives, at equal distances`() throws {
        let reading = try SVGReading(Picture(title: "t", curves: []).svg)
        for (index, label) in ["1/8", "1/4", "1/2", "1", "2", "4", "8"].enumerated() {
            let tick = try #require(reading.elements.first { $0.text == label })
            #expect(abs(tick.number("x") - (72 + Double(index) * 640 / 6)) < 0.01)
        }
    }

    @Test func `the order of the points does not matter, and what is no number is left out`() throws {
        let points = [(0.2, 0.2), (0.5, 0.4), (0.5, 0.5), (3, 0.9)]
        let plain = try corners(points)
        #expect(plain != nil)
        #expect(try corners(points.reversed()) == plain)
        let odd = [(Double.nan, 0.5), (1, Double.nan), (.infinity, 1), (0.3, -.infinity)]
        #expect(try corners(odd + points) == plain)
        #expect(try corners(odd) == nil && corners([]) == nil)
    }

    @Test func `sensitivities beyond 1 stay inside the frame`() throws {
        let found = try #require(try corners([(0.5, 1.4), (2, -3)]))
        #expect(found.allSatisfy { $0.y >= y(1) - 0.01 && $0.y <= y(0) + 0.01 })
    }

    @Test func `the legend has all names and scores, and no words cover others`() throws {
        for extra in ["", " <&> with very many words" + String(repeating: " more", count: 60)] {
            let curves = (0..<7).map {
                curve(
                    [(0, 0.1), (1, 0.1 * Double($0))], name: "curve \($0)" + extra, score: 0.1234 * Double($0)
                )
            }
            let unknown = curve([(1, 0.5)], name: "unknown", score: .nan)
            let picture = Picture(title: "Lesions" + extra, curves: curves + [unknown])
            let reading = try SVGReading(picture.svg)
            #expect(reading.misplacedWords.isEmpty)
            #expect(reading.words.contains("score 0.123") && reading.words.contains("score 0.740"))
            #expect(reading.words.count { $0.hasPrefix("score 0") } == 7)
            #expect(reading.words.count { $0.hasPrefix("curve") } == 7 && reading.words.contains("unknown"))
            #expect(picture.svg == Picture(title: "Lesions" + extra, curves: curves + [unknown]).svg)
            #expect(picture.image(scale: 1) == picture.drawing.image(scale: 1))
        }
    }

    @Test func `curves of many points stay small`() throws {
        let points = (0..<50_000).map { (Double($0) / 5_000, Double($0) / 50_000) }
        #expect(Picture(title: "t", curves: [curve(points)]).svg.utf8.count < 60_000)
    }
}
