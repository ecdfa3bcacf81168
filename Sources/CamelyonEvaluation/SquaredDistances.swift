package import Pixels

/// The exact Euclidean distance transform of a binary plane, in time proportional to its pixels.
///
/// The method of Meijster, Roerdink and Hesselink (2000): first the distance along each column, then for each
/// row the lower envelope of the parabolas that the columns raise. All arithmetic is with whole numbers. Rows
/// are handed out one at a time, so that the distances of the whole plane are never held.
package struct SquaredDistances {
    private let width: Int
    private let height: Int
    /// Vertical distance of each pixel to the nearest set pixel of its column; ``unreached`` if there is
    /// none.
    private var vertical: [Int32]

    /// More than any distance within the plane.
    private let unreached: Int32

    package init(to mask: Plane<Bool>) {
        width = mask.width
        height = mask.height
        unreached = Int32(width + height)
        vertical = mask.values.map { [unreached] in $0 ? 0 : unreached }
        guard height > 1 else { return }
        for pixel in width..<(width * height) {
            vertical[pixel] = min(vertical[pixel], vertical[pixel - width] + 1)
        }
        for pixel in (0..<(width * (height - 1))).reversed() {
            vertical[pixel] = min(vertical[pixel], vertical[pixel + width] + 1)
        }
    }

    /// Calls `body` for every row from the top with the squared distance of each of its pixels to the nearest
    /// set pixel. Without any set pixel the distances have no meaning, but are larger than the plane.
    package func forEachRow(_ body: (_ row: Int, _ squares: [Int]) -> Void) {
        var envelope = ParabolaEnvelope(width: width)
        var squares = [Int](repeating: 0, count: width)
        for row in 0..<height {
            let heights = vertical[(row * width)..<((row + 1) * width)]
            envelope.squares(overHeights: heights, into: &squares)
            body(row, squares)
        }
    }
}

/// The lower envelope of parabolas (x - i)^2 + h(i)^2 over the columns of a row, by sections on which one of
/// them is lowest.
private struct ParabolaEnvelope {
    private let width: Int
    private var apexes: [Int]
    /// First column of each section.
    private var starts: [Int]

    init(width: Int) {
        self.width = width
        apexes = [Int](repeating: 0, count: width)
        starts = apexes
    }

    mutating func squares(overHeights heights: ArraySlice<Int32>, into squares: inout [Int]) {
        guard width > 0 else { return }
        func parabola(_ apex: Int, at column: Int) -> Int {
            let height = Int(heights[heights.startIndex + apex])
            return (column - apex) * (column - apex) + height * height
        }
        apexes[0] = 0
        starts[0] = 0
        var last = 0
        for apex in 1..<max(1, width) {
            // Sections on which the new parabola is lower from their very start are gone.
            while last >= 0, parabola(apexes[last], at: starts[last]) > parabola(apex, at: starts[last]) {
                last -= 1
            }
            if last < 0 {
                last = 0
                apexes[0] = apex
                continue
            }
            // Not lower at the section's start, so the crossing is not before it and the dividend not
            // negative.
            let earlier = apexes[last]
            let difference = parabola(apex, at: 0) - parabola(earlier, at: 0)
            let start = difference / (2 * (apex - earlier)) + 1
            if start < width {
                last += 1
                apexes[last] = apex
                starts[last] = start
            }
        }
        for column in (0..<width).reversed() {
            squares[column] = parabola(apexes[last], at: column)
            if column == starts[last] { last -= 1 }
        }
    }
}
