/// What is reported of an evaluation.
public struct EvaluationSummary: Sendable, Codable {
    public let normal: Int
    public let abnormal: Int
    /// Images that could not be used.
    public let bad: Int
    /// Area under the ROC curve of the model's score.
    public let auc: Double?
    /// Of trivial quantities: darkness in red, optical density, darkness. Below 0.5 where what is abnormal is the
    /// lighter.
    public let aucLowMeanRed: Double?
    public let aucMeanOpticalDensity: Double?
    public let aucLowMeanIntensity: Double?
    /// The same whichever way the quantity points, 0.5 to 1: what a model has to beat.
    public let separationMeanRed: Double?
    public let separationMeanOpticalDensity: Double?
    public let separationMeanIntensity: Double?
    /// Among pairs whose mean optical density differs by less than ``densityTolerance``: what the score knows
    /// beyond it.
    public let matchedAUC: Double?
    public let matchedPairs: Int

    public static let densityTolerance = 0.02

    public init(_ evaluation: ImageEvaluation) {
        self.init(rows: evaluation.rows, bad: evaluation.leftOut.count)
    }

    package init(rows: [ImageEvaluation.Row], bad: Int) {
        let parts = Dictionary(grouping: rows, by: \.isAbnormal)
        let (normals, abnormals) = (parts[false] ?? [], parts[true] ?? [])
        let area = { (value: (ImageEvaluation.Row) -> Double) in
            ROC.area(normal: normals.map(value), abnormal: abnormals.map(value))
        }
        let sample = { (row: ImageEvaluation.Row) in
            ROC.Sample(score: Double(row.score), baseline: row.baselines.meanOpticalDensity)
        }
        (normal, abnormal, self.bad) = (normals.count, abnormals.count, bad)
        auc = area { Double($0.score) }
        aucLowMeanRed = area { -$0.baselines.meanRed }
        aucMeanOpticalDensity = area { $0.baselines.meanOpticalDensity }
        aucLowMeanIntensity = area { -$0.baselines.meanIntensity }
        separationMeanRed = aucLowMeanRed.map(Self.eitherWay)
        separationMeanOpticalDensity = aucMeanOpticalDensity.map(Self.eitherWay)
        separationMeanIntensity = aucLowMeanIntensity.map(Self.eitherWay)
        let matched = ROC.matchedArea(
            normal: normals.map(sample), abnormal: abnormals.map(sample), tolerance: Self.densityTolerance)
        (matchedAUC, matchedPairs) = (matched?.area, matched?.pairs ?? 0)
    }

    private static func eitherWay(_ area: Double) -> Double { max(area, 1 - area) }
}

extension EvaluationSummary: CustomStringConvertible {
    /// A small table. A trivial quantity is named by the direction in which it separates.
    public var description: String {
        "\(normal) normal and \(abnormal) abnormal images, \(bad) left out\n"
            + Self.line("area under the ROC curve", "AUC") + Self.line("model", Self.number(auc))
            + Self.trivial(low: "low mean red", high: "high mean red", aucLowMeanRed)
            + Self.trivial(
                low: "high mean optical density", high: "low mean optical density", aucMeanOpticalDensity)
            + Self.trivial(low: "low mean intensity", high: "high mean intensity", aucLowMeanIntensity)
            + Self.line("model, pairs of equal optical density", Self.number(matchedAUC) + pairs)
    }

    private var pairs: String {
        "   (\(matchedPairs) pairs within \(Self.densityTolerance) of optical density)"
    }

    /// - Parameters:
    ///   - low: name of the direction that `area` is for.
    ///   - high: name of the opposite one.
    private static func trivial(low: String, high: String, _ area: Double?) -> String {
        line("trivial: " + (area ?? 1 < 0.5 ? high : low), number(area.map(eitherWay)))
    }

    private static func number(_ area: Double?) -> String {
        area.map { "\(($0 * 10_000).rounded() / 10_000)" } ?? "-"
    }

    private static func line(_ name: String, _ value: String) -> String {
        name + String(repeating: " ", count: max(1, 44 - name.count)) + value + "\n"
    }
}
