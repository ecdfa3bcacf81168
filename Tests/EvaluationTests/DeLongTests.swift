import Evaluation
import Testing

@Suite struct `DeLong interval` {
    @Test func `the variance is that of the structural components`() throws {
        var invention = Invention(seed: 21)
        for index in 0..<60 {
            let scores = try invention.scores(
                normals: 2 + invention.integer(below: 40), abnormals: 2 + invention.integer(below: 40),
                shift: 1, step: [1, 0.25, 0x1p-30][index % 3])
            let error = try #require(DeLong.estimate(scores).standardError)
            #expect(abs(error * error - Naive.variance(scores)) < 1e-14)
            let covariance = try #require(DeLong.covariance(scores, scores))
            #expect(abs(covariance - error * error) < 1e-15)
        }
    }

    @Test func `images that are all separated or all equal have no variance, and that is said`() throws {
        for (normal, abnormal, area) in [
            ([0, 1, 2], [3, 4], 1.0), ([3, 4], [0, 1, 2], 0), ([0.1, 0.1, 0.1], [0.1, 0.1], 0.5),
        ] {
            let estimate = DeLong.estimate(try LabeledScores(normal: normal, abnormal: abnormal))
            #expect(estimate.area == area && estimate.standardError == 0)
            #expect(estimate.interval == ConfidenceInterval(low: area, high: area, confidence: 0.95))
            #expect(estimate.caveat == .noVariance)
        }
    }

    @Test func `a single image of a kind has an area but no interval`() throws {
        for (normal, abnormal) in [([0.0], [1.0, 2]), ([0, 1, 2], [1.5])] {
            let scores = try LabeledScores(normal: normal, abnormal: abnormal)
            let estimate = DeLong.estimate(scores)
            #expect(estimate.interval == nil && estimate.standardError == nil)
            #expect(estimate.caveat == .singleImage)
            #expect(DeLong.covariance(scores, scores) == nil)
            #expect(DeLong.compare(scores, scores).z == nil)
        }
    }

    @Test func `the interval stays within zero and one`() throws {
        let scores = try LabeledScores(normal: [0, 1, 2, 3.5], abnormal: [3, 4, 5])
        let interval = try #require(DeLong.estimate(scores).interval)
        #expect(interval.high == 1 && interval.low > 0.5 && interval.low < 1)
    }

    @Test func `scores that rank alike do not differ, and turning the pair turns the sign`() throws {
        var invention = Invention(seed: 8)
        let first = try invention.scores(normals: 60, abnormals: 40, shift: 1, step: 0.125)
        let raised = try LabeledScores(
            scores: first.scores.map { 3 * $0 + 1 }, isAbnormal: first.isAbnormal)
        let same = DeLong.compare(first, raised)
        #expect(same.difference == 0 && same.standardError == 0 && same.z == nil && same.p == nil)
        let second = try invention.scores(normals: 60, abnormals: 40, shift: 0.5, step: 0.125)
        let (there, back) = (DeLong.compare(first, second), DeLong.compare(second, first))
        #expect(there.difference == -back.difference && there.p == back.p)
        #expect(try #require(there.z) == -(try #require(back.z)))
    }

    /// For two normal distributions of equal width the area is known: 0.76025 for a shift of 1.
    @Test func `the interval covers the true area about as often as it says`() throws {
        var invention = Invention(seed: 99)
        var covered = 0
        for _ in 0..<1_000 {
            let scores = try invention.scores(normals: 60, abnormals: 40, shift: 1, step: 0x1p-30)
            let interval = try #require(DeLong.estimate(scores).interval)
            if interval.low <= 0.76025, 0.76025 <= interval.high { covered += 1 }
        }
        // Four standard deviations of a binomial count around 950, and a little for the small sample.
        #expect((915...978).contains(covered), "\(covered)")
    }

    @Test func `the test of a difference rejects equals about as often as it says`() throws {
        var invention = Invention(seed: 42)
        var rejected = 0
        for _ in 0..<600 {
            let first = try invention.scores(normals: 50, abnormals: 50, shift: 1, step: 0x1p-30)
            let second = try invention.scores(normals: 50, abnormals: 50, shift: 1, step: 0x1p-30)
            if try #require(DeLong.compare(first, second).p) < 0.05 { rejected += 1 }
        }
        // 30 expected; four standard deviations are 21.
        #expect((9...54).contains(rejected), "\(rejected)")
    }
}
