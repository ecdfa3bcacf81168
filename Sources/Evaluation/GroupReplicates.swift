internal import Kernels

/// Areas of one or several scores of the same images in the replicates of a bootstrap over groups. Every
/// score sees the same draws, so that differences of two scores can be taken replicate by replicate.
struct GroupReplicates {
    let groups: Int
    /// Replicates that lacked a kind of image and were drawn again.
    let redrawn: Int
    let seed: UInt64
    /// A list for each score, with one area for each replicate in the order of the draws.
    let areas: [[Double]]

    /// - Parameters:
    ///   - scores: at least one, all with the same labels in the same order.
    ///   - names: the group of each image; nil if each image is one of its own.
    ///   - replicates: at least two.
    /// - Returns: nil if there are fewer than two groups, so that nothing can be resampled.
    init?(_ scores: [LabeledScores], groups names: [String]?, replicates: Int, seed: UInt64) {
        precondition(!scores.isEmpty, "no scores")
        precondition(
            scores.allSatisfy { $0.isAbnormal == scores[0].isAbnormal }, "scores of different images")
        precondition(names.map { $0.count == scores[0].count } ?? true, "every image needs a group")
        precondition(replicates > 1, "\(replicates) replicates")
        let numbered = NumberedGroups(names, images: scores[0].count)
        guard numbered.count > 1 else { return nil }
        let rankings = scores.map { GroupedRanking($0, numbered) }
        var random = SeededGenerator(seed: seed)
        var redrawn = 0
        var areas = scores.map { _ in [Double]() }
        var times = [Int](repeating: 0, count: numbered.count)
        while areas[0].count < replicates {
            for group in times.indices { times[group] = 0 }
            for _ in times.indices { times[random.next(in: 0..<times.count)] += 1 }
            // A kind of image that one score lacks is lacking for all: they have the same labels.
            let drawn = rankings.compactMap { $0.area(times: times) }
            if drawn.isEmpty { redrawn += 1 }
            for (score, area) in drawn.enumerated() { areas[score].append(area) }
        }
        (groups, self.redrawn, self.seed, self.areas) = (numbered.count, redrawn, seed, areas)
    }

    /// Interval of the area of a score, given by its place.
    func area(of score: Int, confidence: Double) -> GroupBootstrap {
        GroupBootstrap(areas[score], of: self, confidence: confidence)
    }

    /// Interval of the difference of two areas, first minus second.
    func difference(of first: Int, minus second: Int, confidence: Double) -> GroupBootstrap {
        GroupBootstrap(zip(areas[first], areas[second]).map(-), of: self, confidence: confidence)
    }
}

/// The groups of images as numbers.
private struct NumberedGroups {
    let count: Int
    /// One for each image.
    let ofImages: [Int]

    init(_ names: [String]?, images: Int) {
        guard let names else {
            (count, ofImages) = (images, Array(0..<images))
            return
        }
        // Numbered as they first appear, so that the draws do not depend on the order of a hash table.
        var numbers: [String: Int] = [:]
        ofImages = names.map { name in
            let number = numbers[name, default: numbers.count]
            numbers[name] = number
            return number
        }
        count = numbers.count
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

    private let images: [Image]

    init(_ scores: LabeledScores, _ groups: NumberedGroups) {
        images = scores.ties.flatMap { tie in
            tie.indices.map { place in
                Image(
                    group: groups.ofImages[tie[place]], isAbnormal: scores.isAbnormal[tie[place]],
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
