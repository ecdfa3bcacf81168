import Annotations
import Foundation
import Pixels
import Preprocessing
import Testing

@Suite struct `The rule for tumor tiles` {
    private static let tile = SlideRect(x: 768, y: 1536, width: 768, height: 768)

    private static func region(_ rect: SlideRect, holes: [SlideRect] = []) -> TumorRegion {
        func polygon(_ rect: SlideRect) -> Polygon {
            Polygon([
                Vertex(x: Double(rect.x), y: Double(rect.y)), Vertex(x: Double(rect.maxX), y: Double(rect.y)),
                Vertex(x: Double(rect.maxX), y: Double(rect.maxY)),
                Vertex(x: Double(rect.x), y: Double(rect.maxY)),
            ])
        }
        return TumorRegion(tumors: [polygon(rect)], holes: holes.map(polygon))
    }

    @Test func `the paper asks for nine points, 256 pixels apart, the first 128 pixels inside`() {
        let just = SlideRect(x: 768 + 128, y: 1536 + 128, width: 513, height: 513)
        #expect(TumorRule.paper.isTumor(Self.tile, in: Self.region(just)))
        for (dx, dy, dw, dh) in [(1, 0, -1, 0), (0, 1, 0, -1), (0, 0, -1, 0), (0, 0, 0, -1)] {
            let less = SlideRect(
                x: just.x + dx, y: just.y + dy, width: just.width + dw, height: just.height + dh)
            #expect(!TumorRule.paper.isTumor(Self.tile, in: Self.region(less)))
        }
        let hole = SlideRect(x: 768 + 384, y: 1536 + 384, width: 1, height: 1)
        #expect(!TumorRule.paper.isTumor(Self.tile, in: Self.region(Self.tile, holes: [hole])))
    }

    @Test func `a fraction counts every pixel`() {
        let half = Self.region(SlideRect(x: 768, y: 0, width: 384, height: 5000))
        #expect(TumorRule.fraction(of: Self.tile, in: half) == 0.5)
        #expect(TumorRule.fraction(0.5).isTumor(Self.tile, in: half))
        #expect(!TumorRule.fraction(0.501).isTumor(Self.tile, in: half))
    }

    @Test(arguments: [TumorRule.paper, .fraction(0.25)])
    func `it is written and read as a word or a number`(rule: TumorRule) throws {
        let data = try JSONEncoder().encode([rule])
        #expect(try JSONDecoder().decode([TumorRule].self, from: data) == [rule])
    }
}
