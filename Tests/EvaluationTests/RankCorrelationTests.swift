import Evaluation
import Testing

@Suite struct `Ranks of several methods` {
    @Test func `the correlation is that of plainly counted mid-ranks`() throws {
        var invention = Invention(seed: 2)
        for round in 0..<40 {
            let step = [0x1p-30, 0.5, 2][round % 3]
            let count = 2 + invention.integer(below: 40)
            let lists = (0..<2).map { _ in
                (0..<count).map { _ in (invention.bell() / step).rounded() * step }
            }
            let found = RankCorrelation.spearman(lists[0], lists[1])
            let expected = Naive.spearman(lists[0], lists[1])
            #expect((found == nil) == (expected == nil))
            #expect(abs((found ?? 0) - (expected ?? 0)) < 1e-12)
        }
    }

    @Test func `lists of one order correlate exactly, turned ones exactly the other way`() {
        var invention = Invention(seed: 3)
        for count in [3, 10, 101, 997] {
            let values = (0..<count).map { Double($0 / 2) + invention.bell().rounded() / 64 }
            #expect(RankCorrelation.spearman(values, values.map { $0 * $0 * $0 + 5 }) == 1)
            #expect(RankCorrelation.spearman(values, values.map(-)) == -1)
        }
    }

    @Test func `nothing correlates with a constant, or with a single image`() {
        #expect(RankCorrelation.spearman([1, 2, 3], [4, 4, 4]) == nil)
        #expect(RankCorrelation.spearman([1], [2]) == nil)
        #expect(RankCorrelation.spearman([], []) == nil)
    }

    @Test func `the average is the mean of plainly counted mid-ranks`() throws {
        var invention = Invention(seed: 4)
        for step in [0x1p-30, 0.5, 4] {
            let methods = try (0..<3).map { _ in
                try invention.scores(normals: 20, abnormals: 11, shift: 1, step: step)
            }
            let average = try LabeledScores.rankAverage(of: methods)
            let ranks = methods.map { Naive.midRanks($0.scores) }
            for (image, found) in average.scores.enumerated() {
                #expect(abs(found - ranks.reduce(0) { $0 + $1[image] } / 3) < 1e-12)
            }
            #expect(average.isAbnormal == methods[0].isAbnormal)
        }
    }

    @Test func `images of equal mean rank are exactly equal`() throws {
        let labels = [false, true, true]
        let methods = try [[1.0, 2, 3], [2, 3, 1], [3, 1, 2]].map {
            try LabeledScores(scores: $0, isAbnormal: labels)
        }
        #expect(try LabeledScores.rankAverage(of: methods).scores == [2, 2, 2])
        #expect(try LabeledScores.rankAverage(of: methods).area == 0.5)
    }
}
