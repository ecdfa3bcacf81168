import Annotations
import Pixels
import Testing

@Suite struct `Tumor region` {
    private func rectangle(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double) -> Polygon {
        Polygon([
            Vertex(x: left, y: top), Vertex(x: right, y: top), Vertex(x: right, y: bottom),
            Vertex(x: left, y: bottom),
        ])
    }

    @Test func `a rectangle on pixel borders covers exactly its pixels`() {
        let region = TumorRegion(tumors: [rectangle(3, 4, 10, 6)])
        #expect(region.boundingBox == SlideRect(x: 3, y: 4, width: 7, height: 2))
        #expect(region.coveredPixels(in: region.boundingBox) == 14)
        #expect(region.spans(row: 3) == [] && region.spans(row: 4) == [3..<10] && region.spans(row: 6) == [])
        #expect(region.contains(x: 9, y: 5) && !region.contains(x: 10, y: 5) && !region.contains(x: 2, y: 5))
    }

    @Test func `a center on an edge belongs to what is right of it or below it`() {
        let region = TumorRegion(tumors: [rectangle(0.5, 0.5, 2.5, 3.5)])
        #expect(region.boundingBox == SlideRect(x: 0, y: 0, width: 2, height: 3))
        #expect(region.coveredPixels(in: SlideRect(x: -5, y: -5, width: 20, height: 20)) == 6)
    }

    @Test func `the middle of a pentagram is outside`() {
        let corners: [(Double, Double)] = [(50, 2), (79, 91), (3, 36), (97, 36), (21, 91)]
        let region = TumorRegion(tumors: [Polygon(corners.map { Vertex(x: $0.0, y: $0.1) })])
        #expect(!region.contains(x: 50, y: 50))
        #expect(region.contains(x: 50, y: 20) && region.contains(x: 20, y: 40))
    }

    @Test func `repeated vertices, spikes and horizontal edges change nothing`() {
        let plain = TumorRegion(tumors: [rectangle(1, 1, 9, 9)])
        let noisy = TumorRegion(tumors: [
            Polygon(
                [(1, 1), (1, 1), (5, 1), (9, 1), (9, 5), (40, 5), (9, 5), (9, 9), (9, 9), (1, 9), (1, 1)].map
                {
                    Vertex(x: $0.0, y: $0.1)
                })
        ])
        let area = SlideRect(x: 0, y: 0, width: 50, height: 12)
        #expect(noisy.mask(of: area) == plain.mask(of: area))
        #expect(plain.coveredPixels(in: area) == 64)
    }

    @Test func `what encloses nothing covers nothing`() {
        let flat = [[], [Vertex(x: 1, y: 1)], [Vertex(x: 1, y: 1), Vertex(x: 9, y: 9)]].map(Polygon.init)
        let line = Polygon([Vertex(x: 0, y: 0), Vertex(x: 4, y: 6), Vertex(x: 8, y: 12)])
        let region = TumorRegion(tumors: flat + [line])
        #expect(region.coveredPixels(in: SlideRect(x: -5, y: -5, width: 50, height: 50)) == 0)
        #expect(TumorRegion(tumors: []).boundingBox.isEmpty)
        #expect(TumorRegion(tumors: []).spans(row: 0) == [])
        #expect(TumorRegion(tumors: []).isEmpty && !region.isEmpty)
    }

    @Test func `an empty rectangle has no pixels`() {
        let region = TumorRegion(tumors: [rectangle(0, 0, 100, 100)])
        #expect(region.coveredPixels(in: SlideRect(x: 5, y: 5, width: 0, height: 9)) == 0)
        #expect(!region.touches(SlideRect(x: 5, y: 5, width: 9, height: -3)))
        #expect(region.mask(of: SlideRect(x: 5, y: 5, width: 0, height: 9)).values.isEmpty)
    }

    @Test func `a polygon of the largest size costs no memory for its area`() {
        let bound = Polygon.coordinateBound
        let region = TumorRegion(
            tumors: [rectangle(-bound, -bound, bound, bound)], holes: [rectangle(100, 100, 200, 200)])
        #expect(region.coveredPixels(in: SlideRect(x: 0, y: 0, width: 300, height: 300)) == 80_000)
        #expect(region.spans(row: 150) == [-1_000_000_000..<100, 200..<1_000_000_000])
        #expect(region.boundingBox.width == 2_000_000_000)
        #expect(region.contains(x: 999_999_999, y: -1_000_000_000))
        #expect(!region.contains(x: 1_000_000_000, y: 0))
    }

    @Test func `windows higher than a strip are counted whole`() {
        let region = TumorRegion(tumors: [rectangle(0, 10, 3, 2010)])
        #expect(region.coveredPixels(in: SlideRect(x: -10, y: -10, width: 100, height: 5000)) == 6000)
        #expect(region.coveredPixels(in: SlideRect(x: 1, y: 250, width: 1, height: 1000)) == 1000)
    }

    @Test func `an island in a hole stays outside`() {
        let region = TumorRegion(
            tumors: [rectangle(0, 0, 30, 30), rectangle(12, 12, 18, 18)], holes: [rectangle(10, 10, 20, 20)])
        #expect(region.coveredPixels(in: region.boundingBox) == 800)
        #expect(region.spans(row: 15) == [0..<10, 20..<30])
    }

    @Test func `a hole without tumor around it does nothing`() {
        let region = TumorRegion(tumors: [rectangle(0, 0, 5, 5)], holes: [rectangle(50, 0, 60, 9)])
        #expect(region.boundingBox == SlideRect(x: 0, y: 0, width: 5, height: 5))
        #expect(region.coveredPixels(in: SlideRect(x: 0, y: 0, width: 99, height: 99)) == 25)
    }

    @Test func `abutting polygons make one span`() {
        let region = TumorRegion(tumors: [rectangle(0, 0, 5.25, 4), rectangle(5.25, 0, 9, 4)])
        #expect(region.spans(row: 2) == [0..<9])
    }

    @Test func `vertices are rounded on request, halves to the even side`() {
        let polygon = rectangle(0.5, 1.5, 9.7, 6.4)
        #expect(polygon.roundedToIntegers() == rectangle(0, 2, 10, 6))
        let rounded = TumorRegion(tumors: [polygon], vertices: .integers)
        #expect(rounded.boundingBox == SlideRect(x: 0, y: 2, width: 10, height: 4))
        #expect(TumorRegion(tumors: [polygon]).boundingBox == SlideRect(x: 0, y: 1, width: 10, height: 5))
    }

    @Test func `annotations are sorted into tumor and holes`() {
        let region = TumorRegion([
            LesionAnnotation(name: "b", label: .hole, polygon: rectangle(2, 2, 4, 4)),
            LesionAnnotation(name: "a", label: .tumor, polygon: rectangle(0, 0, 10, 10)),
        ])
        #expect(region.coveredPixels(in: region.boundingBox) == 96)
    }
}
