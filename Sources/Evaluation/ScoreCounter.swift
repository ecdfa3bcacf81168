/// A changing multiset of scores that tells how many of them lie below a value: a binary indexed tree (Fenwick
/// 1994, "A new data structure for cumulative frequency tables") over the ranks of all scores it may hold.
///
/// Each operation takes the logarithm of the number of levels.
struct ScoreCounter {
    /// Ascending, without repetition.
    private let levels: [Double]
    /// Entry i holds the count of the ranks that end at i and are as many as the lowest set bit of i; entry 0 is
    /// not used.
    private var tree: [Int]

    /// - Parameter levels: every score that will be added, ascending and without repetition.
    init(levels: [Double]) {
        self.levels = levels
        tree = [Int](repeating: 0, count: levels.count + 1)
    }

    mutating func add(_ score: Double) { change(score, by: 1) }

    mutating func remove(_ score: Double) { change(score, by: -1) }

    /// How many of the scores held are lower than `score`, which need not be a level.
    func below(_ score: Double) -> Int {
        sum(ofRanks: partition { $0 < score })
    }

    /// How many of the scores held are lower than `score` or equal to it.
    func notAbove(_ score: Double) -> Int {
        sum(ofRanks: partition { $0 <= score })
    }

    private mutating func change(_ score: Double, by step: Int) {
        var index = partition { $0 < score } + 1
        precondition(index <= levels.count && levels[index - 1] == score, "\(score) is no level")
        while index < tree.count {
            tree[index] += step
            index += index & -index
        }
    }

    private func sum(ofRanks count: Int) -> Int {
        var (index, sum) = (count, 0)
        while index > 0 {
            sum += tree[index]
            index -= index & -index
        }
        return sum
    }

    /// Number of levels at the beginning for which `holds` is true.
    private func partition(_ holds: (Double) -> Bool) -> Int {
        var (low, high) = (0, levels.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(levels[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
