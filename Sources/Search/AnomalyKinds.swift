internal import Kernels
internal import Training

/// Which anomalies are of one kind: those with the same finding.
struct AnomalyKinds: Sendable {
    /// In the order of their letters.
    let names: [String]
    /// Indices of the anomalies of each kind.
    let members: [[Int]]

    init(_ data: SearchData) {
        let kinds = data.anomalies.map(\.finding)
        let groups = Dictionary(grouping: kinds.indices, by: { kinds[$0] })
        names = groups.keys.sorted()
        members = names.map { groups[$0] ?? [] }
    }

    /// Draws anomalies: of some kinds first, then as many as wanted of those, the kinds as evenly as they allow.
    ///
    /// - Returns: nil if there are not as many kinds, or not as many anomalies of them.
    func draw(_ count: Int, kinds: Int, _ generator: inout SeededGenerator) -> Set<Int>? {
        guard kinds >= 1, kinds <= names.count else { return nil }
        var order = Array(members.indices)
        order.shuffle(using: &generator)
        var piles = order.prefix(kinds).map { kind in
            var pile = members[kind]
            pile.shuffle(using: &generator)
            return pile
        }
        guard piles.reduce(0, { $0 + $1.count }) >= count else { return nil }
        var drawn: Set<Int> = []
        var next = 0
        while drawn.count < count {
            if let anomaly = piles[next].popLast() { drawn.insert(anomaly) }
            next = (next + 1) % piles.count
        }
        return drawn
    }
}
