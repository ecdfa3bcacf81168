import Kernels
import Annotations
import Foundation
import Pixels
import TestSupport
import Testing

/// Writes what `compare_rasters.py` checks against other rasterizers, to the file that WSI_SCREEN_RASTERS
/// names.
@Suite struct `Record of rasters` {
    private struct Case: Encodable {
        var tumors: [[[Double]]]
        var holes: [[[Double]]]
        /// x, y, width, height and the number of covered pixels.
        var windows: [[Int]]

        init(_ tumors: [Polygon], _ holes: [Polygon], _ windows: [SlideRect]) {
            func pairs(_ polygons: [Polygon]) -> [[[Double]]] {
                polygons.map { $0.vertices.map { [$0.x, $0.y] } }
            }
            (self.tumors, self.holes) = (pairs(tumors), pairs(holes))
            let region = TumorRegion(tumors: tumors, holes: holes)
            self.windows = windows.map { [$0.x, $0.y, $0.width, $0.height, region.coveredPixels(in: $0)] }
        }
    }

    private static let path = ProcessInfo.processInfo.environment["WSI_SCREEN_RASTERS"]

    @Test(.enabled(if: path != nil, "WSI_SCREEN_RASTERS names no file")) func `counts of many windows`()
        throws
    {
        var generator = SeededGenerator(seed: 11)
        let window = SlideRect(x: -3, y: -2, width: 64, height: 64)
        var cases = [1, 2, 4].flatMap { step in
            [3, 5, 12, 60].map { corners in
                let shapes = (0..<4).map { _ in
                    QuarterPolygon.random(corners: corners, side: 60, step: step, &generator).polygon
                }
                return Case(Array(shapes.dropLast()), [shapes[3]], [window])
            }
        }
        for number in RealSlide.isPresent ? RealSlide.names : [] {
            let slide = try RealSlide(number)
            cases.append(Case(slide.tumors, slide.holes, windows(on: slide.tumors + slide.holes, &generator)))
        }
        try JSONEncoder().encode(cases).write(to: URL(fileURLWithPath: try #require(Self.path)))
    }

    /// Around vertices, where the answer is not simply all or nothing.
    private func windows(on polygons: [Polygon], _ generator: inout SeededGenerator) -> [SlideRect] {
        (0..<4).map { _ in
            let vertices = polygons[generator.next(in: 0..<polygons.count)].vertices
            let vertex = vertices[generator.next(in: 0..<vertices.count)]
            return SlideRect(
                x: Int(vertex.x) - generator.next(in: 0..<256),
                y: Int(vertex.y) - generator.next(in: 0..<256),
                width: 256, height: 256)
        }
    }
}
