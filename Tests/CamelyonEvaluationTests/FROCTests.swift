import CamelyonEvaluation
import Kernels
import Pixels
import Testing

@Suite struct `FROC` {
    /// Lesion 1 around mask pixel (30, 20), isolated tumor cells around (90, 20), lesion 3 around (30, 70).
    private let mask: EvaluationMask

    init() throws {
        mask = try EvaluationMask(
            TumorRaster(
                plane(
                    120, 100, rectangle(15, 20, 30, 1), rectangle(88, 20, 4, 1), rectangle(15, 70, 30, 1))))
        try #require(mask.lesions.map(\.isIsolatedCells) == [false, true, false])
    }

    /// A detection at a mask pixel.
    private func at(_ column: Int, _ row: Int, _ probability: Double) -> Detection {
        Detection(probability: probability, x: column * 32 + 5, y: row * 32 + 31)
    }

    private func tumor(_ detections: Detection...) throws -> SlideOutcome {
        try SlideOutcome(tumor: "Tumor_001", detections: detections, mask: mask)
    }

    private func normal(_ name: String, _ probabilities: Double...) -> SlideOutcome {
        SlideOutcome(normal: name, detections: probabilities.map { at(0, 0, $0) })
    }

    @Test func `several detections in a lesion count once, with the highest probability`() throws {
        let outcome = try tumor(at(20, 20, 0.25), at(40, 21, 0.75), at(30, 20, 0.5))
        #expect(outcome.lesions.map(\.label) == [1, 3] && outcome.lesions.map(\.best) == [0.75, nil])
        #expect(outcome.falsePositives.isEmpty && outcome.ignored == 0 && outcome.isolatedCells == 1)
    }

    @Test func `a detection in isolated tumor cells is neither a hit nor a false positive`() throws {
        let outcome = try tumor(at(90, 20, 0.875), at(60, 50, 0.25))
        #expect(outcome.ignored == 1 && outcome.falsePositives == [0.25])
        #expect(outcome.lesions.allSatisfy { $0.best == nil })
        let curve = try FROCCurve([outcome], mode: .clean)
        #expect(curve.lesionCount == 2 && curve.points.count == 2)
    }

    @Test func `the curve of a small experiment is the one worked out by hand`() throws {
        let slides = [
            try tumor(at(30, 20, 0.75), at(30, 70, 0.25), at(60, 50, 0.5)),
            normal("Normal_001", 0.625, 0.125),
        ]
        let expected: [(Double, Double, Double)] = [
            (0.125, 1.5, 1), (0.25, 1, 1), (0.5, 1, 0.5), (0.625, 0.5, 0.5), (0.75, 0, 0.5),
            (.infinity, 0, 0),
        ]
        for mode in FROCCurve.Mode.allCases {
            // The slot of the isolated tumor cells is the 0 that the official rule leaves out.
            let curve = try FROCCurve(slides, mode: mode)
            #expect(curve.points.map(\.threshold) == expected.map(\.0))
            #expect(curve.points.map(\.falsePositivesPerSlide) == expected.map(\.1))
            #expect(curve.points.map(\.sensitivity) == expected.map(\.2))
            // Between 0.5 (0.5) and 1 (0.5, then 1) the sensitivity is level; from 1 on it is 1.
            #expect(curve.sensitivities == [0.5, 0.5, 1, 1, 1, 1])
            #expect(curve.score == 5.0 / 6)
            #expect(curve.sensitivity(atFalsePositivesPerSlide: 0) == 0.5)
            #expect(curve.sensitivity(atFalsePositivesPerSlide: 0.75) == 0.5)
        }
    }

    @Test func `between two points of the curve the sensitivity is linear`() throws {
        let slides = [try tumor(at(30, 20, 0.5)), normal("a", 0.5), normal("b", 0.5), normal("c", 0.5, 0.5)]
        let curve = try FROCCurve(slides, mode: .clean)
        // From (0, 0) to (1, 1/2).
        #expect(curve.points.map(\.falsePositivesPerSlide) == [1, 0])
        #expect(curve.sensitivities == [0.125, 0.25, 0.5, 0.5, 0.5, 0.5])
    }

    @Test func `the official rule loses the lowest score where nothing has the score 0`() throws {
        let two = try EvaluationMask(TumorRaster(plane(100, 40, rectangle(15, 20, 30, 1))))
        let slide = try SlideOutcome(
            tumor: "Tumor_002", detections: [at(20, 20, 0.5), at(90, 5, 0.25), at(90, 6, 0.75)], mask: two)
        #expect(try FROCCurve([slide], mode: .clean).points.map(\.threshold) == [0.25, 0.5, 0.75, .infinity])
        let official = try FROCCurve([slide], mode: .official)
        #expect(official.points.map(\.threshold) == [0.5, 0.75, .infinity])
        #expect(official.sensitivity(atFalsePositivesPerSlide: 8) == 1)
        let only = try SlideOutcome(tumor: "Tumor_002", detections: [at(20, 20, 0.5)], mask: two)
        #expect(try FROCCurve([only], mode: .official).score == 0)
        #expect(try FROCCurve([only], mode: .clean).score == 1)
    }

    @Test func `without any detection nothing is found`() throws {
        let outcomes = [try tumor(), normal("Normal_001")]
        for mode in FROCCurve.Mode.allCases {
            let curve = try FROCCurve(outcomes, mode: mode)
            #expect(curve.score == 0 && curve.points.count == 1 && curve.slideCount == 2)
        }
    }

    @Test func `a slide without table counts only in the clean mode, an empty table in both`() throws {
        let outcomes = [
            try tumor(at(30, 20, 0.75), at(60, 50, 0.75)), normal("Normal_001"),
            SlideOutcome(normal: "Normal_002", detections: nil),
            try SlideOutcome(tumor: "Tumor_003", detections: nil, mask: mask),
        ]
        let official = try FROCCurve(outcomes, mode: .official)
        #expect(official.slideCount == 2 && official.lesionCount == 2)
        #expect(official.points.first?.falsePositivesPerSlide == 0.5)
        let clean = try FROCCurve(outcomes, mode: .clean)
        #expect(clean.slideCount == 4 && clean.lesionCount == 4)
        #expect(clean.points.first?.falsePositivesPerSlide == 0.25)
    }

    @Test func `of equal scores the official rule can hold the lesion's for the higher one`() throws {
        // 0.1 in single precision is above 0.1, 0.7 below it.
        for (score, split) in [(0.1, true), (0.7, false), (0.5, false)] {
            let slides = [try tumor(at(30, 20, score)), normal("Normal_001", score)]
            #expect(try FROCCurve(slides, mode: .clean).points.map(\.falsePositivesPerSlide) == [0.5, 0])
            let official = try FROCCurve(slides, mode: .official)
            #expect(
                official.points.contains { $0.falsePositivesPerSlide == 0 && $0.sensitivity > 0 } == split)
            #expect(official.sensitivity(atFalsePositivesPerSlide: 0) == (split ? 0.5 : 0))
        }
    }

    @Test func `scores below 0 find what was not hit by the official rule only`() throws {
        let slides = [try tumor(at(30, 20, -0.25), at(60, 50, -0.5), at(61, 50, -0.75))]
        let official = try FROCCurve(slides, mode: .official)
        // Both lesions and the isolated cells have the score 0, so three of two are found.
        #expect(official.points.map(\.threshold) == [-0.5, 0, .infinity])
        #expect(official.points.map(\.sensitivity) == [1.5, 1.5, 0])
        let clean = try FROCCurve(slides, mode: .clean)
        #expect(clean.points.map(\.sensitivity) == [0.5, 0.5, 0.5, 0])
    }

    @Test func `only the order of the scores matters in the clean mode`() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<50 {
            let found = (0..<12).map { _ in
                at(
                    generator.next(in: 0..<120), generator.next(in: 0..<100),
                    Double(generator.next(in: 1..<9)) / 8)
            }
            let bent = found.map {
                Detection(probability: $0.probability * $0.probability * 7 - 3, x: $0.x, y: $0.y)
            }
            let curves = try [found, bent, found.reversed()].map {
                try FROCCurve(
                    [try SlideOutcome(tumor: "Tumor_001", detections: $0, mask: mask)], mode: .clean)
            }
            #expect(curves[0].points == curves[2].points)
            #expect(curves[0].points.map(\.sensitivity) == curves[1].points.map(\.sensitivity))
            #expect(curves[0].sensitivities == curves[1].sensitivities)
            for (low, high) in zip(curves[0].points, curves[0].points.dropFirst()) {
                #expect(low.falsePositivesPerSlide >= high.falsePositivesPerSlide)
                #expect(low.sensitivity >= high.sensitivity)
            }
        }
    }

    @Test func `a detection outside the slide is an error where places matter`() throws {
        for (x, y) in [(-1, 0), (0, -1), (3840, 0), (0, 3200)] {
            let detection = Detection(probability: 0.5, x: x, y: y)
            #expect(throws: FROCError.outside(slide: "Tumor_001", detection: detection)) {
                try tumor(detection)
            }
            let normal = SlideOutcome(normal: "Normal_001", detections: [detection])
            #expect(normal.falsePositives == [0.5])
        }
    }

    @Test func `no curve without slides, without lesions or with a slide twice`() throws {
        let slide = try tumor()
        #expect(throws: FROCError.noSlides) { try FROCCurve([], mode: .clean) }
        #expect(throws: FROCError.noLesions) { try FROCCurve([normal("Test_001", 1)], mode: .official) }
        #expect(throws: FROCError.repeatedSlide("Tumor_001")) { try FROCCurve([slide, slide], mode: .clean) }
        let absent = try SlideOutcome(tumor: "Tumor_003", detections: nil, mask: mask)
        #expect(throws: FROCError.noSlides) { try FROCCurve([absent], mode: .official) }
    }

    @Test func `by the official name only what begins with Tumor has tumor`() {
        #expect(
            ["Tumor_001", "Tumor", "tumor_001", "Test_001", "Normal_001"].map {
                SlideKind(byOfficialName: $0)
            }
                == [.tumor, .tumor, .normal, .normal, .normal])
    }
}
