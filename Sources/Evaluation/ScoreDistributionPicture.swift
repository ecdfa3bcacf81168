public import Pictures
public import Pixels

/// Where the scores of normal and abnormal images lie: histograms over common bins, and above them the percentiles.
public struct ScoreDistributionPicture: Sendable {
    private let title: String
    private let scores: LabeledScores
    private let histogram: ScoreHistogram

    private static let plot = Drawing.Rectangle(x: 72, y: 142, width: 800, height: 330)
    private static let size = (width: 912, height: 580)

    public init(title: String, scores: LabeledScores) {
        self.title = title
        self.scores = scores
        histogram = ScoreHistogram(scores)
    }

    public func image(scale: Int = 2) -> RGBImage { drawing.image(scale: scale) }

    public var svg: String { drawing.svg }

    public var drawing: Drawing {
        var drawing = Drawing(width: Self.size.width, height: Self.size.height)
        let plot = PlotArea(
            area: Self.plot,
            x: PlotArea.Axis("score", from: histogram.low, to: histogram.high, ticks: 8),
            y: PlotArea.Axis(
                "part of the images of each kind", from: 0, to: max(histogram.peak * 1.06, 1e-6), ticks: 5,
                percent: true))
        drawing.text(title, at: Drawing.Point(Self.plot.x, 34), height: 13, within: Self.plot.width)
        plot.drawGrid(on: &drawing)
        draw(histogram.normal, Ink.blue, dash: nil, plot, on: &drawing)
        draw(histogram.abnormal, Ink.vermilion, dash: Drawing.Dash(length: 9, gap: 4), plot, on: &drawing)
        plot.drawFrame(on: &drawing)
        drawPercentiles(of: scores.normal, Ink.blue, y: 72, plot, on: &drawing)
        drawPercentiles(of: scores.abnormal, Ink.vermilion, y: 98, plot, on: &drawing)
        drawLegend(on: &drawing)
        return drawing
    }

    /// An outline with a pale area below, so that both histograms can be seen through one another.
    private func draw(
        _ shares: [Double], _ color: RGBColor, dash: Drawing.Dash?, _ plot: PlotArea,
        on drawing: inout Drawing
    ) {
        var outline = [plot.place(histogram.low, 0)]
        for (bin, share) in shares.enumerated() {
            let left = plot.place(histogram.low + Double(bin) * histogram.binWidth, share)
            let right = plot.place(histogram.low + Double(bin + 1) * histogram.binWidth, share)
            outline += [left, right]
            drawing.fill(
                Drawing.Rectangle(
                    x: left.x, y: left.y, width: right.x - left.x, height: plot.area.maxY - left.y), color,
                opacity: 0.13)
        }
        outline.append(plot.place(histogram.high, 0))
        drawing.line(outline, Drawing.Stroke(color, width: 2, dash: dash))
    }

    // MARK: Percentiles

    /// A thin line from the 5th to the 95th percentile, a thick one between the quartiles, a white mark at the median.
    private func drawPercentiles(
        of scores: [Double], _ color: RGBColor, y: Double, _ plot: PlotArea, on drawing: inout Drawing
    ) {
        let sorted = scores.sorted()
        func point(_ percent: Double) -> Drawing.Point {
            let score = Percentile.value(percent, of: sorted)
            return Drawing.Point(plot.place(min(histogram.high, max(histogram.low, score)), 0).x, y)
        }
        drawing.line([point(5), point(95)], Drawing.Stroke(color, width: 1.6))
        for percent in [5.0, 95] {
            let end = point(percent)
            drawing.line(
                [Drawing.Point(end.x, y - 4), Drawing.Point(end.x, y + 4)], Drawing.Stroke(color, width: 1.6))
        }
        let (left, right) = (point(25).x, point(75).x)
        // Where the quartiles are equal, the box stays visible.
        let width = max(5, right - left)
        drawing.fill(
            Drawing.Rectangle(x: (left + right - width) / 2, y: y - 6, width: width, height: 12), color)
        let median = point(50)
        drawing.line(
            [Drawing.Point(median.x, y - 6), Drawing.Point(median.x, y + 6)],
            Drawing.Stroke(.white, width: 2))
    }

    // MARK: Legend

    private func drawLegend(on drawing: inout Drawing) {
        let y = Self.plot.maxY + 68
        var x = Self.plot.x
        func entry(_ name: String, _ color: RGBColor, dash: Drawing.Dash?) {
            drawing.line(
                [Drawing.Point(x, y - 5), Drawing.Point(x + 40, y - 5)],
                Drawing.Stroke(color, width: 2, dash: dash))
            drawing.text(name, at: Drawing.Point(x + 52, y), height: 9.5, Ink.text)
            x += 92 + 9.5 * Double(name.count)
        }
        entry("\(scores.normalCount) normal", Ink.blue, dash: nil)
        entry("\(scores.abnormalCount) abnormal", Ink.vermilion, dash: Drawing.Dash(length: 9, gap: 4))
        drawing.text(
            "above: median, quartiles, 5th and 95th percentile" + outsideRemark,
            at: Drawing.Point(Self.plot.x, y + 26), height: 8, Ink.border)
    }

    private var outsideRemark: String {
        histogram.outside == 0 ? "" : ", \(histogram.outside) images beyond the ends in the outermost bins"
    }
}
