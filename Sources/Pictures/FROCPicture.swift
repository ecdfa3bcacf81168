#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif
public import Pixels

/// Free-response ROC curves: which part of the lesions is found, over the false positives on an average slide.
///
/// The horizontal axis is logarithmic from 1/8 to 8 with ticks at the numbers of false positives over which the
/// score of the Camelyon16 challenge is a mean: 1/4, 1/2, 1, 2, 4 and 8.
public struct FROCPicture: Sendable {
    /// What is found at one threshold.
    public struct Point: Sendable, Equatable {
        /// On an average slide.
        public let falsePositives: Double
        /// Part of the lesions that is found.
        public let sensitivity: Double

        public init(falsePositives: Double, sensitivity: Double) {
            self.falsePositives = falsePositives
            self.sensitivity = sensitivity
        }
    }

    /// A curve and its line in the legend.
    public struct Curve: Sendable {
        public let name: String
        /// In any order. What is not a number is not drawn.
        public let points: [Point]
        /// Mean sensitivity at the six ticks from 1/4; nil if it is not known.
        public let score: Double?

        public init(name: String, points: [Point], score: Double?) {
            self.name = name
            self.points = points
            self.score = score
        }
    }

    private let title: String
    private let curves: [Curve]

    private static let plot = Drawing.Rectangle(x: 72, y: 78, width: 640, height: 440)
    private static let width = 752
    private static let legendTop = 588.0

    /// - Parameter curves: the first one is what the picture is about; the others are drawn thinner and dashed.
    public init(title: String, curves: [Curve]) {
        self.title = title
        self.curves = curves
    }

    public func image(scale: Int = 2) -> RGBImage { drawing.image(scale: scale) }

    public var svg: String { drawing.svg }

    public var drawing: Drawing {
        let legend = self.legend
        var drawing = Drawing(width: Self.width, height: Int(Self.legendTop + legend.height))
        let plot = PlotArea(
            area: Self.plot, x: Self.axis,
            y: PlotArea.Axis("sensitivity (part of the lesions found)", from: 0, to: 1, ticks: 5))
        drawing.label(title, at: Drawing.Point(Self.plot.x, 34), height: 13, within: Self.plot.width)
        plot.drawGrid(on: &drawing)
        plot.drawFrame(on: &drawing)
        for (index, curve) in curves.enumerated().reversed() {
            drawing.line(Self.steps(of: curve.points, on: plot), Self.stroke(index))
        }
        legend.draw(from: Self.plot.x, to: Self.plot.maxX, top: Self.legendTop, on: &drawing)
        return drawing
    }

    private static let axis = PlotArea.Axis(
        "false positives on an average slide (logarithmic)", from: -3, to: 3,
        ticks: [-3, -2, -1, 0, 1, 2, 3],
        labels: ["1/8", "1/4", "1/2", "1", "2", "4", "8"])

    private static func stroke(_ index: Int) -> Drawing.Stroke { index == 0 ? .leading : .further(index - 1) }

    /// The curve from the left end of the axis to the right one: it rises at each point, and stays as it is behind
    /// the last one. Empty without points.
    private static func steps(of points: [Point], on plot: PlotArea) -> [Drawing.Point] {
        let points = points.filter { $0.falsePositives.isFinite && $0.sensitivity.isFinite }
            .sorted { ($0.falsePositives, $0.sensitivity) < ($1.falsePositives, $1.sensitivity) }
        guard !points.isEmpty else { return [] }
        func place(_ x: Double, _ sensitivity: Double) -> Drawing.Point {
            plot.place(x, min(1, max(0, sensitivity)))
        }
        // What is found with fewer false positives than the axis shows is found at its left end.
        let edge = exp2(plot.x.low)
        var height = points.last { $0.falsePositives <= edge }?.sensitivity ?? 0
        var corners = [place(plot.x.low, height)]
        for point in points where point.falsePositives > edge && point.falsePositives <= exp2(plot.x.high) {
            let x = log2(point.falsePositives)
            corners += [place(x, height), place(x, point.sensitivity)]
            height = point.sensitivity
        }
        corners.append(place(plot.x.high, height))
        return corners.thinned(to: 0.75)
    }

    private var legend: Legend {
        Legend(
            entries: curves.enumerated().map { index, curve in
                let score = ValueRange.shown(curve.score).map { "score " + AxisTicks.text($0, places: 3) }
                return Legend.Entry(curve.name, value: score ?? "", Self.stroke(index))
            }, remark: "score: mean sensitivity at 1/4, 1/2, 1, 2, 4 and 8 false positives")
    }
}
