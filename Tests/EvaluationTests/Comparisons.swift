import Evaluation

/// Invented lists of scores of the same images.
enum Invented {
    /// `methods` lists of `count` images, every third of them abnormal, in groups of five that share a part
    /// of their score.
    static func lists(
        _ methods: Int, count: Int = 60, step: Double = 0.25, seed: UInt64 = 1, grouped: Bool = true
    ) -> [JointScores.List] {
        var invention = Invention(seed: seed)
        let common = (0..<count).map { invention.bell() + ($0 % 3 == 0 ? 1 : 0) }
        let ofGroups = (0...count / 5).map { _ in invention.bell() }
        return (0..<methods).map { method in
            let images = (0..<count).map { index in
                let score = common[index] + ofGroups[index / 5] + invention.bell()
                return ScoredImage(
                    score: (score / step).rounded() * step, isAbnormal: index % 3 == 0,
                    group: grouped ? "group \(index / 5)" : nil, name: "image \(index)")
            }
            return JointScores.List(name: "method \(method)", images: images)
        }
    }

    static let settings = ModelComparison.Settings(replicates: 100, seed: 5)

    static func comparison(_ lists: [JointScores.List]) throws -> ModelComparison {
        try ModelComparison(title: "Methods <A>", scores: try JointScores(lists), settings: settings)
    }
}

extension JointScores.List {
    /// The same list with other images.
    func with(_ change: ([ScoredImage]) -> [ScoredImage]) -> Self {
        Self(name: name, images: change(images), trivial: trivial)
    }
}

extension ScoredImage {
    func with(
        score: Double? = nil, isAbnormal: Bool? = nil, group: String?? = nil, name: String?? = nil
    ) -> Self {
        Self(
            score: score ?? self.score, isAbnormal: isAbnormal ?? self.isAbnormal, group: group ?? self.group,
            classes: classes, name: name ?? self.name)
    }
}

extension Naive {
    /// Mean of the ranks from 1 that equal values take together.
    static func midRanks(_ values: [Double]) -> [Double] {
        values.map { value in
            let below = values.count { $0 < value }
            let equal = values.count { $0 == value }
            return (0..<equal).reduce(0) { $0 + Double(below + 1 + $1) } / Double(equal)
        }
    }

    /// Nil for a constant list.
    static func spearman(_ first: [Double], _ second: [Double]) -> Double? {
        let (a, b) = (deviations(midRanks(first)), deviations(midRanks(second)))
        let (aa, bb) = (zip(a, a).map(*).reduce(0, +), zip(b, b).map(*).reduce(0, +))
        guard aa > 1e-9, bb > 1e-9 else { return nil }
        return zip(a, b).map(*).reduce(0, +) / (aa.squareRoot() * bb.squareRoot())
    }

    private static func deviations(_ values: [Double]) -> [Double] {
        let mean = values.reduce(0, +) / Double(values.count)
        return values.map { $0 - mean }
    }
}
