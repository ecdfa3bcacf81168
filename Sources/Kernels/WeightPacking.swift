internal import CKernels

extension Correlation {
    /// Names all that decides the bytes of packed weights: correlations with equal names share them, whatever the
    /// batch and the size of the images.
    var weightLayout: String {
        "\(method) \(shape.rows)x\(shape.columns) \(shape.inputs)->\(shape.outputs) from \(weights.start) "
            + "by \(weights.output),\(weights.input),\(weights.row),\(weights.column)"
    }

    /// Calls `body` with the first output and the width of each panel of weights: 16 outputs, and 8 and 4 for
    /// the rest.
    @inline(__always)
    private func forEachPanel(_ body: (_ first: Int, _ width: Int) -> Void) {
        var first = 0
        while first < shape.outputs {
            let rest = shape.outputs - first
            let width = rest >= 16 ? 16 : rest > 4 ? 8 : 4
            body(first, width)
            first += width
        }
    }

    /// Panels of weights in order (ky, kx, input, output), zeros for outputs that do not exist.
    func packPanels(_ source: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
        var target = packed
        forEachPanel { first, width in
            for row in 0..<shape.rows {
                for column in 0..<shape.columns {
                    let place = weights.start + row * weights.row + column * weights.column
                    for input in 0..<shape.inputs {
                        for lane in 0..<width {
                            let output = first + lane
                            target[lane] =
                                output < shape.outputs
                                ? source[place + input * weights.input + output * weights.output] : 0
                        }
                        target += width
                    }
                }
            }
        }
    }

    /// 36 planes of panels, each for one of the 6 x 6 points of G g Gᵀ (Lavin and Gray 2016, section 4.3).
    func packWinograd(_ source: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
        let plane = packedCount / 36
        forEachPanel { first, width in
            for input in 0..<shape.inputs {
                for lane in 0..<width {
                    let target = packed + first * shape.inputs + input * width + lane
                    let output = first + lane
                    guard output < shape.outputs else {
                        for point in 0..<36 { target[point * plane] = 0 }
                        continue
                    }
                    let place = weights.start + output * weights.output + input * weights.input
                    transformWindow(source + place, into: target, plane: plane)
                }
            }
        }
    }

    private func transformWindow(
        _ window: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, plane: Int
    ) {
        typealias Six = (Float, Float, Float, Float, Float, Float)
        func line(_ row: Int) -> Six {
            let first = window + row * weights.row
            return winogradPoints(first[0], first[weights.column], first[2 * weights.column])
        }
        let (a, b, c) = (line(0), line(1), line(2))
        func store(_ column: Int, _ top: Float, _ middle: Float, _ bottom: Float) {
            let values = winogradPoints(top, middle, bottom)
            target[column * plane] = values.0
            target[(6 + column) * plane] = values.1
            target[(12 + column) * plane] = values.2
            target[(18 + column) * plane] = values.3
            target[(24 + column) * plane] = values.4
            target[(30 + column) * plane] = values.5
        }
        store(0, a.0, b.0, c.0)
        store(1, a.1, b.1, c.1)
        store(2, a.2, b.2, c.2)
        store(3, a.3, b.3, c.3)
        store(4, a.4, b.4, c.4)
        store(5, a.5, b.5, c.5)
    }
}

/// One dimension of the weights' transform: G g for the points 0, 1, -1, 2, -2 and infinity.
private func winogradPoints(_ a: Float, _ b: Float, _ c: Float) -> (Float, Float, Float, Float, Float, Float)
{
    let (outer, quarter) = (a + c, a / 24 + c / 6)
    return (a / 4, -(outer + b) / 6, -(outer - b) / 6, quarter + b / 12, quarter - b / 12, c)
}
