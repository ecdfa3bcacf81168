import Kernels
import Tensors
import Testing

@Suite struct `Memory plans` {
    /// Buffers with random sizes and lifetimes; some sizes repeat, so that holes fit exactly.
    private func requests(seed: UInt64) -> [MemoryPlan.Request] {
        var generator = SeededGenerator(seed: seed)
        let steps = generator.next(in: 1..<40)
        return (0..<generator.next(in: 1..<60)).map { _ in
            let first = generator.next(in: 0..<steps)
            let count = generator.next(in: 0..<2) == 0 ? 64 : generator.next(in: 1..<300)
            return MemoryPlan.Request(
                count: count, first: first, last: min(steps - 1, first + generator.next(in: 0..<8)))
        }
    }

    private func rounded(_ count: Int) -> Int {
        (count + MemoryPlan.alignment - 1) / MemoryPlan.alignment * MemoryPlan.alignment
    }

    /// The largest sum of the sizes of buffers alive at one step.
    private func peak(_ requests: [MemoryPlan.Request]) -> Int {
        (0...(requests.map(\.last).max() ?? 0)).map { step in
            requests.reduce(0) { $0 + ($1.first <= step && step <= $1.last ? rounded($1.count) : 0) }
        }.max() ?? 0
    }

    @Test func `every step owns the memory of its buffers alone`() {
        for seed in 0..<300 as Range<UInt64> {
            let requests = requests(seed: seed)
            let plan = MemoryPlan(requests)
            // Every float at every step gets at most one owner.
            for step in 0...(requests.map(\.last).max() ?? 0) {
                var owners = [Int](repeating: 0, count: plan.count)
                for (request, offset) in zip(requests, plan.offsets)
                where request.first <= step && step <= request.last {
                    for float in offset..<offset + request.count { owners[float] += 1 }
                }
                #expect(!owners.contains { $0 > 1 }, "seed \(seed), step \(step)")
            }
        }
    }

    @Test func `the block is between the peak and the sum`() {
        var (blocks, peaks) = (0, 0)
        for seed in 0..<300 as Range<UInt64> {
            let requests = requests(seed: seed)
            let plan = MemoryPlan(requests)
            #expect(plan.count >= peak(requests))
            #expect(plan.count <= requests.reduce(0) { $0 + rounded($1.count) })
            #expect(plan.offsets.allSatisfy { $0 >= 0 && $0 % MemoryPlan.alignment == 0 })
            blocks += plan.count
            peaks += peak(requests)
        }
        #expect(Double(blocks) < 1.1 * Double(peaks), "\(blocks) floats for peaks of \(peaks)")
    }

    @Test func `buffers that follow each other share one place`() {
        let plan = MemoryPlan((0..<10).map { MemoryPlan.Request(count: 100, first: $0, last: $0) })
        #expect(plan.offsets.allSatisfy { $0 == 0 } && plan.count == 112)
    }

    @Test func `no buffers need no memory`() {
        #expect(MemoryPlan([]).count == 0)
    }
}
