public import Pixels

/// How good a model becomes with how many anomalies it was chosen by: mean and spread of its test score, for
/// anomalies of one kind, of two, and so on (after figure 5 of the paper on the Deep Perceptual Autoencoder).
public struct AnomalyCountPicture: Sendable {
    /// Repeated experiments with one number of anomalies.
    public struct Point: Sendable, Equatable {
        public let mean: Double
        /// Standard deviation; nil if there was a single experiment.
        public let deviation: Double?

        public init(mean: Double, deviation: Double?) {
            self.mean = mean
            self.deviation = deviation
        }
    }

    /// Experiments that differ only in the number of anomalies.
    public struct Series: Sendable {
        public let name: String
        /// One for each number of anomalies; nil where there was no experiment.
        public let points: [Point?]

        public init(name: String, points: [Point?]) {
            self.name = name
            self.points = points
        }
    }

    /// A score that does not depend on the number of anomalies.
    public struct Reference: Sendable {
        public let name: String
        public let value: Double

        public init(name: String, value: Double) {
            self.name = name
            self.value = value
        }
    }

    private let title: String
    private let counts: [Int]
    private let series: [Series]
    private let references: [Reference]

    private static let plot = Drawing.Rectangle(x: 72, y: 78, width: 680, height: 400)
    private static let width = 792
    private static let legendTop = 548.0

    /// - Parameters:
    ///   - counts: numbers of anomalies, which stand at equal distances.
    ///   - series: each with as many points as there are counts.
    ///   - references: drawn as dashed lines, such as the best configuration of the grid.
    public init(title: String, counts: [Int], series: [Series], references: [Reference]) {
        for line in series {
            precondition(
                line.points.count == counts.count, "\(line.points.count) points, \(counts.count) counts")
        }
        self.title = title
        self.counts = counts
        self.series = series
        self.references = references
    }

    public func image(scale: Int = 2) -> RGBImage { drawing.image(scale: scale) }

    public var svg: String { drawing.svg }

    public var drawing: Drawing {
        let (legend, range) = (self.legend, self.range)
        var drawing = Drawing(width: Self.width, height: Int(Self.legendTop + legend.height))
        let plot = PlotArea(
            area: Self.plot, x: countAxis,
            y: PlotArea.Axis(
                "area under the ROC curve of the test", from: range.low, to: range.high, ticks: 6))
        drawing.label(title, at: Drawing.Point(Self.plot.x, 34), height: 13, within: Self.plot.width)
        plot.drawGrid(on: &drawing)
        plot.drawFrame(on: &drawing)
        for (index, reference) in references.enumerated() {
            guard let value = ValueRange.shown(reference.value) else { continue }
            let ends = [plot.place(plot.x.low, value), plot.place(plot.x.high, value)]
            drawing.line(ends, Self.stroke(ofReference: index))
        }
        for index in series.indices { drawBars(index, plot, on: &drawing) }
        for index in series.indices { drawMeans(index, plot, on: &drawing) }
        legend.draw(from: Self.plot.x, to: Self.plot.maxX, top: Self.legendTop, on: &drawing)
        return drawing
    }

    private var countAxis: PlotArea.Axis {
        PlotArea.Axis(
            "number of anomalies", from: -0.5, to: Double(max(counts.count, 1)) - 0.5,
            ticks: counts.indices.map(Double.init), labels: counts.map(String.init))
    }

    private var range: ValueRange {
        let ends: [Double?] = series.flatMap(\.points).flatMap { point -> [Double?] in
            guard let point, let mean = ValueRange.shown(point.mean) else { return [] }
            let deviation = Self.deviation(of: point) ?? 0
            return [mean - deviation, mean + deviation]
        }
        return ValueRange(ends + references.map(\.value), margin: 0.06)
    }

    private static func deviation(of point: Point) -> Double? {
        ValueRange.shown(point.deviation).flatMap { $0 >= 0 ? $0 : nil }
    }

    // MARK: Series

    /// The series stand side by side, so that their bars do not cover one another.
    private func shift(of index: Int) -> Double {
        let slot = Self.plot.width / Double(max(counts.count, 1))
        let step = min(11, 0.6 * slot / Double(series.count))
        return (Double(index) - Double(series.count - 1) / 2) * step
    }

    private func place(_ mean: Double, column: Int, series index: Int, _ plot: PlotArea) -> Drawing.Point {
        let point = plot.place(Double(column), mean)
        return Drawing.Point(point.x + shift(of: index), point.y)
    }

    private func drawBars(_ index: Int, _ plot: PlotArea, on drawing: inout Drawing) {
        let stroke = Drawing.Stroke(Self.stroke(ofSeries: index).color, width: 1.4)
        for (column, point) in series[index].points.enumerated() {
            guard let point, let mean = ValueRange.shown(point.mean),
                let deviation = Self.deviation(of: point)
            else { continue }
            let top = place(mean + deviation, column: column, series: index, plot)
            let bottom = place(mean - deviation, column: column, series: index, plot)
            drawing.line([top, bottom], stroke)
            for end in [top, bottom] {
                drawing.line([Drawing.Point(end.x - 3, end.y), Drawing.Point(end.x + 3, end.y)], stroke)
            }
        }
    }

    /// A line through the means, interrupted where one is missing, and a point at each.
    private func drawMeans(_ index: Int, _ plot: PlotArea, on drawing: inout Drawing) {
        var runs: [[Drawing.Point]] = [[]]
        for (column, point) in series[index].points.enumerated() {
            if let mean = ValueRange.shown(point?.mean) {
                runs[runs.count - 1].append(place(mean, column: column, series: index, plot))
            } else {
                runs.append([])
            }
        }
        let stroke = Self.stroke(ofSeries: index)
        for run in runs where run.count > 1 { drawing.line(run, stroke) }
        for point in runs.joined() { drawing.dot(at: point, stroke.color) }
    }

    // MARK: Legend

    private static func stroke(ofSeries index: Int) -> Drawing.Stroke {
        let colors = [Ink.blue] + Ink.others
        let dash = index < colors.count ? nil : Drawing.Dash(length: 6, gap: 5)
        return Drawing.Stroke(colors[index % colors.count], width: 2, dash: dash)
    }

    private static func stroke(ofReference index: Int) -> Drawing.Stroke {
        let dashes = [
            Drawing.Dash(length: 10, gap: 6), Drawing.Dash(length: 2, gap: 5),
            Drawing.Dash(length: 20, gap: 6),
        ]
        return Drawing.Stroke(
            index == 0 ? Ink.text : Ink.border, width: 1.6, dash: dashes[index % dashes.count])
    }

    private var legend: Legend {
        let lines = series.enumerated().map {
            Legend.Entry($1.name, Self.stroke(ofSeries: $0), hasPoint: true)
        }
        let dashed = references.enumerated().map { index, reference in
            let value = ValueRange.shown(reference.value)
            return Legend.Entry(
                reference.name, value: value.map { range.text($0) } ?? "", Self.stroke(ofReference: index))
        }
        return Legend(entries: lines + dashed, remark: "points: means, bars: standard deviations")
    }
}
