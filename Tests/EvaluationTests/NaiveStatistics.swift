import Evaluation
import Kernels

/// The statistics as their definitions have them, over all pairs and without any cleverness.
enum Naive {
    static func area(normal: [Double], abnormal: [Double]) -> Double {
        let wins = abnormal.reduce(0) { sum, a in
            sum + normal.reduce(0) { $0 + (a > $1 ? 2 : a == $1 ? 1 : 0) }
        }
        return Double(wins) / (2 * Double(normal.count) * Double(abnormal.count))
    }

    static func matchedArea(
        normal: [ROC.Sample], abnormal: [ROC.Sample], tolerance: Double
    ) -> (area: Double, pairs: Int)? {
        var (wins, pairs) = (0, 0)
        for a in normal {
            for b in abnormal where abs(a.baseline - b.baseline) < tolerance {
                pairs += 1
                wins += b.score > a.score ? 2 : b.score == a.score ? 1 : 0
            }
        }
        return pairs == 0 ? nil : (Double(wins) / (2 * Double(pairs)), pairs)
    }

    /// DeLong's variance from the structural components.
    static func variance(_ scores: LabeledScores) -> Double {
        func components(_ own: [Double], _ others: [Double], _ wins: (Double, Double) -> Bool) -> [Double] {
            own.map { a in
                others.reduce(0) { $0 + (wins(a, $1) ? 1 : a == $1 ? 0.5 : 0) } / Double(others.count)
            }
        }
        func varianceOfMean(_ values: [Double]) -> Double {
            let mean = values.reduce(0, +) / Double(values.count)
            return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
                / Double(values.count - 1)
        }
        return varianceOfMean(components(scores.abnormal, scores.normal, >))
            + varianceOfMean(components(scores.normal, scores.abnormal, <))
    }

    /// Areas of bootstrap replicates, each written out image by image.
    static func replicates(
        _ scores: LabeledScores, groups: [String], count: Int, seed: UInt64
    ) -> (areas: [Double], redrawn: Int) {
        var names: [String] = []
        for group in groups where !names.contains(group) { names.append(group) }
        var random = SeededGenerator(seed: seed)
        var (areas, redrawn) = ([Double](), 0)
        while areas.count < count {
            var (normal, abnormal) = ([Double](), [Double]())
            for _ in names {
                let drawn = names[random.next(in: 0..<names.count)]
                for index in groups.indices where groups[index] == drawn {
                    if scores.isAbnormal[index] {
                        abnormal.append(scores.scores[index])
                    } else {
                        normal.append(scores.scores[index])
                    }
                }
            }
            if normal.isEmpty || abnormal.isEmpty {
                redrawn += 1
            } else {
                areas.append(area(normal: normal, abnormal: abnormal))
            }
        }
        return (areas, redrawn)
    }
}

/// Invented scores that depend on a seed alone.
struct Invention {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// Of mean 0 and variance 1: the sum of twelve uniform numbers, less 6.
    mutating func bell() -> Double { (0..<12).reduce(-6) { sum, _ in sum + random.nextUnit() } }

    /// `normals` images around 0 and `abnormals` around `shift`, rounded to multiples of `step`.
    mutating func scores(
        normals: Int, abnormals: Int, shift: Double, step: Double
    ) throws -> LabeledScores {
        func rounded(_ value: Double) -> Double { (value / step).rounded() * step }
        return try LabeledScores(
            normal: (0..<normals).map { _ in rounded(bell()) },
            abnormal: (0..<abnormals).map { _ in rounded(bell() + shift) })
    }

    mutating func integer(below limit: Int) -> Int { random.next(in: 0..<limit) }
}
