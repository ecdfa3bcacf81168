internal import Kernels

/// Interval of the area under the ROC curve where images of one group (patient, slide) resemble one another.
///
/// A replicate draws as many groups as there are, with replacement, and takes each with all its images; a group may
/// hold both normal and abnormal images. A replicate without one of the two kinds has no area and is drawn again.
/// The interval spans the percentiles of the replicates' areas (Efron and Tibshirani 1993, chapter 13). With few
/// groups of one kind it is too narrow.
public struct GroupBootstrap: Sendable, Equatable, Codable {
    public let interval: ConfidenceInterval
    /// Sample standard deviation of the replicates' areas.
    public let standardError: Double
    public let groups: Int
    public let replicates: Int
    /// Replicates that lacked a kind of image and were drawn again.
    public let redrawn: Int
    public let seed: UInt64

    public static let usualReplicates = 2_000

    /// The same scores, groups and seed give the same interval everywhere.
    ///
    /// - Parameters:
    ///   - groups: the group of each image; nil if each image is one of its own.
    ///   - replicates: at least two.
    /// - Returns: nil if there are fewer than two groups, so that nothing can be resampled.
    public init?(
        _ scores: LabeledScores, groups names: [String]? = nil, replicates: Int = usualReplicates,
        seed: UInt64 = 0, confidence: Double = 0.95
    ) {
        precondition(names.map { $0.count == scores.count } ?? true, "every image needs a group")
        precondition(replicates > 1, "\(replicates) replicates")
        let sample = GroupedRanking(scores, groups: names)
        guard sample.groupCount > 1 else { return nil }
        var random = SeededGenerator(seed: seed)
        var redrawn = 0
        var areas: [Double] = []
        var times = [Int](repeating: 0, count: sample.groupCount)
        while areas.count < replicates {
            for group in times.indices { times[group] = 0 }
            for _ in times.indices { times[random.next(in: 0..<times.count)] += 1 }
            if let area = sample.area(times: times) { areas.append(area) } else { redrawn += 1 }
        }
        areas.sort()
        let outside = 100 * (1 - confidence) / 2
        interval = ConfidenceInterval(
            low: Percentile.value(outside, of: areas), high: Percentile.value(100 - outside, of: areas),
            confidence: confidence)
        standardError = RepeatedRuns.standardDeviation(areas) ?? 0
        (self.groups, self.replicates, self.redrawn, self.seed) = (
            sample.groupCount, replicates, redrawn, seed
        )
    }
}

/// Images sorted by score once, so that the area of any choice of groups takes a single pass.
private struct GroupedRanking {
    private struct Image {
        let group: Int
        let isAbnormal: Bool
        /// The next image has a higher score.
        let endsTie: Bool
    }

    let groupCount: Int
    private let images: [Image]

    init(_ scores: LabeledScores, groups names: [String]?) {
        var numbers: [String: Int] = [:]
        // Numbered as they first appear, so that the draws do not depend on the order of a hash table.
        let groups =
            names?.map { name in
                let number = numbers[name, default: numbers.count]
                numbers[name] = number
                return number
            } ?? Array(scores.scores.indices)
        groupCount = names == nil ? scores.count : numbers.count
        images = scores.ties.flatMap { tie in
            tie.indices.map { place in
                Image(
                    group: groups[tie[place]], isAbnormal: scores.isAbnormal[tie[place]],
                    endsTie: place == tie.endIndex - 1)
            }
        }
    }

    /// The area if each group is there the given number of times; nil if a kind of image is then missing.
    func area(times: [Int]) -> Double? {
        var (normalsBelow, normals, abnormals) = (0, 0, 0)
        var allAbnormals = 0
        // Twice the pairs won.
        var wins = 0
        for image in images {
            let weight = times[image.group]
            if image.isAbnormal { abnormals += weight } else { normals += weight }
            if image.endsTie {
                wins += abnormals * (2 * normalsBelow + normals)
                normalsBelow += normals
                allAbnormals += abnormals
                (normals, abnormals) = (0, 0)
            }
        }
        guard normalsBelow > 0, allAbnormals > 0 else { return nil }
        return Double(wins) / (2 * Double(normalsBelow) * Double(allAbnormals))
    }
}
