public import Pixels

/// Summed-area table of a binary plane: how much of any rectangle is true, in constant time.
public struct CoverageTable: Sendable {
    public let width: Int
    public let height: Int
    /// `sums[y * (width + 1) + x]` counts the true pixels above and left of the corner (x, y).
    private let sums: [Int32]

    public init(_ mask: Plane<Bool>) {
        width = mask.width
        height = mask.height
        let stride = mask.width + 1
        var sums = [Int32](repeating: 0, count: stride * (mask.height + 1))
        for y in 0..<mask.height {
            var row: Int32 = 0
            for x in 0..<mask.width {
                row += mask[x, y] ? 1 : 0
                sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + row
            }
        }
        self.sums = sums
    }

    /// Area of the true part of the rectangle with real-valued corners, in pixels². Parts outside the plane
    /// are false.
    ///
    /// Each pixel counts by the part of it that lies inside: the table is interpolated between corners, which
    /// is exact because coverage is constant within a pixel.
    public func area(left: Double, top: Double, right: Double, bottom: Double) -> Double {
        corner(right, bottom) - corner(left, bottom) - corner(right, top) + corner(left, top)
    }

    /// Number of true pixels that share any area with the rectangle.
    public func touchedCount(left: Double, top: Double, right: Double, bottom: Double) -> Int {
        let x0 = clampedFloor(left, width)
        let x1 = clampedCeiling(right, width)
        let y0 = clampedFloor(top, height)
        let y1 = clampedCeiling(bottom, height)
        return Int(sum(x1, y1) - sum(x0, y1) - sum(x1, y0) + sum(x0, y0))
    }

    private func corner(_ x: Double, _ y: Double) -> Double {
        let cx = min(max(x, 0), Double(width))
        let cy = min(max(y, 0), Double(height))
        let x0 = min(Int(cx), max(width - 1, 0))
        let y0 = min(Int(cy), max(height - 1, 0))
        let (x1, y1) = (min(x0 + 1, width), min(y0 + 1, height))
        let (fx, fy) = (cx - Double(x0), cy - Double(y0))
        let above = Double(sum(x0, y0)) * (1 - fx) + Double(sum(x1, y0)) * fx
        let below = Double(sum(x0, y1)) * (1 - fx) + Double(sum(x1, y1)) * fx
        return above * (1 - fy) + below * fy
    }

    private func sum(_ x: Int, _ y: Int) -> Int32 { sums[y * (width + 1) + x] }

    private func clampedFloor(_ value: Double, _ limit: Int) -> Int {
        Int(min(max(value, 0), Double(limit)).rounded(.down))
    }

    private func clampedCeiling(_ value: Double, _ limit: Int) -> Int {
        Int(min(max(value, 0), Double(limit)).rounded(.up))
    }
}
