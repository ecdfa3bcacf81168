internal import Pixels

/// Colors of scores on white paper, and the bar that explains them: the higher, the darker.
struct ColorBar: Sendable {
    let range: ValueRange
    private let isEmpty: Bool
    private let ramp = ColorRamp()

    init(of scores: [Double?]) {
        range = ValueRange(scores)
        isEmpty = scores.allSatisfy { ValueRange.shown($0) == nil }
    }

    /// The ramp from its dark end for the highest score; its lightest part could not be told from the paper.
    func color(of score: Double) -> RGBColor {
        ramp.color(at: 0.86 * (1 - min(1, max(0, range.position(score)))))
    }

    /// Height on the sheet of a score on a bar or an axis that fills `area`.
    func height(of score: Double, in area: Drawing.Rectangle) -> Double {
        area.maxY - range.position(score) * area.height
    }

    /// The bar with ticks and their labels at its right; gray and without them if there is no score.
    func draw(in area: Drawing.Rectangle, on drawing: inout Drawing) {
        if isEmpty {
            drawing.fill(area, Ink.grid)
        } else {
            drawSlices(in: area, on: &drawing)
            drawTicks(rightOf: area, on: &drawing)
        }
        drawing.frame(area, Drawing.Stroke(Ink.border, width: 1))
    }

    private func drawSlices(in area: Drawing.Rectangle, on drawing: inout Drawing) {
        let slices = 96
        for slice in 0..<slices {
            // Each reaches to the bottom under those that follow, so that no viewer shows seams.
            let top = area.y + area.height * Double(slice) / Double(slices)
            let score = range.high - (range.high - range.low) * (Double(slice) + 0.5) / Double(slices)
            drawing.fill(
                Drawing.Rectangle(x: area.x, y: top, width: area.width, height: area.maxY - top),
                color(of: score))
        }
    }

    private func drawTicks(rightOf area: Drawing.Rectangle, on drawing: inout Drawing) {
        let axis = PlotArea.Axis(
            "", from: range.low, to: range.high, ticks: max(2, Int(area.height / 56)))
        for (tick, label) in zip(axis.ticks, axis.labels) {
            let y = height(of: tick, in: area)
            drawing.line(
                [Drawing.Point(area.maxX, y), Drawing.Point(area.maxX + 4, y)],
                Drawing.Stroke(Ink.border, width: 1))
            drawing.label(label, at: Drawing.Point(area.maxX + 9, y + 4.5), height: 9, within: 72)
        }
    }
}
