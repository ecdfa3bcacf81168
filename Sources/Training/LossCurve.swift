internal import Foundation
internal import Pictures
public import Pixels

/// `loss.png`: the training loss over the updates, thin as measured and thick as smoothed, the held-out loss as
/// points, and where stages begin.
public struct LossCurve: Sendable {
    private let log: LossLog
    private let title: String
    private let steps: AxisRange
    private let losses: AxisRange

    private static let size = (width: 920, height: 520)
    private static let plot = PixelRect(x: 84, y: 64, width: 806, height: 384)
    private static let ink = RGBColor(red: 30, green: 30, blue: 34)
    private static let grid = RGBColor(red: 226, green: 226, blue: 230)
    private static let thin = RGBColor(red: 176, green: 198, blue: 226)
    private static let thick = RGBColor(red: 28, green: 90, blue: 168)
    private static let heldOut = RGBColor(red: 200, green: 70, blue: 20)
    private static let border = RGBColor(red: 120, green: 120, blue: 126)
    /// Points of the thin line: more than the plot has columns cannot be told apart.
    private static let pointLimit = 1_600

    public init(_ log: LossLog, title: String) {
        self.log = log
        self.title = title
        let last = Double(max(log.rows.last?.step ?? 1, 1))
        steps = AxisRange(low: 0, high: last)
        let values = log.rows.flatMap { [$0.loss, $0.heldOutLoss].compactMap { $0 } }
            .filter(\.isFinite).map(Double.init).sorted()
        losses = AxisRange(ofLosses: values)
    }

    public func draw() -> RGBImage {
        var canvas = Canvas(width: Self.size.width, height: Self.size.height, background: .white)
        text(title, on: &canvas, x: Double(Self.plot.x), y: 16, height: 13)
        drawAxes(on: &canvas)
        drawStages(on: &canvas)
        let points = trainingPoints
        draw(points, width: 1, Self.thin, on: &canvas)
        draw(Self.smoothed(points), width: 2.4, Self.thick, on: &canvas)
        drawHeldOut(on: &canvas)
        drawKey(on: &canvas)
        canvas.frame(Self.plot, Self.border)
        return canvas.image
    }

    // MARK: Curves

    private struct Point {
        var step: Double
        var loss: Double
        var stage: String
    }

    /// The finite training losses; where there are too many, means over equal numbers of them within a stage.
    private var trainingPoints: [Point] {
        let rows = log.rows.compactMap { row in
            row.loss.flatMap { loss in
                loss.isFinite ? Point(step: Double(row.step), loss: Double(loss), stage: row.stage) : nil
            }
        }
        let share = (rows.count + Self.pointLimit - 1) / Self.pointLimit
        guard share > 1 else { return rows }
        return stride(from: 0, to: rows.count, by: share).map { start in
            let part = rows[start..<min(start + share, rows.count)].filter { $0.stage == rows[start].stage }
            return Point(
                step: part.reduce(0) { $0 + $1.step } / Double(part.count),
                loss: part.reduce(0) { $0 + $1.loss } / Double(part.count), stage: rows[start].stage)
        }
    }

    /// Mean over a window around each point, which grows with the distance from the start of its stage: the
    /// steep beginning stays steep, the noise of the end disappears.
    private static func smoothed(_ points: [Point]) -> [Point] {
        var sums = [0.0]
        for point in points { sums.append(sums[sums.count - 1] + point.loss) }
        var result = points
        for stage in stages(of: points) {
            for index in stage {
                let before = min((index - stage.lowerBound) / 4, 40)
                let first = index - before
                let behind = min(index + before + 1, stage.upperBound)
                result[index].loss = (sums[behind] - sums[first]) / Double(behind - first)
            }
        }
        return result
    }

    /// Ranges of successive points of one stage.
    private static func stages(of points: [Point]) -> [Range<Int>] {
        var starts = points.indices.filter { $0 == 0 || points[$0].stage != points[$0 - 1].stage }
        starts.append(points.count)
        return zip(starts, starts.dropFirst()).map { $0..<$1 }
    }

    /// A line that does not join the losses of different stages: they are different quantities.
    private func draw(_ points: [Point], width: Double, _ color: RGBColor, on canvas: inout Canvas) {
        for (a, b) in zip(points, points.dropFirst()) where a.stage == b.stage {
            canvas.line(from: place(a.step, a.loss), to: place(b.step, b.loss), width: width, color)
        }
    }

    private func drawHeldOut(on canvas: inout Canvas) {
        let rows = log.rows.filter { $0.heldOutLoss?.isFinite == true }
        for row in rows {
            guard let loss = row.heldOutLoss else { continue }
            let center = place(Double(row.step), Double(loss))
            canvas.line(from: center, to: center, width: 9, .white)
            canvas.line(from: center, to: center, width: 7, Self.heldOut)
        }
    }

    private func place(_ step: Double, _ loss: Double) -> (x: Double, y: Double) {
        let plot = Self.plot
        return (
            Double(plot.x) + steps.position(step) * Double(plot.width - 1),
            Double(plot.maxY - 1) - min(1, max(0, losses.position(loss))) * Double(plot.height - 1)
        )
    }

    // MARK: Frame

    private func drawAxes(on canvas: inout Canvas) {
        let plot = Self.plot
        let lossTicks = AxisTicks.values(from: losses.low, to: losses.high, count: 7)
        let places = AxisRange.places(lossTicks)
        for tick in lossTicks {
            let y = place(0, tick).y
            canvas.fill(PixelRect(x: plot.x, y: Int(y.rounded()), width: plot.width, height: 1), Self.grid)
            let label = AxisTicks.text(tick, places: places)
            text(
                label, on: &canvas, x: Double(plot.x - 10) - Canvas.width(of: label, height: 10), y: y - 5,
                height: 10)
        }
        for tick in AxisTicks.values(from: 0, to: steps.high, count: 7) where tick == tick.rounded() {
            let x = place(tick, 0).x
            canvas.fill(PixelRect(x: Int(x.rounded()), y: plot.maxY, width: 1, height: 5), Self.ink)
            let label = AxisTicks.text(tick, places: 0)
            text(
                label, on: &canvas, x: x - Canvas.width(of: label, height: 10) / 2, y: Double(plot.maxY + 11),
                height: 10)
        }
        text("loss", on: &canvas, x: 14, y: Double(plot.y) - 18, height: 10)
        let name = "updates"
        text(
            name, on: &canvas, x: Double(plot.maxX) - Canvas.width(of: name, height: 10),
            y: Double(plot.maxY + 34), height: 10)
    }

    /// A line where a stage begins, and its name where there is room for it.
    private func drawStages(on canvas: inout Canvas) {
        let plot = Self.plot
        var starts: [(step: Double, name: String)] = []
        for row in log.rows where row.stage != starts.last?.name {
            starts.append((Double(row.step), row.stage))
        }
        guard starts.count > 1 else { return }
        let ends = starts.dropFirst().map(\.step) + [steps.high]
        for (index, (start, end)) in zip(starts, ends).enumerated() {
            let (left, right) = (place(start.step, 0).x, place(end, 0).x)
            if index > 0 {
                for y in stride(from: plot.y, to: plot.maxY, by: 6) {
                    canvas.fill(PixelRect(x: Int(left.rounded()), y: y, width: 1, height: 3), Self.border)
                }
            }
            let width = Canvas.width(of: start.name, height: 9)
            if right - left > width + 8 {
                text(
                    start.name, on: &canvas, x: (left + right - width) / 2, y: Double(plot.y - 16), height: 9)
            }
        }
    }

    private func drawKey(on canvas: inout Canvas) {
        let y = Double(Self.plot.maxY + 34)
        var x = Double(Self.plot.x)
        func entry(_ name: String, _ color: RGBColor, width: Double, length: Double) {
            canvas.line(from: (x, y + 5), to: (x + length, y + 5), width: width, color)
            text(name, on: &canvas, x: x + length + 8 + width / 2, y: y, height: 10)
            x += length + 34 + Canvas.width(of: name, height: 10)
        }
        entry("training batch", Self.thin, width: 1.5, length: 24)
        entry("smoothed", Self.thick, width: 2.4, length: 24)
        if log.rows.contains(where: { $0.heldOutLoss != nil }) {
            entry("held-out images", Self.heldOut, width: 7, length: 0)
        }
    }

    private func text(_ text: String, on canvas: inout Canvas, x: Double, y: Double, height: Double) {
        canvas.text(text, x: x, y: y, height: height, Self.ink)
    }
}

/// The values that an axis spans.
private struct AxisRange: Sendable {
    let low: Double
    let high: Double

    init(low: Double, high: Double) {
        self.low = low
        self.high = max(high, low + 1e-9)
    }

    /// From a little below the lowest loss to the highest, without the spikes of the first updates: what lies
    /// above is drawn at the upper edge.
    init(ofLosses sorted: [Double]) {
        guard let lowest = sorted.first, let highest = sorted.last else {
            self.init(low: 0, high: 1)
            return
        }
        let typical = sorted[Int(0.98 * Double(sorted.count - 1))]
        let top = min(highest, typical + 0.4 * (typical - lowest))
        let margin = max(0.05 * (top - lowest), 1e-6)
        self.init(low: max(0, lowest - margin), high: top + margin)
    }

    func position(_ value: Double) -> Double { (value - low) / (high - low) }

    /// Decimals that tell neighboring ticks apart.
    static func places(_ ticks: [Double]) -> Int {
        guard ticks.count > 1 else { return 2 }
        return max(0, min(6, Int((-log10(ticks[1] - ticks[0]) - 1e-9).rounded(.up))))
    }
}
