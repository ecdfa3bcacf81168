import Evaluation
import Testing

@Suite struct `Group bootstrap` {
    /// Images of groups that share a part of their score; a group may hold both kinds.
    private func grouped(
        groups: Int, each: Int, spread: Double, _ invention: inout Invention
    ) throws -> (scores: LabeledScores, groups: [String]) {
        var (values, labels, names) = ([Double](), [Bool](), [String]())
        for group in 0..<groups {
            let common = spread * invention.bell()
            for _ in 0..<each {
                let isAbnormal = group % 3 == 2 ? invention.integer(below: 2) == 0 : group % 3 == 1
                values.append(((common + invention.bell() + (isAbnormal ? 1 : 0)) * 8).rounded() / 8)
                labels.append(isAbnormal)
                names.append("group \(group)")
            }
        }
        return (try LabeledScores(scores: values, isAbnormal: labels), names)
    }

    /// Percentile with linear interpolation, in a form of its own.
    private func percentile(_ part: Double, _ areas: [Double]) -> Double {
        let sorted = areas.sorted()
        let rank = part * Double(sorted.count - 1)
        let (low, high) = (sorted[Int(rank.rounded(.down))], sorted[Int(rank.rounded(.up))])
        return low + (high - low) * (rank - rank.rounded(.down))
    }

    @Test func `replicates are the groups drawn, written out image by image`() throws {
        var invention = Invention(seed: 4)
        for (groups, each, seed) in [(2, 5, 1), (6, 3, 2), (15, 4, 3)] as [(Int, Int, UInt64)] {
            let (scores, names) = try grouped(groups: groups, each: each, spread: 1, &invention)
            let result = try #require(GroupBootstrap(scores, groups: names, replicates: 300, seed: seed))
            let naive = Naive.replicates(scores, groups: names, count: 300, seed: seed)
            #expect(result.redrawn == naive.redrawn)
            #expect(abs(result.interval.low - percentile(0.025, naive.areas)) < 1e-12)
            #expect(abs(result.interval.high - percentile(0.975, naive.areas)) < 1e-12)
            let mean = naive.areas.reduce(0, +) / 300
            let squares = naive.areas.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            #expect(abs(result.standardError - (squares / 299).squareRoot()) < 1e-12)
            #expect(result.groups == groups && result.replicates == 300 && result.seed == seed)
        }
    }

    @Test func `two groups of one kind each are redrawn about every second time`() throws {
        let scores = try LabeledScores(normal: [1, 2, 4], abnormal: [3, 5])
        let result = try #require(
            GroupBootstrap(scores, groups: ["a", "a", "a", "b", "b"], replicates: 1_000))
        #expect((850...1_150).contains(result.redrawn), "\(result.redrawn)")
        #expect(result.interval.low == scores.area && result.interval.high == scores.area)
    }

    @Test func `a seed gives one interval, another seed another`() throws {
        var invention = Invention(seed: 6)
        let (scores, names) = try grouped(groups: 12, each: 5, spread: 1, &invention)
        let first = GroupBootstrap(scores, groups: names, replicates: 200, seed: 1)
        #expect(first == GroupBootstrap(scores, groups: names, replicates: 200, seed: 1))
        #expect(first?.interval != GroupBootstrap(scores, groups: names, replicates: 200, seed: 2)?.interval)
        // The names of the groups do not matter, only which images share one.
        let renamed = names.map { String($0.reversed()) }
        #expect(first == GroupBootstrap(scores, groups: renamed, replicates: 200, seed: 1))
    }

    @Test func `a single group cannot be resampled`() throws {
        let scores = try LabeledScores(normal: [1, 2], abnormal: [3])
        #expect(GroupBootstrap(scores, groups: ["a", "a", "a"]) == nil)
        #expect(GroupBootstrap(scores)?.groups == 3)
    }

    @Test func `single images give about the spread that DeLong's formula gives`() throws {
        var invention = Invention(seed: 12)
        let scores = try invention.scores(normals: 150, abnormals: 100, shift: 1, step: 0.01)
        let bootstrap = try #require(GroupBootstrap(scores))
        let error = try #require(DeLong.estimate(scores).standardError)
        #expect(abs(bootstrap.standardError / error - 1) < 0.08, "\(bootstrap.standardError / error)")
    }

    /// Groups hold half of the variance: an interval over images covers too seldom, one over groups does not.
    @Test func `intervals over groups cover the true area about as often as they say`() throws {
        var invention = Invention(seed: 31)
        // Shift 1 against a standard deviation of the difference of two images of 2.
        let truth = 0.69146
        var (covered, coveredByImages) = (0, 0)
        for round in 0..<200 {
            let (scores, names) = try grouped(groups: 60, each: 6, spread: 1, &invention)
            let interval = try #require(
                GroupBootstrap(scores, groups: names, replicates: 200, seed: UInt64(round))
            ).interval
            if interval.low <= truth, truth <= interval.high { covered += 1 }
            let single = try #require(DeLong.estimate(scores).interval)
            if single.low <= truth, truth <= single.high { coveredByImages += 1 }
        }
        #expect((176...199).contains(covered), "\(covered)")
        #expect(coveredByImages < covered - 20, "\(coveredByImages)")
    }

    @Test func `two thousand replicates of ten thousand images take seconds`() throws {
        var invention = Invention(seed: 1)
        let scores = try invention.scores(normals: 5_000, abnormals: 5_000, shift: 1, step: 0x1p-30)
        let names = scores.scores.indices.map { "\($0 % 400)" }
        var result: GroupBootstrap?
        let time = ContinuousClock().measure { result = GroupBootstrap(scores, groups: names) }
        #expect(result?.replicates == 2_000)
        #expect(time < .seconds(60), "\(time)")
    }
}
