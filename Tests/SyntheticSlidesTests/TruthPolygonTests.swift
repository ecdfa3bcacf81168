import Foundation
import Pixels
import SyntheticSlides
import Testing

@Suite struct `truth polygons` {
    private func polygon(_ points: (Double, Double)...) -> TruthPolygon {
        TruthPolygon(points.map { TruthPolygon.Point(x: $0.0, y: $0.1) })
    }

    @Test func `a triangle covers half of its bounding box`() {
        let triangle = polygon((0, 0), (10, 0), (0, 10))
        #expect(abs(triangle.coverage(of: SlideRect(x: 0, y: 0, width: 10, height: 10)) - 0.5) < 1e-12)
        #expect(triangle.coverage(of: SlideRect(x: 20, y: 0, width: 10, height: 10)) == 0)
        #expect(abs(triangle.coverage(of: SlideRect(x: 5, y: 0, width: 10, height: 10)) - 0.125) < 1e-12)
    }

    @Test func `a concave outline is clipped to its exact area`() {
        // A U: two legs 2 wide and 10 high on a base 2 high; the rectangle sees the two legs only.
        let u = polygon((0, 0), (2, 0), (2, 8), (8, 8), (8, 0), (10, 0), (10, 10), (0, 10))
        #expect(abs(u.coverage(of: SlideRect(x: 0, y: 0, width: 10, height: 5)) - 0.4) < 1e-12)
        #expect(u.contains(x: 1, y: 1) && !u.contains(x: 5, y: 1) && u.contains(x: 5, y: 9))
    }

    @Test func `coverage agrees with counting sub-pixels`() throws {
        let truth = SyntheticSlideVariant.tinyAbnormal.slide().truth
        let abnormal = try #require(truth.abnormal.first).points
        let center = abnormal.reduce(into: (x: 0.0, y: 0.0)) {
            $0.x += ($1.x / Double(abnormal.count)).rounded()
            $0.y += ($1.y / Double(abnormal.count)).rounded()
        }
        let rect = SlideRect(x: Int(center.x), y: Int(center.y), width: 250, height: 200)
        var inside = 0
        for y in 0..<400 {
            for x in 0..<500
            where truth.abnormal.contains(where: {
                $0.contains(
                    x: Double(rect.x) + (Double(x) + 0.5) / 2, y: Double(rect.y) + (Double(y) + 0.5) / 2)
            }) { inside += 1 }
        }
        let coverage = truth.abnormalCoverage(of: rect)
        #expect(coverage > 0.05 && coverage < 0.95)
        #expect(abs(coverage - Double(inside) / 200_000) < 0.002)
    }

    @Test func `truth survives writing and reading`() throws {
        let truth = SyntheticSlideVariant.demo.slide().truth
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: url) }
        try truth.json().write(to: url)
        #expect(try SyntheticTruth(contentsOf: url) == truth)
        #expect(truth.pens.count == 3 && truth.abnormal.count == 2 && truth.border != nil)
    }
}
