import Evaluation
import Testing

@Suite struct `Groups, classes and runs` {
    private let images = [
        ScoredImage(score: 1, isAbnormal: false, group: "b"),
        ScoredImage(score: 4, isAbnormal: true, group: "b", classes: ["Mass", "Nodule", "Mass"]),
        ScoredImage(score: 2, isAbnormal: false, group: "b"),
        ScoredImage(score: 3, isAbnormal: false, group: "a"),
        ScoredImage(score: 5, isAbnormal: false, group: "a"),
        ScoredImage(score: 0, isAbnormal: true, group: nil, classes: ["Nodule"]),
        ScoredImage(score: 9, isAbnormal: false, group: nil, classes: ["not counted"]),
    ]

    @Test func `a group's row describes its scores`() throws {
        let rows = try GroupRow.table(of: images)
        #expect(rows.map(\.group) == ["a", "b"])
        #expect(rows.map(\.images) == [2, 3] && rows.map(\.abnormal) == [0, 1])
        #expect(rows.map(\.maximum) == [5, 4] && rows[0].mean == 4 && rows[0].p95 == 4.9)
        #expect(abs(rows[1].mean - 7.0 / 3) < 1e-15 && abs(rows[1].p95 - 3.8) < 1e-15)
        #expect(rows.map(\.area) == [nil, 1])
    }

    @Test func `each class is compared with all normal images`() throws {
        let rows = try ClassRow.table(of: images)
        #expect(rows.map(\.name) == ["Mass", "Nodule"])
        #expect(rows.map(\.area.abnormalCount) == [1, 2] && rows.map(\.area.normalCount) == [5, 5])
        #expect(rows[0].area.area == 0.6 && rows[0].area.caveat == .singleImage)
        #expect(rows[1].area.area == 0.3)
        let nodules = try LabeledScores(normal: [1, 2, 3, 5, 9], abnormal: [4, 0])
        #expect(rows[1].area == DeLong.estimate(nodules))
        #expect(try ClassRow.table(of: Array(images[3...4])).isEmpty)
        #expect(throws: LabeledScoresError.noNormalImage) { try ClassRow.table(of: [images[1]]) }
    }

    @Test func `findings joined by bars are several classes`() {
        #expect(ScoredImage.classes(joined: "Effusion|Mass") == ["Effusion", "Mass"])
        #expect(
            ScoredImage.classes(joined: " Pleural  Thickening | |Mass") == ["Pleural Thickening", "Mass"])
        #expect(ScoredImage.classes(joined: "").isEmpty)
    }

    @Test func `scores that are no numbers are refused in every table`() {
        let bad = images + [ScoredImage(score: .nan, isAbnormal: false, group: "a")]
        let refusal = LabeledScoresError.notFinite(index: 7)
        #expect(throws: refusal) { try GroupRow.table(of: bad) }
        #expect(throws: refusal) { try ClassRow.table(of: bad) }
        #expect(throws: refusal) { try SlideLevelRow.table(of: bad) }
        #expect(throws: refusal) { try LabeledScores.ofGroups(bad, aggregate: .max) }
        #expect(throws: refusal) { try EvaluationReport(title: "", images: bad) }
        #expect(throws: LabeledScoresError.notFinite(index: 1)) {
            try EvaluationReport(
                title: "", images: images,
                trivial: [TrivialQuantity(name: "x", values: [1, .infinity, 1, 1, 1, 1, 1])])
        }
    }

    @Test func `scores of a slide are aggregated as they are named`() {
        let scores = (1...2_000).map { Double($0) }
        #expect(ScoreAggregate.max.value(of: scores) == 2_000)
        #expect(ScoreAggregate.mean.value(of: scores) == 1_000.5)
        #expect(ScoreAggregate.top1pctMean.value(of: scores) == 1_990.5)
        #expect(ScoreAggregate.top1pctMean.value(of: Array(scores.prefix(100).reversed())) == 95.5)
        #expect(ScoreAggregate.top1pctMean.value(of: [3, 1]) == 2)
        // 1 % of 1001 are 11: no image too few.
        #expect(ScoreAggregate.top1pctMean.value(of: Array(scores.prefix(1_001))) == 996)
    }

    @Test func `a slide with an abnormal image is abnormal`() throws {
        let scores = try LabeledScores.ofGroups(images, aggregate: .mean)
        #expect(scores.isAbnormal == [false, true] && scores.scores[0] == 4)
        let rows = try SlideLevelRow.table(of: images)
        #expect(rows.map(\.aggregate) == [.max, .mean, .top1pctMean])
        #expect(rows.map(\.area.area) == [0, 0, 0] && rows[0].averagePrecision == 0.5)
        #expect(try SlideLevelRow.table(of: Array(images[3...4])).isEmpty)
        #expect(try SlideLevelRow.table(of: [images[5], images[6]]).isEmpty)
    }

    @Test func `runs have a mean and the standard deviation of a sample`() throws {
        let runs = try #require(RepeatedRuns(areas: [0.5, 0.75, 1]))
        #expect(runs.mean == 0.75 && runs.standardDeviation == 0.25)
        #expect(RepeatedRuns(areas: [0.5])?.standardDeviation == nil)
        #expect(RepeatedRuns(areas: []) == nil && RepeatedRuns(areas: [0.5, .nan]) == nil)
    }

    @Test func `a trivial quantity counts in the direction in which it separates`() throws {
        let scores = try LabeledScores(normal: [1, 2, 3, 4], abnormal: [3, 5, 6])
        let low = try TrivialComparison(
            TrivialQuantity(name: "mean red", values: [9, 8, 7, 1, 2, 3, 4], tolerance: 2.5), scores: scores)
        #expect(low.name == "low mean red" && low.area.area == 0.75)
        #expect(low.model.difference == scores.area - 0.75)
        // Pairs within 2.5: the normal image of score 4 with the abnormal ones of 3 and 5.
        let matched = try #require(low.matched)
        #expect(matched.tolerance == 2.5 && matched.pairs == 2 && matched.area == 0.5)
        let high = try TrivialComparison(
            TrivialQuantity(name: "mean red", values: [1, 2, 3, 9, 8, 7, 6]), scores: scores)
        #expect(high.name == "high mean red" && high.area.area == 0.75 && high.matched == nil)
        #expect(throws: LabeledScoresError.differentCounts(scores: 1, labels: 7)) {
            try TrivialComparison(TrivialQuantity(name: "x", values: [1]), scores: scores)
        }
    }
}
