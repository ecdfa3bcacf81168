import Pixels
import TestSupport
import Testing

import CamelyonEvaluation

@Suite struct `Evaluation against scipy and scikit-image` {
    private func rowSums<Value: BinaryInteger>(_ rows: [[Value]]) -> [Int] {
        rows.map { row in row.enumerated().reduce(0) { $0 + Int($1.element) * ($1.offset + 1) } }
    }

    @Test func `the distances of a mask are those of scipy`() throws {
        for mask in try Golden.read().masks {
            var rows: [[Int]] = []
            SquaredDistances(to: mask.plane).forEachRow { rows.append($1) }
            #expect(rowSums(rows) == mask.squares)
        }
    }

    @Test func `lesions, their numbers and their lengths are those of scikit-image`() throws {
        let golden = try Golden.read()
        #expect(golden.masks.count == 18)
        for expected in golden.masks {
            let mask = try EvaluationMask(TumorRaster(expected.plane))
            let rows = try (0..<mask.height).map { row in
                try (0..<mask.width).map { try #require(mask.label(column: $0, row: row)) }
            }
            #expect(rowSums(rows) == expected.labels)
            #expect(mask.lesions.map(\.area) == expected.areas)
            #expect(mask.lesions.map(\.isIsolatedCells) == expected.isolated)
            let difference = try #require(maximumDifference(mask.lesions.map(\.length), expected.lengths))
            #expect(difference < 1e-9)
        }
    }

    @Test func `curves and scores of both modes are those of numpy`() throws {
        let golden = try Golden.read()
        let masks = try golden.masks.map { try EvaluationMask(TumorRaster($0.plane)) }
        #expect(golden.froc.count > 8)
        for experiment in golden.froc {
            let outcomes = try experiment.slides.map { try $0.outcome(masks) }
            try compare(FROCCurve(outcomes, mode: .official), experiment.official)
            try compare(FROCCurve(outcomes, mode: .clean), experiment.clean)
        }
    }

    private func compare(_ curve: FROCCurve, _ expected: Golden.Curve) throws {
        #expect(curve.slideCount == expected.slides)
        #expect(curve.lesionCount == expected.lesions)
        #expect(curve.points.dropLast().map(\.threshold) == expected.thresholds)
        #expect(curve.points.last?.threshold == .infinity)
        let pairs = [
            (curve.points.map(\.falsePositivesPerSlide), expected.falsePositives),
            (curve.points.map(\.sensitivity), expected.sensitivity),
            (curve.sensitivities, expected.sensitivities), ([curve.score], [expected.score]),
        ]
        for (ours, theirs) in pairs {
            #expect(try #require(maximumDifference(ours, theirs)) < 1e-9)
        }
    }

    @Test func `the detections of a heatmap are those of the search by repeated maximum`() throws {
        for expected in try Golden.read().heatmaps {
            let scores = Plane(
                width: expected.width, height: expected.height, values: expected.scores.map { $0 ?? .nan })
            let extent = SlideExtent(width: expected.width * 64, height: expected.height * 48)
            let map = ScoreMap(scores, cellWidth: 64, cellHeight: 48, slide: extent)
            func found(_ neighborhood: PeakSearch.Neighborhood) -> [[Double]] {
                PeakSearch(neighborhood, threshold: 0.5).detections(in: map).map {
                    [$0.probability, Double($0.x / 64), Double($0.y / 48)]
                }
            }
            #expect(found(.square(cells: expected.cells)) == expected.square)
            #expect(found(.disc(radius: expected.radius)) == expected.disc)
        }
    }
}
