public import Pixels

/// Connected regions of a binary plane.
public struct ConnectedComponents: Sendable {
    /// Label of every pixel: 0 for background, 1... for the components in the order of their first pixel
    /// (row-major).
    public let labels: Plane<Int32>
    /// Number of pixels of each component; `areas[0]` belongs to label 1.
    public let areas: [Int]
    /// Whether a component touches the border of the plane.
    public let touchesBorder: [Bool]

    /// Labels the true pixels of `mask` with 8-connectivity, or 4-connectivity when `diagonal` is false.
    public init(of mask: Plane<Bool>, diagonal: Bool = true) {
        var labels = Plane<Int32>(width: mask.width, height: mask.height, filledWith: 0)
        var areas: [Int] = []
        var touches: [Bool] = []
        // Indices fit 32 bits; on large planes the stack is most of the memory taken here.
        var stack: [Int32] = []
        let steps = diagonal ? Self.eight : Self.four
        for start in mask.values.indices where mask.values[start] && labels.values[start] == 0 {
            let label = Int32(areas.count + 1)
            var area = 0
            var onBorder = false
            labels.values[start] = label
            stack.append(Int32(start))
            while let index = stack.popLast() {
                area += 1
                let (y, x) = Int(index).quotientAndRemainder(dividingBy: mask.width)
                onBorder = onBorder || x == 0 || y == 0 || x == mask.width - 1 || y == mask.height - 1
                for (dx, dy) in steps {
                    let (nx, ny) = (x + dx, y + dy)
                    guard nx >= 0, ny >= 0, nx < mask.width, ny < mask.height else { continue }
                    let neighbor = ny * mask.width + nx
                    guard mask.values[neighbor], labels.values[neighbor] == 0 else { continue }
                    labels.values[neighbor] = label
                    stack.append(Int32(neighbor))
                }
            }
            areas.append(area)
            touches.append(onBorder)
        }
        self.labels = labels
        self.areas = areas
        self.touchesBorder = touches
    }

    /// The union of the components for which `keep` (area, touches border) says yes.
    public func mask(where keep: (_ area: Int, _ touchesBorder: Bool) -> Bool) -> Plane<Bool> {
        let kept = [false] + zip(areas, touchesBorder).map { keep($0, $1) }
        return Plane(width: labels.width, height: labels.height, values: labels.values.map { kept[Int($0)] })
    }

    private static let four = [(-1, 0), (1, 0), (0, -1), (0, 1)]
    private static let eight = four + [(-1, -1), (1, -1), (-1, 1), (1, 1)]
}

extension Plane where Value == Bool {
    /// Without the components of fewer than `area` pixels (8-connected).
    public func withoutSpecks(smallerThan area: Int) -> Plane<Bool> {
        ConnectedComponents(of: self).mask { size, _ in size >= area }
    }

    /// With enclosed background regions of fewer than `area` pixels (4-connected) filled.
    public func fillingHoles(smallerThan area: Int) -> Plane<Bool> {
        let background = Plane(width: width, height: height, values: values.map { !$0 })
        let holes = ConnectedComponents(of: background, diagonal: false).mask { $0 < area && !$1 }
        return Plane(width: width, height: height, values: zip(values, holes.values).map { $0 || $1 })
    }

    /// Number of true pixels.
    public var trueCount: Int { values.reduce(0) { $1 ? $0 + 1 : $0 } }
}
