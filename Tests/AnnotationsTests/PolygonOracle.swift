import Kernels
import Annotations
import TestSupport

/// A polygon with vertices on quarters of a pixel, so that whole numbers tell exactly what it contains.
struct QuarterPolygon {
    /// In quarters of a pixel.
    var corners: [(x: Int, y: Int)]

    var polygon: Polygon {
        Polygon(corners.map { Vertex(x: Double($0.x) / 4, y: Double($0.y) / 4) })
    }

    /// Whether the center of a pixel is inside by the even-odd rule. Edges are crossed at or left of the
    /// center; an edge has its upper end and not its lower one. No division: signs of cross products.
    func contains(x: Int, y: Int) -> Bool {
        let (px, py) = (4 * x + 2, 4 * y + 2)
        var isInside = false
        for (index, a) in corners.enumerated() {
            let b = corners[(index + 1) % corners.count]
            let (upper, lower) = a.y < b.y ? (a, b) : (b, a)
            guard upper.y <= py, py < lower.y else { continue }
            let side = (px - upper.x) * (lower.y - upper.y) - (py - upper.y) * (lower.x - upper.x)
            if side >= 0 { isInside.toggle() }
        }
        return isInside
    }

    /// With corners anywhere in a square, so that nearly every one crosses itself.
    ///
    /// - Parameter step: corners are on multiples of it; 1 for quarters of a pixel, 2 to meet pixel centers
    ///   often, 4 for whole pixels.
    static func random(corners: Int, side: Int, step: Int, _ generator: inout SeededGenerator)
        -> QuarterPolygon
    {
        let range = (-side / 4)..<(side * 5 / 4)
        return QuarterPolygon(
            corners: (0..<corners).map { _ in
                (generator.next(in: range) * 4 / step * step, generator.next(in: range) * 4 / step * step)
            })
    }
}
