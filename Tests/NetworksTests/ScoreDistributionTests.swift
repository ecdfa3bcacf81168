import Networks
import Testing

@Suite struct `Score distribution` {
    @Test func `percentiles run from 0 to 100, ties in the middle`() throws {
        let normals = try #require(ScoreDistribution([3, 1, 2, 2]))
        #expect(normals.sorted == [1, 2, 2, 3])
        #expect(
            [0.5, 1, 1.5, 2, 2.5, 3, 4].map { normals.percentile(of: $0) } == [
                0, 12.5, 25, 50, 75, 87.5, 100,
            ])
    }

    @Test func `the percentile agrees with counting`() throws {
        let scores = (0..<101).map { Float($0 * $0 % 37) }
        let normals = try #require(ScoreDistribution(scores))
        for score in stride(from: Float(-1), to: 40, by: 0.5) {
            let below = scores.filter { $0 < score }.count
            let equal = scores.filter { $0 == score }.count
            #expect(normals.percentile(of: score) == 100 * (Double(below) + Double(equal) / 2) / 101)
        }
    }

    @Test func `no scores, or scores that are not numbers, make no distribution`() {
        #expect(ScoreDistribution([]) == nil)
        #expect(ScoreDistribution([1, .nan]) == nil)
        #expect(ScoreDistribution([1, .infinity]) == nil)
    }
}
