import Kernels
import Annotations
import Pixels
import TestSupport
import Testing

@Suite struct `Pixels of polygons` {
    private static let square = SlideRect(x: 0, y: 0, width: 40, height: 40)

    @Test(arguments: [1, 2, 4], [3, 4, 7, 20, 90])
    func `random polygons cover what the plain rule says`(step: Int, corners: Int) {
        var generator = SeededGenerator(seed: UInt64(100 * step + corners))
        for _ in 0..<20 {
            let shape = QuarterPolygon.random(corners: corners, side: 40, step: step, &generator)
            let region = TumorRegion(tumors: [shape.polygon])
            let expected = Plane(
                width: 40, height: 40, values: (0..<1600).map { shape.contains(x: $0 % 40, y: $0 / 40) })
            #expect(region.mask(of: Self.square) == expected)
            #expect(region.coveredPixels(in: Self.square) == expected.values.count(where: \.self))
        }
    }

    @Test func `every way to ask gives the same answer`() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<30 {
            let region = TumorRegion(
                tumors: (0..<3).map { _ in
                    QuarterPolygon.random(corners: 9, side: 40, step: 1, &generator).polygon
                },
                holes: [QuarterPolygon.random(corners: 5, side: 40, step: 2, &generator).polygon])
            let rect = SlideRect(
                x: generator.next(in: -9..<30), y: generator.next(in: -9..<30),
                width: generator.next(in: 1..<20), height: generator.next(in: 1..<20))
            let mask = region.mask(of: rect)
            let count = mask.values.count(where: \.self)
            #expect(region.coveredPixels(in: rect) == count)
            #expect(region.touches(rect) == (count > 0))
            for y in rect.y..<rect.maxY {
                let spans = region.spans(row: y)
                #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
                for x in rect.x..<rect.maxX {
                    #expect(mask[x - rect.x, y - rect.y] == region.contains(x: x, y: y))
                    #expect(mask[x - rect.x, y - rect.y] == spans.contains { $0.contains(x) })
                }
            }
        }
    }

    /// More corners than are looked at together, in windows that have most of them beside them.
    @Test func `windows of any place and size see their part of a long outline`() {
        var generator = SeededGenerator(seed: 10)
        for step in [1, 2, 4] {
            // A walk, so that some stretches of the outline lie wholly beside a window.
            var corners = [(x: 80, y: 80)]
            for _ in 0..<600 {
                let last = corners[corners.count - 1]
                let moves = (0..<2).map { _ in generator.next(in: -4..<5) * step * 2 }
                corners.append((min(max(last.x + moves[0], -40), 240), min(max(last.y + moves[1], -40), 240)))
            }
            let shape = QuarterPolygon(corners: corners)
            let region = TumorRegion(tumors: [shape.polygon])
            for _ in 0..<40 {
                let rect = SlideRect(
                    x: generator.next(in: -12..<60), y: generator.next(in: -12..<60),
                    width: generator.next(in: 1..<12), height: generator.next(in: 1..<12))
                let expected = (0..<(rect.width * rect.height)).map { pixel in
                    shape.contains(x: rect.x + pixel % rect.width, y: rect.y + pixel / rect.width)
                }
                #expect(region.mask(of: rect).values == expected)
            }
        }
    }

    @Test func `a union counts shared pixels once and a hole takes them from every polygon`() {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<20 {
            let tumors = (0..<4).map { _ in QuarterPolygon.random(corners: 6, side: 40, step: 2, &generator) }
            let holes = (0..<2).map { _ in QuarterPolygon.random(corners: 4, side: 40, step: 2, &generator) }
            let region = TumorRegion(tumors: tumors.map(\.polygon), holes: holes.map(\.polygon))
            let expected = (0..<1600).map { pixel in
                tumors.contains { $0.contains(x: pixel % 40, y: pixel / 40) }
                    && !holes.contains { $0.contains(x: pixel % 40, y: pixel / 40) }
            }
            #expect(region.mask(of: Self.square).values == expected)
        }
    }

    @Test(arguments: [1, 2, 4]) func `the parts of a polygon that a chord splits add up to the whole`(
        step: Int
    ) {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<100 {
            let whole = QuarterPolygon.random(corners: 12, side: 40, step: step, &generator)
            let cut = generator.next(in: 2..<11)
            let parts = [Array(whole.corners[...cut]), Array(whole.corners[cut...]) + [whole.corners[0]]]
            let regions = parts.map { TumorRegion(tumors: [QuarterPolygon(corners: $0).polygon]) }
            // Even-odd: a pixel is in the whole if it is in exactly one part.
            let masks = regions.map { $0.mask(of: Self.square).values }
            let either = zip(masks[0], masks[1]).map { $0 != $1 }
            #expect(TumorRegion(tumors: [whole.polygon]).mask(of: Self.square).values == either)
        }
    }

    @Test func `the parts of a convex polygon share no pixel and lose none`() {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<100 {
            // Decimal corners on a circle, cut through the middle: no corner or edge meets the grid in any
            // special way.
            let angles = (0..<9).map { _ in generator.nextUnit() * 2 * .pi }.sorted()
            let ring = angles.map { Vertex(x: 900 + 700 * cosine($0), y: 800 + 700 * cosine($0 - .pi / 2)) }
            let cut = generator.next(in: 2..<8)
            let parts = [Array(ring[...cut]), Array(ring[cut...]) + [ring[0]]].map {
                TumorRegion(tumors: [Polygon($0)])
            }
            let whole = TumorRegion(tumors: [Polygon(ring)])
            let counts = parts.map { $0.coveredPixels(in: $0.boundingBox) }
            #expect(counts[0] + counts[1] == whole.coveredPixels(in: whole.boundingBox))
            #expect(whole.coveredPixels(in: whole.boundingBox) > 0)
        }
    }

    /// Triangles around an inner point that all meet there.
    @Test func `a fan of triangles tiles its square`() {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<50 {
            let middle = (x: generator.next(in: 1..<160), y: generator.next(in: 1..<160))
            let ring = [(x: 0, y: 0), (x: 161, y: 2), (x: 162, y: 166), (x: -2, y: 162)]
            let counts = ring.indices.map { index in
                let triangle = QuarterPolygon(corners: [ring[index], ring[(index + 1) % 4], middle])
                return TumorRegion(tumors: [triangle.polygon]).coveredPixels(in: Self.square)
            }
            #expect(counts.reduce(0, +) == 1600)
        }
    }

    /// From the Taylor series, so that the test needs no mathematics library.
    private func cosine(_ angle: Double) -> Double {
        let turned = angle.remainder(dividingBy: 2 * .pi)
        var (term, sum) = (1.0, 1.0)
        for index in 1..<20 {
            term *= -turned * turned / Double((2 * index - 1) * 2 * index)
            sum += term
        }
        return sum
    }
}
