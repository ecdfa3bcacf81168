import CAllocationCounter
import Networks
import Pixels
import Testing

@Suite struct `Scoring and the heap` {
    @Test func `the counter counts`() {
        let before = allocations_of_this_thread()
        let values = [Int](repeating: 1, count: 100_000)
        #expect(allocations_of_this_thread() > before, "\(values.count)")
    }

    @Test func `scoring a crop allocates nothing`() throws {
        let scorer = try BuiltInModels.load("he-lung-demo").makeScorer()
        let crop = RGBImage(width: 64, height: 64, filledWith: RGBColor(red: 180, green: 120, blue: 160))
        let first = try scorer.score(crop)
        var agreeing = 0
        let before = allocations_of_this_thread()
        for _ in 0..<50 where try scorer.score(crop) == first { agreeing += 1 }
        #expect(allocations_of_this_thread() - before == 0)
        #expect(agreeing == 50)
    }
}
