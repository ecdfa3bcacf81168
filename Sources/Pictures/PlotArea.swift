internal import Pixels

/// The part of a sheet on which values are drawn: two axes with ticks and a light grid.
package struct PlotArea {
    /// One axis.
    package struct Axis {
        let name: String
        let low: Double
        let high: Double
        let ticks: [Double]
        /// What stands at each tick.
        let labels: [String]

        /// Round ticks, about `count` of them. `high` must be above `low`.
        package init(
            _ name: String, from low: Double, to high: Double, ticks count: Int, percent: Bool = false
        ) {
            self.name = name
            (self.low, self.high) = (low, high)
            let scale = percent ? 100.0 : 1
            let values = AxisTicks.values(from: low * scale, to: high * scale, count: count)
            ticks = values.map { $0 / scale }
            let places = Self.places(values)
            labels = values.map { Self.text($0, places: places) + (percent ? "%" : "") }
        }

        /// Ticks at chosen places. `high` must be above `low`.
        init(_ name: String, from low: Double, to high: Double, ticks: [Double], labels: [String]) {
            precondition(ticks.count == labels.count, "\(ticks.count) ticks and \(labels.count) labels")
            self.name = name
            (self.low, self.high) = (low, high)
            (self.ticks, self.labels) = (ticks, labels)
        }

        func position(_ value: Double) -> Double { (value - low) / (high - low) }

        /// Decimals that tell neighboring ticks apart.
        private static func places(_ ticks: [Double]) -> Int {
            guard ticks.count > 1 else { return 2 }
            var (step, places) = (ticks[1] - ticks[0], 0)
            while step < 1 - 1e-9, places < 9 {
                step *= 10
                places += 1
            }
            return places
        }

        /// Numbers too large or too small for a few decimals are written with an exponent.
        private static func text(_ value: Double, places: Int) -> String {
            abs(value) < 1e8 && places <= 6 ? AxisTicks.text(value, places: places) : "\(Float(value))"
        }
    }

    package let area: Drawing.Rectangle
    let x: Axis
    let y: Axis

    package init(area: Drawing.Rectangle, x: Axis, y: Axis) {
        self.area = area
        self.x = x
        self.y = y
    }

    package func place(_ x: Double, _ y: Double) -> Drawing.Point {
        Drawing.Point(
            area.x + self.x.position(x) * area.width, area.maxY - self.y.position(y) * area.height)
    }

    /// The grid, the tick labels and the names of the axes. To be drawn first.
    package func drawGrid(on drawing: inout Drawing) {
        let thin = Drawing.Stroke(Ink.grid, width: 1)
        for (tick, label) in zip(y.ticks, y.labels) {
            let height = place(x.low, tick).y
            drawing.line(
                [Drawing.Point(area.x, crisp(height)), Drawing.Point(area.maxX, crisp(height))], thin)
            drawing.text(
                label, at: Drawing.Point(area.x - 9, height + 4.5), height: 9, anchor: .end, Ink.text)
        }
        for (index, (tick, label)) in zip(x.ticks, x.labels).enumerated() {
            let left = place(tick, y.low).x
            drawing.line([Drawing.Point(crisp(left), area.y), Drawing.Point(crisp(left), area.maxY)], thin)
            guard index.isMultiple(of: labelStep) else { continue }
            drawing.text(
                label, at: Drawing.Point(left, area.maxY + 20), height: 9, anchor: .middle, Ink.text)
        }
        drawing.text(
            x.name, at: Drawing.Point(area.x + area.width / 2, area.maxY + 42), height: 10, anchor: .middle,
            Ink.text)
        drawing.text(y.name, at: Drawing.Point(area.x, area.y - 12), height: 10, Ink.text)
    }

    /// 1 if every tick of the horizontal axis has room for its label, 2 if every second has, and so on.
    private var labelStep: Int {
        let widest = x.labels.map { Canvas.width(of: $0, height: 9) }.max() ?? 0
        let spacing = area.width / Double(max(1, x.ticks.count))
        return max(1, Int(((widest + 12) / spacing).rounded(.up)))
    }

    /// To be drawn last, over the ends of curves.
    package func drawFrame(on drawing: inout Drawing) {
        let left = crisp(area.x)
        let top = crisp(area.y)
        drawing.frame(
            Drawing.Rectangle(
                x: left, y: top, width: crisp(area.maxX) - left, height: crisp(area.maxY) - top),
            Drawing.Stroke(Ink.border, width: 1))
    }

    /// Line of one unit's width that covers whole pixels.
    private func crisp(_ value: Double) -> Double { value.rounded(.down) + 0.5 }
}
