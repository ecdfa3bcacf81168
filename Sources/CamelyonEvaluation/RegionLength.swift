import Pixels

/// The length of labeled regions as scikit-image's `regionprops` gives it (`axis_major_length`): that of the
/// major axis of the ellipse with the same second central moments, 4 sqrt(l) with the larger eigenvalue l of
/// their matrix.
///
/// Pixels are points here: the moments do not contain the 1/12 of a pixel's own extent, so that one pixel has
/// the length 0.
struct RegionLengths {
    /// In pixels; the first belongs to label 1.
    let lengths: [Double]
    /// Number of pixels.
    let areas: [Int]

    init(of labels: Plane<Int32>, count: Int) {
        var sums = [Sums](repeating: Sums(), count: count)
        Self.forEachPixel(of: labels) { region, x, y in
            sums[region].add(x, y)
        }
        // Moments about a whole number near the center are exact and stay small.
        let centers = sums.map { $0.nearestToCenter }
        var central = [Sums](repeating: Sums(), count: count)
        Self.forEachPixel(of: labels) { region, x, y in
            central[region].addSquares(x - centers[region].x, y - centers[region].y)
        }
        lengths = central.map(\.majorAxis)
        areas = central.map(\.count)
    }

    private static func forEachPixel(
        of labels: Plane<Int32>, _ body: (_ region: Int, _ x: Int, _ y: Int) -> Void
    ) {
        var pixel = 0
        for y in 0..<labels.height {
            for x in 0..<labels.width {
                let label = labels.values[pixel]
                if label > 0 { body(Int(label) - 1, x, y) }
                pixel += 1
            }
        }
    }
}

/// Sums over the pixels of a region.
private struct Sums {
    private(set) var count = 0
    private var x = 0
    private var y = 0
    private var xx = 0
    private var xy = 0
    private var yy = 0

    mutating func add(_ x: Int, _ y: Int) {
        count += 1
        self.x += x
        self.y += y
    }

    mutating func addSquares(_ x: Int, _ y: Int) {
        add(x, y)
        xx += x * x
        xy += x * y
        yy += y * y
    }

    var nearestToCenter: (x: Int, y: Int) {
        count == 0 ? (0, 0) : (x / count, y / count)
    }

    var majorAxis: Double {
        let (n, x, y) = (Double(count), Double(x), Double(y))
        let across = (Double(xx) - x * x / n) / n
        let down = (Double(yy) - y * y / n) / n
        let mixed = (Double(xy) - x * y / n) / n
        let half = (across - down) / 2
        let larger = (across + down) / 2 + (half * half + mixed * mixed).squareRoot()
        return 4 * max(0, larger).squareRoot()
    }
}
