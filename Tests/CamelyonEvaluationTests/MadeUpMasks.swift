import Annotations
import CamelyonEvaluation
import Kernels
import Pixels

/// A plane with rectangles set.
func plane(_ width: Int, _ height: Int, _ rectangles: PixelRect...) -> Plane<Bool> {
    var plane = Plane(width: width, height: height, filledWith: false)
    for rectangle in rectangles {
        for y in rectangle.y..<rectangle.maxY {
            for x in rectangle.x..<rectangle.maxX { plane[x, y] = true }
        }
    }
    return plane
}

func rectangle(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> PixelRect {
    PixelRect(x: x, y: y, width: width, height: height)
}

/// A polygon around a rectangle of level-0 pixels.
func polygon(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> Polygon {
    Polygon([
        Vertex(x: x, y: y), Vertex(x: x + width, y: y), Vertex(x: x + width, y: y + height),
        Vertex(x: x, y: y + height),
    ])
}

/// A few rectangles and rings, some of them over the border.
func randomPlane(_ width: Int, _ height: Int, seed: UInt64) -> Plane<Bool> {
    var generator = SeededGenerator(seed: seed)
    var result = Plane(width: width, height: height, filledWith: false)
    for _ in 0..<generator.next(in: 1..<6) {
        let (x, y) = (generator.next(in: -4..<width), generator.next(in: -4..<height))
        let (w, h) = (generator.next(in: 1..<24), generator.next(in: 1..<24))
        let isRing = generator.next(in: 0..<2) == 1
        for row in max(0, y)..<max(0, min(height, y + h)) {
            for column in max(0, x)..<max(0, min(width, x + w)) {
                let isEdge = row == y || column == x || row == y + h - 1 || column == x + w - 1
                if isEdge || !isRing { result[column, row] = true }
            }
        }
    }
    return result
}
