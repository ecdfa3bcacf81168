/// 2 x 2 mean with stride 2; an odd last row or column is left out. Output: height/2 x width/2, same
/// channels.
public func averagePool2x2(
    _ input: UnsafePointer<Float>, shape: MapShape, into output: UnsafeMutablePointer<Float>
) {
    forEachCell(of: shape) { corner, below, target in
        let (a, b, c, d) = (
            input + corner, input + corner + shape.channels, input + below, input + below + shape.channels
        )
        for channel in 0..<shape.channels {
            output[target + channel] = (a[channel] + b[channel] + (c[channel] + d[channel])) * 0.25
        }
    }
}

/// 2 x 2 maximum with stride 2; an odd last row or column is left out. Output: height/2 x width/2, same
/// channels.
public func maximumPool2x2(
    _ input: UnsafePointer<Float>, shape: MapShape, into output: UnsafeMutablePointer<Float>
) {
    forEachCell(of: shape) { corner, below, target in
        let (a, b, c, d) = (
            input + corner, input + corner + shape.channels, input + below, input + below + shape.channels
        )
        for channel in 0..<shape.channels {
            let top = larger(a[channel], b[channel])
            output[target + channel] = larger(top, larger(c[channel], d[channel]))
        }
    }
}

/// The larger of two values; NaN if either is NaN (Swift's `max` can lose it, and with it the trace of an
/// overflow).
@inline(__always)
private func larger(_ a: Float, _ b: Float) -> Float {
    b > a || b.isNaN ? b : a
}

/// Every pixel repeated in a 2 x 2 cell (nearest neighbor). Output: 2·height x 2·width, same channels.
public func doubleNearest(
    _ input: UnsafePointer<Float>, shape: MapShape, into output: UnsafeMutablePointer<Float>
) {
    let rowCount = 2 * shape.width * shape.channels
    for y in 0..<shape.height {
        let row = output + 2 * y * rowCount
        for x in 0..<shape.width {
            let pixel = input + (y * shape.width + x) * shape.channels
            (row + 2 * x * shape.channels).update(from: pixel, count: shape.channels)
            (row + (2 * x + 1) * shape.channels).update(from: pixel, count: shape.channels)
        }
        (row + rowCount).update(from: row, count: rowCount)
    }
}

/// Calls `body` with the offsets of each 2 x 2 cell: its upper left pixel, the pixel below, and the output
/// pixel.
@inline(__always)
private func forEachCell(of shape: MapShape, _ body: (_ corner: Int, _ below: Int, _ target: Int) -> Void) {
    let (rows, columns) = (shape.height / 2, shape.width / 2)
    for y in 0..<rows {
        for x in 0..<columns {
            let corner = (2 * y * shape.width + 2 * x) * shape.channels
            body(corner, corner + shape.width * shape.channels, (y * columns + x) * shape.channels)
        }
    }
}
