/// Where axes and values of a picture with parallel coordinates lie on the sheet.
struct ParallelLayout: Sendable {
    let axes: [ParallelCoordinatesPicture.Axis]
    let top = 104.0
    let bottom: Double
    /// Distance between neighboring axes.
    private let spacing: Double
    private let trialCount: Int

    private static let margin = 92.0
    /// At least this much for each value, where the picture can be that high.
    private static let slot = 34.0

    init(axes: [ParallelCoordinatesPicture.Axis], trialCount: Int) {
        self.axes = axes
        self.trialCount = trialCount
        let mostValues = Double(axes.map(\.labels.count).max() ?? 0)
        bottom = top + min(max(mostValues * Self.slot, 340), 720)
        spacing = max(150, 420 / Double(max(axes.count, 1)))
    }

    var width: Double { max(480, x(of: axes.count) + Self.margin + 16) }

    var legendTop: Double { bottom + 40 }

    /// Room of a name or a value at its axis.
    var labelWidth: Double { min(spacing, 2 * Self.margin) - 18 }

    /// The axis behind the last parameter is that of the score.
    func x(of axis: Int) -> Double { Self.margin + Double(axis) * spacing }

    /// Its left border is the axis of the score.
    var scoreBar: Drawing.Rectangle {
        Drawing.Rectangle(x: x(of: axes.count), y: top, width: 14, height: bottom - top)
    }

    /// Middle of a value's mark. All values of an axis have the same room.
    func height(of value: Int, axis: Int) -> Double {
        bottom - (Double(value) + 0.5) * room(axis: axis)
    }

    /// Length of the marks, along which the trials of a value lie side by side.
    func bundle(axis: Int) -> Double {
        let room = self.room(axis: axis)
        return min(room >= Self.slot - 1 ? room - 22 : 0.5 * room, 28, 2.5 * Double(max(trialCount, 1) - 1))
    }

    /// Baseline of a value's label: below its mark, or on it where only some values have room for one.
    func labelHeight(of value: Int, axis: Int) -> Double {
        height(of: value, axis: axis) + (step(axis: axis) > 1 ? 4 : bundle(axis: axis) / 2 + 14)
    }

    /// 1 if every value has room for its label, 2 if every second has, and so on.
    func step(axis: Int) -> Int { max(1, Int((18 / room(axis: axis)).rounded(.up))) }

    private func room(axis: Int) -> Double { (bottom - top) / Double(max(axes[axis].labels.count, 1)) }
}

/// A trial and how it compares with the others.
struct RankedTrial: Sendable {
    let values: [Int]
    let score: Double?
    let isWinner: Bool
    /// From -0.5 for the worst to 0.5 for the best.
    let standing: Double
    /// One of the best tenth, at least one trial.
    let isAmongBest: Bool

    /// From the worst to the best: first those without a score, and of equal ones the earlier first.
    static func ranked(_ trials: [ParallelCoordinatesPicture.Trial]) -> [RankedTrial] {
        let scores = trials.map { ValueRange.shown($0.score) }
        let order = trials.indices.sorted {
            (scores[$0] ?? -.infinity, $0) < (scores[$1] ?? -.infinity, $1)
        }
        let best = max(1, trials.count / 10)
        return order.enumerated().map { rank, index in
            RankedTrial(
                values: trials[index].values, score: scores[index], isWinner: trials[index].isWinner,
                standing: trials.count > 1 ? Double(rank) / Double(trials.count - 1) - 0.5 : 0,
                isAmongBest: rank >= trials.count - best)
        }
    }
}
