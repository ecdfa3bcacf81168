import Evaluation
import Foundation
import Testing

/// Against scipy's and scikit-learn's numbers: see make_comparison_golden.py.
@Suite struct `Comparisons against scipy` {
    private struct Case: Decodable {
        struct Difference: Decodable {
            let value: Double
            let standardError: Double?
            let p: Double?
        }

        let name: String
        let isAbnormal: [Bool]
        let methods: [[Double]]
        let areas: [Double]
        let meanArea: Double
        let deviation: Double
        let correlations: [[Double?]]
        let rankAverage: [Double]
        let rankAverageArea: Double
        let rankAveragePrecision: Double
        let differences: [Difference]

        var lists: [JointScores.List] {
            methods.enumerated().map { number, scores in
                let images = zip(scores, isAbnormal).enumerated().map { index, image in
                    ScoredImage(score: image.0, isAbnormal: image.1, name: "image \(index)")
                }
                return JointScores.List(name: "method \(number)", images: images)
            }
        }
    }

    private struct Golden: Decodable { let cases: [Case] }

    private let cases: [Case]

    init() throws {
        let url = try #require(Bundle.module.url(forResource: "comparison-golden", withExtension: "json"))
        cases = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url)).cases
        try #require(cases.count == 8)
    }

    private func isNear(_ value: Double?, _ expected: Double?, tolerance: Double = 1e-12) -> Bool {
        guard let value, let expected else { return value == nil && expected == nil }
        return abs(value - expected) <= tolerance
    }

    @Test func `rank averages are those of scipy's ranks`() throws {
        for item in cases {
            let methods = try item.methods.map {
                try LabeledScores(scores: $0, isAbnormal: item.isAbnormal)
            }
            let average = try LabeledScores.rankAverage(of: methods)
            #expect(average.isAbnormal == item.isAbnormal)
            for (found, expected) in zip(average.scores, item.rankAverage) {
                #expect(isNear(found, expected), "\(item.name)")
            }
        }
    }

    @Test func `rank correlations are scipy's, over all images and within each kind`() throws {
        for item in cases {
            let rows = try Invented.comparison(item.lists).correlations
            try #require(rows.count == item.correlations.count)
            for (row, expected) in zip(rows, item.correlations) {
                #expect(isNear(row.all, expected[0]), "\(item.name)")
                #expect(isNear(row.normal, expected[1]), "\(item.name)")
                #expect(isNear(row.abnormal, expected[2]), "\(item.name)")
            }
        }
    }

    @Test func `areas and what runs vary by are the same`() throws {
        for item in cases {
            let comparison = try Invented.comparison(item.lists)
            for (row, area) in zip(comparison.methods, item.areas) {
                #expect(isNear(row.area.area, area), "\(item.name)")
            }
            #expect(isNear(comparison.rankAverage.area.area, item.rankAverageArea), "\(item.name)")
            #expect(
                isNear(comparison.rankAverage.averagePrecision, item.rankAveragePrecision), "\(item.name)")
            #expect(isNear(comparison.runs?.mean, item.meanArea), "\(item.name)")
            #expect(isNear(comparison.runs?.standardDeviation, item.deviation), "\(item.name)")
        }
    }

    @Test func `differences and their chances are those of the definition`() throws {
        for item in cases {
            let rows = try Invented.comparison(item.lists).differences
            try #require(rows.count == item.differences.count)
            for (row, expected) in zip(rows, item.differences) {
                let pair = "\(item.name): \(row.first) minus \(row.second)"
                #expect(isNear(row.area.difference, expected.value), "\(pair)")
                // Where the variance is 0, the golden file has neither it nor p.
                #expect(
                    isNear(row.area.standardError, expected.standardError ?? 0, tolerance: 1e-11), "\(pair)")
                #expect(isNear(row.area.p, expected.p, tolerance: 1e-10), "\(pair)")
            }
        }
    }
}
