/// Places buffers with known lifetimes in one block of memory, so that those which are never alive together
/// share it.
///
/// Greedy by size: the largest buffer first, each at the lowest place that no buffer alive at the same time
/// covers. For networks this comes within a few percent of the largest sum of buffers alive at once, the lower
/// bound (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
package struct MemoryPlan {
    /// A buffer of `count` floats, in use from step `first` to step `last`.
    package struct Request {
        package let count: Int
        package let first: Int
        package var last: Int

        package init(count: Int, first: Int, last: Int) {
            self.count = count
            self.first = first
            self.last = last
        }
    }

    /// Where each buffer begins, in floats, by the order of the requests.
    package let offsets: [Int]
    /// Size of the whole block in floats.
    package let count: Int

    /// Buffers begin on cache lines: multiples of this many floats.
    package static let alignment = 16

    package init(_ requests: [Request]) {
        var offsets = [Int](repeating: 0, count: requests.count)
        var placed: [Int] = []
        var end = 0
        let bySize = requests.indices.sorted { (requests[$0].count, $1) > (requests[$1].count, $0) }
        for index in bySize {
            let size = Self.rounded(requests[index].count)
            let neighbors = placed.filter { Self.overlap(requests[$0], requests[index]) }
                .sorted { offsets[$0] < offsets[$1] }
            var offset = 0
            for neighbor in neighbors {
                if offset + size <= offsets[neighbor] { break }
                offset = max(offset, offsets[neighbor] + Self.rounded(requests[neighbor].count))
            }
            offsets[index] = offset
            end = max(end, offset + size)
            placed.append(index)
        }
        self.offsets = offsets
        count = end
    }

    private static func overlap(_ a: Request, _ b: Request) -> Bool {
        a.first <= b.last && b.first <= a.last
    }

    private static func rounded(_ count: Int) -> Int {
        (count + alignment - 1) / alignment * alignment
    }
}
