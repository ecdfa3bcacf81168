/// A corner of a polygon in level-0 pixels: the center of pixel (column, row) lies at (column + 0.5, row +
/// 0.5).
public struct Vertex: Sendable, Hashable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

/// A closed outline: an edge joins every vertex to the next one, and the last one to the first.
///
/// It may cross itself, repeat vertices and reach over the slide's border. What it contains is told by the
/// even-odd rule: a point is inside if a ray from it crosses the outline an odd number of times.
public struct Polygon: Sendable, Hashable {
    /// No coordinate may be larger than this, so that the arithmetic with them never overflows.
    public static let coordinateBound = 1e9

    public let vertices: [Vertex]

    /// Traps when a coordinate is not a number or beyond ``coordinateBound``.
    public init(_ vertices: [Vertex]) {
        precondition(
            vertices.allSatisfy { abs($0.x) <= Self.coordinateBound && abs($0.y) <= Self.coordinateBound },
            "polygon with a coordinate beyond \(Self.coordinateBound)")
        self.vertices = vertices
    }

    /// The same outline on whole pixels, halves to the even side: the paper's annotations are rounded so.
    public func roundedToIntegers() -> Polygon {
        Polygon(
            vertices.map {
                Vertex(x: $0.x.rounded(.toNearestOrEven), y: $0.y.rounded(.toNearestOrEven))
            })
    }

    /// Whether there are three different vertices; with fewer, nothing is enclosed.
    var hasThreeDistinctVertices: Bool {
        guard let first = vertices.first, let second = vertices.first(where: { $0 != first }) else {
            return false
        }
        return vertices.contains { $0 != first && $0 != second }
    }
}
