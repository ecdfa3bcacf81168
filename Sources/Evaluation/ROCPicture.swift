public import Pictures
public import Pixels

/// The ROC curves of a model and of trivial quantities, with their areas.
public struct ROCPicture: Sendable {
    /// A curve and its line in the legend.
    public struct Entry: Sendable {
        public let name: String
        public let curve: ROCCurve
        public let area: AreaEstimate

        public init(name: String, curve: ROCCurve, area: AreaEstimate) {
            self.name = name
            self.curve = curve
            self.area = area
        }
    }

    private let title: String
    private let model: Entry
    private let baselines: [Entry]

    private static let plot = Drawing.Rectangle(x: 72, y: 78, width: 560, height: 560)
    private static let width = 672
    private static let legendTop = 708.0
    private static let lineHeight = 24.0

    /// - Parameter baselines: what the model is compared with, drawn thinner and dashed.
    public init(title: String, model: Entry, baselines: [Entry] = []) {
        self.title = title
        self.model = model
        self.baselines = baselines
    }

    public func image(scale: Int = 2) -> RGBImage { drawing.image(scale: scale) }

    public var svg: String { drawing.svg }

    public var drawing: Drawing {
        let height = Self.legendTop + Self.lineHeight * Double(2 + baselines.count)
        var drawing = Drawing(width: Self.width, height: Int(height))
        let plot = PlotArea(
            area: Self.plot, x: PlotArea.Axis("false positive rate", from: 0, to: 1, ticks: 5),
            y: PlotArea.Axis("true positive rate (sensitivity)", from: 0, to: 1, ticks: 5))
        drawing.text(title, at: Drawing.Point(Self.plot.x, 34), height: 13, within: Self.plot.width)
        plot.drawGrid(on: &drawing)
        drawing.line([plot.place(0, 0), plot.place(1, 1)], Self.chance)
        plot.drawFrame(on: &drawing)
        for (index, entry) in baselines.enumerated().reversed() {
            draw(entry, .further(index), plot, on: &drawing)
        }
        draw(model, .leading, plot, on: &drawing)
        drawLegend(on: &drawing)
        return drawing
    }

    private static let chance = Drawing.Stroke(
        Ink.faint, width: 1.2, dash: Drawing.Dash(length: 2, gap: 5))

    private func draw(_ entry: Entry, _ stroke: Drawing.Stroke, _ plot: PlotArea, on drawing: inout Drawing) {
        let points = entry.curve.corners.map { plot.place($0.falsePositiveRate, $0.truePositiveRate) }
        drawing.line(points.thinned(to: 0.75), stroke)
    }

    // MARK: Legend

    private func drawLegend(on drawing: inout Drawing) {
        var y = Self.legendTop
        func line(_ name: String, _ value: String, _ stroke: Drawing.Stroke) {
            let (left, right) = (Self.plot.x, Self.plot.maxX)
            drawing.line([Drawing.Point(left, y - 5), Drawing.Point(left + 40, y - 5)], stroke)
            let room = right - left - 78 - Canvas.width(of: value, height: 9.5)
            drawing.text(name, at: Drawing.Point(left + 54, y), height: 9.5, within: room)
            drawing.text(value, at: Drawing.Point(right, y), height: 9.5, anchor: .end, Ink.text)
            y += Self.lineHeight
        }
        line(model.name, "AUC " + model.area.text(places: 3), .leading)
        for (index, entry) in baselines.enumerated() {
            line(entry.name, "AUC " + entry.area.text(places: 3), .further(index))
        }
        line("chance", "AUC 0.500", Self.chance)
    }
}

extension AreaEstimate {
    /// The area with its interval: `0.912 (0.894-0.930)`.
    func text(places: Int) -> String {
        let number = { (value: Double) in AxisTicks.text(value, places: places) }
        guard let interval else { return number(area) }
        return "\(number(area)) (\(number(interval.low))-\(number(interval.high)))"
    }
}
