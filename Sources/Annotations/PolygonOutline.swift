import Pixels

/// A polygon arranged for the question where its edges cross the rows of a window.
///
/// Neighbors along an outline are neighbors on the slide, so runs of consecutive edges have small bounds of
/// their own, and a window passes over all runs that it does not meet. The memory is proportional to the
/// number of vertices, however far the edges reach; an index by bands of rows would grow with the height of
/// the polygon.
struct PolygonOutline: Sendable {
    /// The rows and columns of pixel centers between which something lies.
    struct Bounds: Sendable {
        var rows: Range<Int>
        var columns: Range<Int>

        init(of vertices: some Sequence<Vertex>) {
            var (left, right, top, bottom) = (
                Double.infinity, -Double.infinity, Double.infinity, -Double.infinity
            )
            for vertex in vertices {
                (left, right) = (min(left, vertex.x), max(right, vertex.x))
                (top, bottom) = (min(top, vertex.y), max(bottom, vertex.y))
            }
            rows = top <= bottom ? centers(from: top, to: bottom) : 0..<0
            columns = left <= right ? centers(from: left, to: right) : 0..<0
        }

        func meets(_ window: SlideRect) -> Bool {
            rows.lowerBound < window.maxY && rows.upperBound > window.y && columns.lowerBound < window.maxX
                && columns.upperBound > window.x
        }
    }

    private static let edgesPerRun = 64

    let bounds: Bounds
    /// Closed: the last vertex is the first one.
    private let vertices: [Vertex]
    private let runs: [Bounds]

    init(_ polygon: Polygon) {
        vertices = polygon.vertices + polygon.vertices.prefix(1)
        bounds = Bounds(of: vertices)
        runs = stride(from: 0, to: max(0, vertices.count - 1), by: Self.edgesPerRun).map { [vertices] start in
            Bounds(of: vertices[start..<min(start + Self.edgesPerRun + 1, vertices.count)])
        }
    }

    /// For every crossing of an edge with the middle of a row of the window, the first column whose center
    /// lies on the crossing or to the right of it. A pixel is inside if an odd number of these are at or
    /// before its column.
    ///
    /// Crossings left of the window count as its first column, and those right of it are left out, as are
    /// some pairs of crossings left of it: none of this changes which of its pixels are inside.
    @inline(__always)
    func forEachCrossing(in window: SlideRect, _ body: (_ row: Int, _ column: Int) -> Void) {
        for (index, run) in runs.enumerated()
        where overlap(run.rows, window) && run.columns.lowerBound < window.maxX {
            let first = index * Self.edgesPerRun
            let last = min(first + Self.edgesPerRun, vertices.count - 1)
            if run.columns.upperBound <= window.x {
                // Left of the window only the parity counts, which a detour does not change.
                crossings(from: vertices[first], to: vertices[last], in: window, body)
                continue
            }
            for edge in first..<last {
                crossings(from: vertices[edge], to: vertices[edge + 1], in: window, body)
            }
        }
    }

    private func overlap(_ rows: Range<Int>, _ window: SlideRect) -> Bool {
        rows.lowerBound < window.maxY && rows.upperBound > window.y
    }

    /// An edge crosses the row middles from its upper end on, and no longer the one at its lower end: a
    /// vertex on a row middle is counted once by the two edges that pass through, and horizontal edges never.
    /// Both directions of an edge compute the same numbers, so that polygons on its two sides share no pixel
    /// and lose none.
    @inline(__always)
    private func crossings(
        from start: Vertex, to end: Vertex, in window: SlideRect, _ body: (_ row: Int, _ column: Int) -> Void
    ) {
        let (upper, lower) = start.y < end.y ? (start, end) : (end, start)
        let rows = centers(from: upper.y, to: lower.y).clamped(to: window.y..<window.maxY)
        let (width, height) = (lower.x - upper.x, lower.y - upper.y)
        let (left, right) = (min(upper.x, lower.x), max(upper.x, lower.x))
        for row in rows {
            let crossing = upper.x + (Double(row) + 0.5 - upper.y) * width / height
            // Rounding must not carry it past the edge's ends, by which whole runs are judged.
            let column = max(firstCenter(from: min(max(crossing, left), right)), window.x)
            if column < window.maxX { body(row, column) }
        }
    }
}

/// The rows (or columns) whose centers lie at or after `start` and before `end`, where `start <= end`.
private func centers(from start: Double, to end: Double) -> Range<Int> {
    firstCenter(from: start)..<firstCenter(from: end)
}

/// The first row (or column) with its center at or after a place.
private func firstCenter(from place: Double) -> Int {
    Int((place - 0.5).rounded(.up))
}
