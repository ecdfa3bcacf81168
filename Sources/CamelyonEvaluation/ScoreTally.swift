/// How many false positives and lesions have at least the score of each threshold.
struct ScoreTally {
    struct Count {
        let threshold: Double
        let falsePositives: Int
        let lesions: Int
    }

    /// With rising threshold.
    let counts: [Count]

    /// Every different score is a threshold.
    init(clean falsePositives: [Double], lesions: [Double]) {
        let lesions = lesions.sorted()
        counts = Self.counts(
            falsePositives.sorted(), at: Self.distinct(falsePositives + lesions),
            lesions: { $0.count(atLeast: $1) }, lesions)
    }

    /// Every different score but the lowest is a threshold, and lesions are compared in single precision.
    init(official falsePositives: [Double], lesions: [Float]) {
        counts = Self.counts(
            falsePositives.sorted(),
            at: Self.distinct(falsePositives + lesions.map(Double.init)).dropFirst(),
            lesions: { $0.count(atLeast: Float($1)) }, lesions.sorted())
    }

    private static func counts<Score: Comparable>(
        _ falsePositives: [Double], at thresholds: some Collection<Double>,
        lesions found: ([Score], Double) -> Int, _ lesions: [Score]
    ) -> [Count] {
        thresholds.map { threshold in
            Count(
                threshold: threshold, falsePositives: falsePositives.count(atLeast: threshold),
                lesions: found(lesions, threshold))
        }
    }

    private static func distinct(_ scores: [Double]) -> [Double] {
        var distinct: [Double] = []
        for score in scores.sorted() where score != distinct.last { distinct.append(score) }
        return distinct
    }
}

extension Array where Element: Comparable {
    /// The number of elements that are at least `bound`, in a sorted array.
    fileprivate func count(atLeast bound: Element) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return count - low
    }
}
