public import Pixels

/// The tumor of a slide: the union of its tumor polygons without the union of its holes, in level-0 pixels.
///
/// A pixel belongs to it if its center lies inside, by the even-odd rule for each polygon. A center exactly
/// on an edge belongs to what is right of the edge, and one on a horizontal edge to what is below, so
/// polygons that abut share no pixel and lose none. Every answer comes from the same arithmetic and agrees
/// with all others; it is exact for integer vertices up to 2^24, and for others right up to the rounding of
/// `Double` (about 1e-11 pixels).
public struct TumorRegion: Sendable {
    /// What becomes of the vertices before anything is measured.
    public enum VertexRounding: Sendable {
        /// They stay as in the file.
        case exact
        /// To whole pixels, as the paper's preparation does.
        case integers
    }

    private let tumors: [PolygonOutline]
    private let holes: [PolygonOutline]

    /// The smallest rectangle that the tumor polygons fit in (holes are not considered); empty without tumor.
    public let boundingBox: SlideRect

    public init(tumors: [Polygon], holes: [Polygon] = [], vertices rounding: VertexRounding = .exact) {
        func outlines(_ polygons: [Polygon]) -> [PolygonOutline] {
            polygons.map { PolygonOutline(rounding == .exact ? $0 : $0.roundedToIntegers()) }
                .filter { !$0.bounds.rows.isEmpty && !$0.bounds.columns.isEmpty }
        }
        self.tumors = outlines(tumors)
        self.holes = outlines(holes)
        boundingBox = Self.union(self.tumors.map(\.bounds))
    }

    public init(_ annotations: [LesionAnnotation], vertices rounding: VertexRounding = .exact) {
        self.init(
            tumors: annotations.filter { $0.label == .tumor }.map(\.polygon),
            holes: annotations.filter { $0.label == .hole }.map(\.polygon), vertices: rounding)
    }

    /// Whether no pixel can belong to the tumor, for want of a polygon.
    public var isEmpty: Bool { tumors.isEmpty }

    /// Whether the pixel in column `x` and row `y` belongs to the tumor.
    public func contains(x: Int, y: Int) -> Bool {
        touches(SlideRect(x: x, y: y, width: 1, height: 1))
    }

    /// The number of pixels of `rect` that belong to the tumor, exactly.
    public func coveredPixels(in rect: SlideRect) -> Int {
        var count = 0
        forEachSpan(in: rect) { _, columns in count += columns.count }
        return count
    }

    /// Whether at least one pixel of `rect` belongs to the tumor.
    public func touches(_ rect: SlideRect) -> Bool {
        coveredPixels(in: rect) > 0
    }

    /// The columns of a row that belong to the tumor, from left to right; no two spans touch.
    public func spans(row: Int) -> [Range<Int>] {
        var spans: [Range<Int>] = []
        let line = SlideRect(x: boundingBox.x, y: row, width: boundingBox.width, height: 1)
        forEachSpan(in: line) { _, columns in spans.append(columns) }
        return spans
    }

    /// Which pixels of `rect` belong to the tumor. Takes a byte a pixel: for pictures and small areas.
    public func mask(of rect: SlideRect) -> Plane<Bool> {
        var mask = Plane(width: max(0, rect.width), height: max(0, rect.height), filledWith: false)
        forEachSpan(in: rect) { row, columns in
            for column in columns { mask[column - rect.x, row - rect.y] = true }
        }
        return mask
    }

    /// Passes the part of `rect` where tumor is possible in strips of a few rows.
    private func forEachSpan(in rect: SlideRect, _ body: (_ row: Int, _ columns: Range<Int>) -> Void) {
        guard !rect.isEmpty else { return }
        let area = rect.intersection(boundingBox)
        guard !area.isEmpty else { return }
        for top in stride(from: area.y, to: area.maxY, by: CoverageSweep.rowLimit) {
            let height = min(CoverageSweep.rowLimit, area.maxY - top)
            let strip = SlideRect(x: area.x, y: top, width: area.width, height: height)
            let met = tumors.filter { $0.bounds.meets(strip) }
            if met.isEmpty { continue }
            var sweep = CoverageSweep(window: strip)
            for outline in met { sweep.add(outline, as: .tumor) }
            for outline in holes where outline.bounds.meets(strip) { sweep.add(outline, as: .hole) }
            sweep.forEachSpan(body)
        }
    }

    private static func union(_ bounds: [PolygonOutline.Bounds]) -> SlideRect {
        guard var (rows, columns) = bounds.first.map({ ($0.rows, $0.columns) }) else {
            return SlideRect(x: 0, y: 0, width: 0, height: 0)
        }
        for other in bounds {
            rows = min(rows.lowerBound, other.rows.lowerBound)..<max(rows.upperBound, other.rows.upperBound)
            let right = max(columns.upperBound, other.columns.upperBound)
            columns = min(columns.lowerBound, other.columns.lowerBound)..<right
        }
        return SlideRect(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
    }
}
