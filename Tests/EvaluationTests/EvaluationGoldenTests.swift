import Evaluation
import Foundation
import Testing

/// Against scikit-learn's and numpy's numbers: see make_evaluation_golden.py.
@Suite struct `Statistics against scikit-learn` {
    private struct Case: Decodable {
        struct Paired: Decodable {
            let normal: [Double]
            let abnormal: [Double]
            let covariance: Double
            let difference: Double
            let z: Double
            let p: Double
        }

        let name: String
        let normal: [Double]
        let abnormal: [Double]
        let area: Double
        let averagePrecision: Double
        let falsePositiveRates: [Double]
        let truePositiveRates: [Double]
        let thresholds: [Double?]
        let sensitivities: [Double]
        let percentile95: Double
        let variance: Double?
        let low: Double?
        let high: Double?
        let paired: Paired?
    }

    private struct Golden: Decodable {
        let specificities: [Double]
        let reach: [String: Double]
        let cases: [Case]
    }

    private let golden: Golden

    init() throws {
        let url = try #require(Bundle.module.url(forResource: "evaluation-golden", withExtension: "json"))
        golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
        try #require(golden.cases.count == 14)
    }

    private func isNear(_ value: Double?, _ expected: Double?, relative: Double = 1e-12) -> Bool {
        guard let value, let expected else { return value == nil && expected == nil }
        return abs(value - expected) <= relative * max(1, abs(expected))
    }

    @Test func `curves, areas and average precisions are the same`() throws {
        for item in golden.cases {
            let scores = try LabeledScores(normal: item.normal, abnormal: item.abnormal)
            let curve = ROCCurve(scores)
            let thresholds = curve.points.map { $0.threshold.isFinite ? $0.threshold : nil }
            #expect(thresholds == item.thresholds, "\(item.name)")
            #expect(curve.points.map(\.falsePositiveRate) == item.falsePositiveRates, "\(item.name)")
            #expect(curve.points.map(\.truePositiveRate) == item.truePositiveRates, "\(item.name)")
            #expect(isNear(curve.area, item.area), "\(item.name)")
            #expect(isNear(curve.averagePrecision, item.averagePrecision), "\(item.name)")
            #expect(ROC.area(normal: item.normal, abnormal: item.abnormal) == curve.area, "\(item.name)")
        }
    }

    @Test func `sensitivities at fixed specificities are the best of all thresholds`() throws {
        for item in golden.cases {
            let curve = ROCCurve(try LabeledScores(normal: item.normal, abnormal: item.abnormal))
            let found = golden.specificities.map { curve.operatingPoint(specificity: $0).sensitivity }
            #expect(found == item.sensitivities, "\(item.name)")
        }
    }

    @Test func `DeLong's interval is that of the definition`() throws {
        for item in golden.cases {
            let estimate = DeLong.estimate(try LabeledScores(normal: item.normal, abnormal: item.abnormal))
            // Relative: variances are small numbers.
            if let variance = item.variance, let error = estimate.standardError {
                #expect(abs(error * error - variance) <= 1e-12 * variance + 1e-30, "\(item.name)")
            }
            #expect((estimate.standardError == nil) == (item.variance == nil), "\(item.name)")
            #expect(isNear(estimate.interval?.low, item.low), "\(item.name)")
            #expect(isNear(estimate.interval?.high, item.high), "\(item.name)")
        }
    }

    @Test func `two scores of the same images are compared the same`() throws {
        var compared = 0
        for item in golden.cases {
            guard let paired = item.paired else { continue }
            compared += 1
            let first = try LabeledScores(normal: item.normal, abnormal: item.abnormal)
            let second = try LabeledScores(normal: paired.normal, abnormal: paired.abnormal)
            let covariance = try #require(DeLong.covariance(first, second))
            #expect(abs(covariance - paired.covariance) <= 1e-12 * abs(paired.covariance), "\(item.name)")
            let comparison = DeLong.compare(first, second)
            #expect(isNear(comparison.difference, paired.difference), "\(item.name)")
            #expect(isNear(comparison.z, paired.z), "\(item.name)")
            #expect(isNear(comparison.p, paired.p), "\(item.name)")
        }
        #expect(compared == 8)
    }

    @Test func `percentiles interpolate as numpy's do`() throws {
        for item in golden.cases {
            let images = (item.normal + item.abnormal).map {
                ScoredImage(score: $0, isAbnormal: false, group: "all")
            }
            let row = try #require(try GroupRow.table(of: images).first)
            #expect(isNear(row.p95, item.percentile95), "\(item.name)")
        }
    }

    @Test func `intervals reach as far as the normal distribution's quantiles`() throws {
        let scores = try LabeledScores(normal: [0, 1, 2, 3, 5, 8, 4, 2.5], abnormal: [2, 3, 4, 6, 2.2, 4.4])
        for (text, reach) in golden.reach {
            let confidence = try #require(Double(text))
            let estimate = DeLong.estimate(scores, confidence: confidence)
            let (interval, error) = try #require(
                estimate.interval.flatMap { interval in
                    estimate.standardError.map { (interval, $0) }
                })
            #expect(isNear(interval.low, max(0, estimate.area - reach * error)), "\(text)")
            #expect(isNear(interval.high, min(1, estimate.area + reach * error)), "\(text)")
        }
        #expect(golden.reach.count == 5)
    }
}
