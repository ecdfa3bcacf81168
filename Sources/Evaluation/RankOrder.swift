/// Images in the order of a score, with equal scores together.
struct RankOrder {
    /// Indices of the images by rising score, cut into runs of equal scores; within a run by index.
    let ties: [ArraySlice<Int>]
    private let count: Int

    /// - Parameter scores: one for each image, none of them NaN.
    init(_ scores: [Double]) {
        let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
        var runs: [ArraySlice<Int>] = []
        var start = 0
        for end in order.indices.dropFirst() where scores[order[end]] != scores[order[start]] {
            runs.append(order[start..<end])
            start = end
        }
        if !order.isEmpty { runs.append(order[start...]) }
        ties = runs
        count = order.count
    }

    /// Twice each image's mid-rank, which is whole: ranks count from 1, and equal scores share the mean of
    /// the ranks that they take together.
    var doubledMidRanks: [Int] {
        var ranks = [Int](repeating: 0, count: count)
        for tie in ties {
            for image in tie { ranks[image] = tie.startIndex + tie.endIndex + 1 }
        }
        return ranks
    }
}
