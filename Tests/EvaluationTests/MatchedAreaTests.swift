import Evaluation
import Kernels
import Testing

@Suite struct `Matched area` {
    private func samples(
        _ count: Int, scores: Int, baselines: Int, _ random: inout SeededGenerator
    ) -> [ROC.Sample] {
        (0..<count).map { _ in
            ROC.Sample(
                score: Double(random.next(in: -scores..<scores)) / 4,
                baseline: Double(random.next(in: -baselines..<baselines)) / 10)
        }
    }

    @Test func `it is exactly that over all pairs, whatever the tolerance`() {
        var random = SeededGenerator(seed: 7)
        var (found, none) = (0, 0)
        for _ in 0..<400 {
            let (scores, baselines) = (random.next(in: 1..<20), random.next(in: 1..<30))
            let normal = samples(random.next(in: 0..<40), scores: scores, baselines: baselines, &random)
            let abnormal = samples(random.next(in: 0..<40), scores: scores, baselines: baselines, &random)
            // Multiples of a tenth are rounded, so that differences fall on both sides of a tolerance of one.
            for tolerance in [-1, 0, 0.1, 0.2, 0.30000000000000004, 0.7, 100, .infinity, .nan] {
                let fast = ROC.matchedArea(normal: normal, abnormal: abnormal, tolerance: tolerance)
                let naive = Naive.matchedArea(normal: normal, abnormal: abnormal, tolerance: tolerance)
                #expect(fast?.area == naive?.area && fast?.pairs == naive?.pairs)
                if fast == nil { none += 1 } else { found += 1 }
            }
        }
        #expect(found > 1_000 && none > 500)
    }

    @Test func `the tolerance itself is too far`() {
        let normal = [ROC.Sample(score: 0, baseline: 0.25)]
        let abnormal = [ROC.Sample(score: 1, baseline: 0.5)]
        #expect(ROC.matchedArea(normal: normal, abnormal: abnormal, tolerance: 0.25) == nil)
        #expect(ROC.matchedArea(normal: normal, abnormal: abnormal, tolerance: 0.25.nextUp)?.area == 1)
    }

    @Test func `a baseline that is no number matches nothing, a score that is none is refused`() {
        let good = ROC.Sample(score: 1, baseline: 1)
        for baseline in [Double.nan, .infinity, -.infinity] {
            let odd = ROC.Sample(score: 0, baseline: baseline)
            let area = ROC.matchedArea(normal: [odd, good], abnormal: [good, odd], tolerance: .infinity)
            #expect(area?.pairs == 1 && area?.area == 0.5)
        }
        let bad = ROC.Sample(score: .nan, baseline: 1)
        #expect(ROC.matchedArea(normal: [good], abnormal: [good, bad]) == nil)
        #expect(ROC.matchedArea(normal: [bad, good], abnormal: [good]) == nil)
    }

    /// As many pairs as a large table of films has; over all of them this would take minutes in a debug build.
    @Test func `ten thousand by ninety thousand images take seconds`() throws {
        var random = SeededGenerator(seed: 3)
        func many(_ count: Int) -> [ROC.Sample] {
            (0..<count).map { _ in ROC.Sample(score: random.nextUnit(), baseline: random.nextUnit()) }
        }
        let (normal, abnormal) = (many(10_000), many(90_000))
        let clock = ContinuousClock()
        var result: (area: Double, pairs: Int)?
        let time = clock.measure { result = ROC.matchedArea(normal: normal, abnormal: abnormal) }
        let found = try #require(result)
        #expect(abs(found.area - 0.5) < 0.01)
        // 900 million pairs, of which 4 % differ by less than 0.02, less what the ends of the range lack.
        #expect((35_000_000..<36_200_000).contains(found.pairs))
        #expect(time < .seconds(30), "\(time)")
    }
}
