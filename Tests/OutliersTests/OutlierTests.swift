import Foundation
import Kernels
import Testing

import Outliers

/// scikit-learn's answers; see make_outlier_golden.py.
private struct Golden: Decodable {
    struct Covariance: Decodable {
        let columns: Int
        let training: [Float]
        let test: [Float]
        let shrinkage: Double
        let covariance: [Double]
        let distance: [Float]
    }

    struct Forest: Decodable {
        let columns: Int
        let training: [Float]
        let test: [Float]
        let mean: [Double]
        let deviation: [Double]
    }

    let covariance: [Covariance]
    let forest: Forest

    static func load() throws -> Golden {
        let url = try #require(Bundle.module.url(forResource: "outlier-golden", withExtension: "json"))
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }
}

@Suite struct `The Gaussian of normal samples` {
    @Test(arguments: 0..<3)
    func `covariance, shrinkage and distances are those of scikit-learn`(index: Int) throws {
        let golden = try Golden.load().covariance[index]
        let samples = SampleMatrix(columns: golden.columns, values: golden.training)
        let covariance = ShrunkCovariance(of: samples)
        #expect(abs(covariance.shrinkage - golden.shrinkage) < 1e-12)
        let scale = golden.covariance.map(abs).max() ?? 1
        for (ours, theirs) in zip(covariance.matrix, golden.covariance) {
            #expect(abs(ours - theirs) < 1e-12 * scale)
        }
        let distance = try #require(MahalanobisDistance(covariance))
        let test = SampleMatrix(columns: golden.columns, values: golden.test)
        for row in 0..<test.rows {
            let sample = (0..<test.columns).map { test[row, $0] }
            #expect(abs(distance(sample) - golden.distance[row]) < 1e-4 * golden.distance[row])
        }
    }

    @Test func `the mean has distance zero, and the distance grows in proportion from there`() throws {
        var generator = SeededGenerator(seed: 4)
        let samples = SampleMatrix(columns: 7, values: (0..<700).map { _ in Float(generator.nextUnit()) })
        let distance = try #require(MahalanobisDistance(ShrunkCovariance(of: samples)))
        #expect(distance(distance.mean) == 0)
        let away = distance.mean.enumerated().map { $0.element + Float($0.offset) * 0.1 }
        let twice = zip(away, distance.mean).map { 2 * $0 - $1 }
        #expect(abs(distance(twice) - 2 * distance(away)) < 1e-4 * distance(away))
    }

    @Test func `fewer samples than dimensions are shrunk so that they can be inverted, equal ones cannot`() {
        var generator = SeededGenerator(seed: 5)
        let few = SampleMatrix(columns: 40, values: (0..<200).map { _ in Float(generator.nextUnit()) })
        let covariance = ShrunkCovariance(of: few)
        #expect(covariance.shrinkage > 0 && MahalanobisDistance(covariance) != nil)
        let equal = SampleMatrix(columns: 3, values: [1, 2, 3, 1, 2, 3, 1, 2, 3])
        #expect(MahalanobisDistance(ShrunkCovariance(of: equal)) == nil)
    }
}

@Suite struct `The isolation forest` {
    @Test func `scores scatter around those of scikit-learn as its own do from seed to seed`() throws {
        let golden = try Golden.load().forest
        let samples = SampleMatrix(columns: golden.columns, values: golden.training)
        let test = SampleMatrix(columns: golden.columns, values: golden.test)
        let forests = (0..<30).map { IsolationForest(of: samples, seed: $0) }
        for row in 0..<test.rows {
            let sample = (0..<test.columns).map { test[row, $0] }
            let scores = forests.map { Double($0.score(sample)) }
            let mean = scores.reduce(0, +) / 30
            // The difference of two means of 30: four of its standard errors.
            #expect(abs(mean - golden.mean[row]) < 4 * golden.deviation[row] * (2.0 / 30).squareRoot())
        }
    }

    @Test func `the same seed gives the same forest, another one another`() {
        var generator = SeededGenerator(seed: 6)
        let samples = SampleMatrix(columns: 4, values: (0..<1200).map { _ in Float(generator.nextUnit()) })
        #expect(IsolationForest(of: samples, seed: 1) == IsolationForest(of: samples, seed: 1))
        #expect(IsolationForest(of: samples, seed: 1) != IsolationForest(of: samples, seed: 2))
    }

    @Test func `every path ends in a leaf, no deeper than the limit`() {
        var generator = SeededGenerator(seed: 7)
        let samples = SampleMatrix(
            columns: 3, values: (0..<900).map { _ in Float(generator.next(in: 0..<4)) })
        let forest = IsolationForest(of: samples, trees: 10, seed: 3)
        #expect(forest.samplesPerTree == 256 && forest.roots.count == 10)
        for (index, node) in forest.nodes.enumerated() where node.column >= 0 {
            #expect(Int(node.left) > index && Int(node.left) + 1 < forest.nodes.count)
        }
        let longest = forest.nodes.filter { $0.column < 0 }.map(\.pathLength).max() ?? 0
        #expect(Double(longest) <= 8 + IsolationForest.averagePathLength(256))
        #expect(IsolationForest.depthLimit(256) == 8 && IsolationForest.depthLimit(100) == 7)
    }

    @Test func `samples that are all equal have the score of no information`() {
        let samples = SampleMatrix(columns: 2, values: [Float](repeating: 3, count: 40))
        let forest = IsolationForest(of: samples, trees: 5, seed: 1)
        #expect(forest.score([3, 3]) == forest.score([9, -9]))
        #expect(forest.nodes.count == 5)
    }
}
