import CamelyonEvaluation
import Kernels
import Pixels
import Testing

@Suite struct `Peak search` {
    private func map(_ width: Int, _ height: Int, _ values: [Float], cell: Int = 64) -> ScoreMap {
        ScoreMap(
            Plane(width: width, height: height, values: values), cellWidth: cell, cellHeight: cell,
            slide: SlideExtent(width: width * cell, height: height * cell))
    }

    @Test func `the highest cell comes first and takes its neighbors with it`() {
        let found = PeakSearch(.disc(radius: 64), threshold: nil).detections(
            in: map(5, 1, [0.25, 0.75, 0.5, 0.375, 0.125]))
        // The cell of 0.5 is one cell from that of 0.75; the one of 0.375 is two from it.
        #expect(
            found == [
                Detection(probability: 0.75, x: 96, y: 32), Detection(probability: 0.375, x: 224, y: 32),
            ])
    }

    @Test func `the radius is in level-0 pixels and includes its end`() {
        let values: [Float] = [1, 0.5, 0.25]
        func count(_ radius: Double) -> Int {
            PeakSearch(.disc(radius: radius), threshold: nil).detections(in: map(3, 1, values)).count
        }
        #expect([0, 63.9, 64, 127.9, 128, 1e12].map(count) == [3, 3, 2, 2, 1, 1])
    }

    @Test func `of equal scores the leftmost cell comes first, then the topmost`() {
        let found = PeakSearch(.disc(radius: 0), threshold: nil).detections(
            in: map(2, 2, [0.5, 0.5, 0.5, 0.5]))
        #expect(found.map { [$0.x, $0.y] } == [[32, 32], [32, 96], [96, 32], [96, 96]])
    }

    @Test func `cells without score and cells not above the threshold are no detections`() {
        let values: [Float] = [.nan, 0.5, 0.625, .infinity, -.infinity]
        let found = PeakSearch(.disc(radius: 0), threshold: 0.5).detections(in: map(5, 1, values))
        #expect(found.map(\.probability) == [0.625])
        let blank = map(3, 2, [Float](repeating: .nan, count: 6))
        #expect(PeakSearch.ncrf.detections(in: blank).isEmpty)
        let none = ScoreMap(
            Plane(width: 0, height: 0, filledWith: 0), cellWidth: 1, cellHeight: 1,
            slide: SlideExtent(width: 0, height: 0))
        #expect(PeakSearch.ncrf.detections(in: none).isEmpty)
    }

    @Test func `NCRF takes twelve cells before and eleven behind`() {
        var values = [Float](repeating: 0.75, count: 40)
        values[20] = 1
        let found = PeakSearch.ncrf.detections(in: map(40, 1, values))
        // 8...31 are taken by 20; 0 takes ...7 with it (to 11), and 32 the rest.
        #expect(found.map { $0.x / 64 } == [20, 0, 32])
        #expect(found.map { $0.x % 64 } == [32, 32, 32])
    }

    @Test func `a cell that reaches over the border is placed on the slide`() {
        let edge = ScoreMap(
            Plane(width: 2, height: 1, values: [0.5, 0.75]), cellWidth: 100, cellHeight: 7,
            slide: SlideExtent(width: 130, height: 3))
        let found = PeakSearch(.disc(radius: 0), threshold: nil).detections(in: edge)
        #expect(found.map { [$0.x, $0.y] } == [[129, 2], [50, 2]])
    }

    @Test func `no two detections are near and every other cell is near to a higher one`() {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<20 {
            let values = (0..<(19 * 23)).map { _ in Float(generator.next(in: 0..<30)) / 32 }
            let found = PeakSearch(.disc(radius: 200), threshold: nil).detections(in: map(19, 23, values))
            func near(_ x: Int, _ y: Int, _ other: Detection) -> Bool {
                (x - other.x) * (x - other.x) + (y - other.y) * (y - other.y) <= 200 * 200
            }
            for (index, detection) in found.enumerated() {
                #expect(!found[..<index].contains { near(detection.x, detection.y, $0) })
            }
            for (index, value) in values.enumerated() {
                let (x, y) = (index % 19 * 64 + 32, index / 19 * 64 + 32)
                #expect(found.contains { near(x, y, $0) && $0.probability >= Double(value) })
            }
        }
    }
}
