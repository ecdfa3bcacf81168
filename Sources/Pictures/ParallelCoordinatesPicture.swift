public import Pixels

/// A search for the best values of several parameters: an axis for each of them, the score as the last axis, and a
/// line through them all for every trial.
///
/// Higher scores are better; their lines are darker and drawn later. Trials that share a value pass through its mark
/// side by side, ordered by their scores.
public struct ParallelCoordinatesPicture: Sendable {
    /// A parameter.
    public struct Axis: Sendable {
        public let name: String
        /// Its values as they are to be written, from the bottom of the axis to its top.
        public let labels: [String]

        public init(name: String, labels: [String]) {
            self.name = name
            self.labels = labels
        }
    }

    /// One choice of all parameters.
    public struct Trial: Sendable {
        /// For each axis the index of the value.
        public let values: [Int]
        /// Nil for a trial that failed.
        public let score: Double?
        public let isWinner: Bool

        public init(values: [Int], score: Double?, isWinner: Bool) {
            self.values = values
            self.score = score
            self.isWinner = isWinner
        }
    }

    private let title: String
    private let scoreName: String
    private let layout: ParallelLayout
    private let trials: [RankedTrial]
    private let bar: ColorBar

    /// - Parameter trials: each with an index into the labels of every axis.
    public init(title: String, axes: [Axis], trials: [Trial], scoreName: String) {
        for trial in trials {
            precondition(trial.values.count == axes.count, "\(trial.values.count) values, \(axes.count) axes")
            for (value, axis) in zip(trial.values, axes) {
                precondition(
                    axis.labels.indices.contains(value), "the axis \(axis.name) has no value \(value)")
            }
        }
        self.title = title
        self.scoreName = scoreName
        layout = ParallelLayout(axes: axes, trialCount: trials.count)
        self.trials = RankedTrial.ranked(trials)
        bar = ColorBar(of: trials.map(\.score))
    }

    public func image(scale: Int = 2) -> RGBImage { drawing.image(scale: scale) }

    public var svg: String { drawing.svg }

    public var drawing: Drawing {
        let legend = self.legend
        var drawing = Drawing(
            width: Int(layout.width), height: Int(layout.legendTop + legend.height))
        drawing.label(title, at: Drawing.Point(24, 34), height: 13, within: layout.width - 48)
        drawAxes(on: &drawing)
        for trial in trials { drawing.line(path(of: trial), stroke(of: trial)) }
        for trial in trials where trial.isWinner { emphasize(trial, on: &drawing) }
        drawLabels(on: &drawing)
        for trial in trials where trial.isWinner { mark(trial, on: &drawing) }
        legend.draw(from: 24, to: layout.width - 24, top: layout.legendTop, on: &drawing)
        return drawing
    }

    // MARK: Axes

    /// A thin line for each parameter with a thick mark at each value, and the bar of the scores.
    private func drawAxes(on drawing: inout Drawing) {
        for (index, axis) in layout.axes.enumerated() {
            let x = layout.x(of: index)
            drawing.line(
                [Drawing.Point(x, layout.top), Drawing.Point(x, layout.bottom)],
                Drawing.Stroke(Ink.faint, width: 1))
            for value in axis.labels.indices {
                let (y, reach) = (layout.height(of: value, axis: index), layout.bundle(axis: index) / 2)
                drawing.line(
                    [Drawing.Point(x, y - reach), Drawing.Point(x, y + reach)],
                    Drawing.Stroke(Ink.grid, width: 7))
            }
        }
        bar.draw(in: layout.scoreBar, on: &drawing)
    }

    /// The names above the axes, and each value at its mark on a white patch.
    private func drawLabels(on drawing: inout Drawing) {
        for (index, axis) in layout.axes.enumerated() {
            drawName(axis.name, axis: index, on: &drawing)
            for (value, label) in axis.labels.enumerated()
            where value.isMultiple(of: layout.step(axis: index)) {
                let y = layout.labelHeight(of: value, axis: index)
                let short = FittedText.shortened(label, height: 8, within: layout.labelWidth)
                guard !short.isEmpty else { continue }
                let width = FittedText.width(of: short, height: 8) + 4
                let x = layout.x(of: index)
                drawing.fill(
                    Drawing.Rectangle(x: x - width / 2, y: y - 10, width: width, height: 12), .white,
                    opacity: 0.82)
                drawing.text(short, at: Drawing.Point(x, y), height: 8, anchor: .middle, Ink.text)
            }
        }
        drawName(scoreName, axis: layout.axes.count, on: &drawing)
    }

    private func drawName(_ name: String, axis: Int, on drawing: inout Drawing) {
        drawing.label(
            name, at: Drawing.Point(layout.x(of: axis), layout.top - 16), height: 10,
            within: layout.labelWidth, anchor: .middle)
    }

    // MARK: Trials

    /// Through its value on each axis to its score; without a score it ends at the last parameter.
    private func path(of trial: RankedTrial) -> [Drawing.Point] {
        let points = trial.values.enumerated().map { axis, value in
            Drawing.Point(
                layout.x(of: axis),
                layout.height(of: value, axis: axis) - trial.standing * layout.bundle(axis: axis))
        }
        guard let score = trial.score else { return points }
        return points + [
            Drawing.Point(layout.scoreBar.x, bar.height(of: score, in: layout.scoreBar))
        ]
    }

    /// The best tenth is thicker; all lines are thinner where there are many.
    private func stroke(of trial: RankedTrial) -> Drawing.Stroke {
        let width = trials.count > 200 ? 0.8 : trials.count > 40 ? 1.1 : 1.6
        guard let score = trial.score else { return Drawing.Stroke(Ink.faint, width: 0.8) }
        return Drawing.Stroke(bar.color(of: score), width: trial.isAmongBest ? width + 0.8 : width)
    }

    /// The line again, thick and in a color that no score has.
    private func emphasize(_ trial: RankedTrial, on drawing: inout Drawing) {
        drawing.line(path(of: trial), Drawing.Stroke(.white, width: 6))
        drawing.line(path(of: trial), Self.winning)
    }

    /// A ring on each axis.
    private func mark(_ trial: RankedTrial, on drawing: inout Drawing) {
        for point in path(of: trial) {
            drawing.line([point], Drawing.Stroke(Ink.green, width: 10))
            drawing.line([point], Drawing.Stroke(.white, width: 5))
        }
    }

    private static let winning = Drawing.Stroke(Ink.green, width: 3)

    // MARK: Legend

    private var legend: Legend {
        let failed = trials.count { $0.score == nil }
        var entries: [Legend.Entry] = []
        for winner in trials where winner.isWinner {
            let choice = zip(layout.axes, winner.values).map { "\($0.name) \($0.labels[$1])" }
            let score = winner.score.map { "\(scoreName) \(bar.range.text($0))" }
            entries.append(
                Legend.Entry(
                    "winner: " + choice.joined(separator: ", "), value: score ?? "", Self.winning))
        }
        if failed > 0 {
            entries.append(Legend.Entry("failed: \(failed)", Drawing.Stroke(Ink.faint, width: 0.8)))
        }
        return Legend(entries: entries, remark: "trials: \(trials.count), the higher the score the darker")
    }
}
