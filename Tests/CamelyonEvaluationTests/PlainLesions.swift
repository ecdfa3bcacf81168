import Pixels

/// The rules of the evaluation mask followed step by step over the whole plane, with the simplest means.
struct PlainLesions {
    let labels: Plane<Int>
    let count: Int

    init(_ tumor: Plane<Bool>) {
        var grown = Plane(width: tumor.width, height: tumor.height, filledWith: false)
        for y in 0..<tumor.height {
            for x in 0..<tumor.width {
                guard let square = Self.squaredDistance(x, y, to: tumor) else { continue }
                // 75 / (0.243 * 32 * 2) is 4.8225, its square 23.2569.
                grown[x, y] = square <= 23
            }
        }
        let filled = Self.filled(grown)
        var labels = Plane(width: tumor.width, height: tumor.height, filledWith: 0)
        var count = 0
        for y in 0..<tumor.height {
            for x in 0..<tumor.width where filled[x, y] && labels[x, y] == 0 {
                count += 1
                for (px, py) in Self.flood(from: (x, y), over: filled, of: true, diagonal: true) {
                    labels[px, py] = count
                }
            }
        }
        self.labels = labels
        self.count = count
    }

    static func squaredDistance(_ x: Int, _ y: Int, to mask: Plane<Bool>) -> Int? {
        var nearest: Int?
        for row in 0..<mask.height {
            for column in 0..<mask.width where mask[column, row] {
                let square = (column - x) * (column - x) + (row - y) * (row - y)
                nearest = min(nearest ?? square, square)
            }
        }
        return nearest
    }

    /// 4 sqrt of the larger eigenvalue of the covariance of a region's pixels.
    func length(of label: Int) -> Double {
        var pixels: [(x: Double, y: Double)] = []
        for y in 0..<labels.height {
            for x in 0..<labels.width where labels[x, y] == label { pixels.append((Double(x), Double(y))) }
        }
        let n = Double(pixels.count)
        let centerX = pixels.reduce(0) { $0 + $1.x } / n
        let centerY = pixels.reduce(0) { $0 + $1.y } / n
        let xx = pixels.reduce(0) { $0 + ($1.x - centerX) * ($1.x - centerX) } / n
        let yy = pixels.reduce(0) { $0 + ($1.y - centerY) * ($1.y - centerY) } / n
        let xy = pixels.reduce(0) { $0 + ($1.x - centerX) * ($1.y - centerY) } / n
        // The larger root of l^2 - trace l + determinant.
        let (trace, determinant) = (xx + yy, xx * yy - xy * xy)
        return 4 * ((trace + max(0, trace * trace - 4 * determinant).squareRoot()) / 2).squareRoot()
    }

    private static func filled(_ mask: Plane<Bool>) -> Plane<Bool> {
        var filled = Plane(width: mask.width, height: mask.height, filledWith: true)
        for y in 0..<mask.height {
            for x in 0..<mask.width where !mask[x, y] {
                let isBorder = x == 0 || y == 0 || x == mask.width - 1 || y == mask.height - 1
                guard isBorder, filled[x, y] else { continue }
                for (px, py) in flood(from: (x, y), over: mask, of: false, diagonal: false) {
                    filled[px, py] = false
                }
            }
        }
        return filled
    }

    private static func flood(
        from start: (Int, Int), over mask: Plane<Bool>, of value: Bool, diagonal: Bool
    ) -> [(Int, Int)] {
        var seen = Plane(width: mask.width, height: mask.height, filledWith: false)
        seen[start.0, start.1] = true
        var pixels = [start]
        var next = 0
        while next < pixels.count {
            let (x, y) = pixels[next]
            next += 1
            for dy in -1...1 {
                for dx in -1...1 where diagonal || dx == 0 || dy == 0 {
                    let (nx, ny) = (x + dx, y + dy)
                    guard nx >= 0, ny >= 0, nx < mask.width, ny < mask.height, !seen[nx, ny],
                        mask[nx, ny] == value
                    else { continue }
                    seen[nx, ny] = true
                    pixels.append((nx, ny))
                }
            }
        }
        return pixels
    }
}
