import Evaluation
import Kernels
import Testing

@Suite struct `ROC curve` {
    private func inventions() throws -> [LabeledScores] {
        var invention = Invention(seed: 11)
        return try (0..<60).map { index in
            try invention.scores(
                normals: 1 + invention.integer(below: 40), abnormals: 1 + invention.integer(below: 40),
                shift: 0.7, step: [1, 0.25, 0x1p-30][index % 3])
        }
    }

    @Test func `scores that are no numbers are refused, and so are missing kinds`() {
        for bad in [Double.nan, .infinity, -.infinity] {
            #expect(throws: LabeledScoresError.notFinite(index: 2)) {
                try LabeledScores(normal: [0, 1], abnormal: [bad, 2])
            }
        }
        #expect(throws: LabeledScoresError.noNormalImage) { try LabeledScores(normal: [], abnormal: [1]) }
        #expect(throws: LabeledScoresError.noAbnormalImage) { try LabeledScores(normal: [1], abnormal: []) }
        #expect(throws: LabeledScoresError.noNormalImage) { try LabeledScores(scores: [], isAbnormal: []) }
        #expect(throws: LabeledScoresError.differentCounts(scores: 1, labels: 2)) {
            try LabeledScores(scores: [1], isAbnormal: [true, false])
        }
    }

    @Test func `the area is that over all pairs`() throws {
        for scores in try inventions() {
            let area = Naive.area(normal: scores.normal, abnormal: scores.abnormal)
            #expect(scores.area == area)
            #expect(ROC.area(normal: scores.normal, abnormal: scores.abnormal) == area)
        }
    }

    @Test func `a rising function of the scores changes nothing but the thresholds`() throws {
        for scores in try inventions() {
            let raised = try LabeledScores(
                scores: scores.scores.map { $0 * $0 * $0 + 5 * $0 - 100 }, isAbnormal: scores.isAbnormal)
            let (curve, other) = (ROCCurve(scores), ROCCurve(raised))
            #expect(curve.points.map(\.falsePositives) == other.points.map(\.falsePositives))
            #expect(curve.points.map(\.truePositives) == other.points.map(\.truePositives))
            #expect(curve.averagePrecision == other.averagePrecision)
            #expect(DeLong.estimate(scores) == DeLong.estimate(raised))
        }
    }

    @Test func `scores with the opposite sign have the area that is left`() throws {
        for scores in try inventions() {
            let turned = try LabeledScores(scores: scores.scores.map(-), isAbnormal: scores.isAbnormal)
            #expect(abs(scores.area + turned.area - 1) < 1e-15)
            let errors = (DeLong.estimate(scores).standardError, DeLong.estimate(turned).standardError)
            #expect(errors.0 == errors.1)
        }
    }

    @Test func `the order of the images does not matter`() throws {
        var random = SeededGenerator(seed: 5)
        for scores in try inventions() {
            let order = scores.scores.indices.shuffled(using: &random)
            let shuffled = try LabeledScores(
                scores: order.map { scores.scores[$0] }, isAbnormal: order.map { scores.isAbnormal[$0] })
            #expect(ROCCurve(scores) == ROCCurve(shuffled))
        }
    }

    @Test func `the corners have the same area, and none lies on the line between its neighbors`() throws {
        for scores in try inventions() {
            let curve = ROCCurve(scores)
            let corners = curve.corners
            var area = 0.0
            for (a, b) in zip(corners, corners.dropFirst()) {
                area +=
                    (b.falsePositiveRate - a.falsePositiveRate) * (a.truePositiveRate + b.truePositiveRate)
                    / 2
            }
            #expect(abs(area - curve.area) < 1e-12)
            #expect(corners.first == curve.points.first && corners.last == curve.points.last)
            for index in corners.indices.dropFirst().dropLast() {
                let (a, b, c) = (corners[index - 1], corners[index], corners[index + 1])
                let turn =
                    (b.falsePositives - a.falsePositives) * (c.truePositives - b.truePositives)
                    - (c.falsePositives - b.falsePositives) * (b.truePositives - a.truePositives)
                #expect(turn != 0)
            }
        }
        let separated = try LabeledScores(normal: [1, 2, 3, 4], abnormal: [5, 6, 7])
        #expect(ROCCurve(separated).corners.map(\.truePositives) == [0, 3, 3])
        #expect(ROCCurve(separated).points.count == 8)
    }

    @Test func `average precision is precision at each abnormal image where no scores are equal`() throws {
        var invention = Invention(seed: 2)
        let scores = try invention.scores(normals: 50, abnormals: 20, shift: 1, step: 0x1p-40)
        let ranked = scores.abnormal.sorted(by: >)
        let precisions = ranked.enumerated().map { rank, score in
            Double(rank + 1) / Double(rank + 1 + scores.normal.count { $0 >= score })
        }
        let mean = precisions.reduce(0, +) / 20
        #expect(abs(ROCCurve(scores).averagePrecision - mean) < 1e-12)
        let equal = try LabeledScores(normal: [1, 1, 1], abnormal: [1])
        #expect(ROCCurve(equal).averagePrecision == equal.prevalence)
    }

    @Test func `an operating point keeps its promise with the highest threshold that is as good`() throws {
        let scores = try LabeledScores(
            normal: [0, 1, 2, 3, 4, 5, 6, 7, 8, 20], abnormal: [3.5, 8.5, 9, 30])
        let curve = ROCCurve(scores)
        let half = curve.operatingPoint(specificity: 0.9)
        #expect(half.threshold == 8.5 && half.sensitivity == 0.75 && half.specificity == 0.9)
        let strict = curve.operatingPoint(specificity: 1)
        #expect(strict.threshold == 30 && strict.sensitivity == 0.25 && strict.specificity == 1)
        #expect(curve.operatingPoint(specificity: 0).sensitivity == 1)
        #expect(curve.operatingPoint(specificity: 0).threshold == 3.5)
        let hopeless = ROCCurve(try LabeledScores(normal: [5], abnormal: [1])).operatingPoint(
            specificity: 0.5)
        #expect(hopeless.threshold == nil && hopeless.sensitivity == 0 && hopeless.specificity == 1)
    }

    @Test func `the table lists every point`() throws {
        let curve = ROCCurve(try LabeledScores(normal: [-1, 2], abnormal: [3, 3]))
        #expect(
            curve.table
                == "threshold,false_positive_rate,true_positive_rate\n,0.0,0.0\n3.0,0.0,1.0\n2.0,0.5,1.0\n"
                + "-1.0,1.0,1.0\n")
    }
}
