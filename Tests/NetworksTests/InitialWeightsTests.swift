import Foundation
import Networks
import Testing

@Suite struct `Initial weights` {
    private let parameters = [
        ParameterShape(name: "wide.weight", shape: [64, 16, 3, 3]),
        ParameterShape(name: "wide.bias", shape: [64]),
        ParameterShape(name: "point.weight", shape: [512, 32, 1, 1]),
        ParameterShape(name: "point.bias", shape: [512]),
    ]

    @Test func `weights have the deviation of Kaiming by outputs, biases keep their bounds`() throws {
        let tensors = InitialWeights.tensors(parameters, seed: 11)
        for (name, outputsTimesArea, inputsTimesArea) in [("wide", 64 * 9, 16 * 9), ("point", 512, 32)] {
            let weights = try #require(tensors["\(name).weight"]).values.map(Double.init)
            let count = Double(weights.count)
            let expected = (2 / 1.04 / Double(outputsTimesArea)).squareRoot()
            let mean = weights.reduce(0, +) / count
            let deviation = (weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
            // Four standard errors of a mean and of a deviation.
            #expect(abs(mean) < 4 * expected / count.squareRoot())
            #expect(abs(deviation - expected) < 4 * expected / (2 * count).squareRoot())
            // Of a normal distribution 4.55 % lie beyond two deviations, 0.27 % beyond three.
            for (limit, share) in [(2.0, 0.0455), (3.0, 0.0027)] {
                let beyond = Double(weights.filter { abs($0) > limit * expected }.count) / count
                #expect(abs(beyond - share) < 4 * (share / count).squareRoot())
            }
            let biases = try #require(tensors["\(name).bias"]).values.map(Double.init)
            let bound = 1 / Double(inputsTimesArea).squareRoot()
            let size = Double(biases.count)
            #expect(biases.allSatisfy { abs($0) <= bound })
            #expect((biases.max() ?? 0) > 0.8 * bound && (biases.min() ?? 0) < -0.8 * bound)
            #expect(abs(biases.reduce(0, +) / size) < 4 * bound / (3 * size).squareRoot())
        }
    }

    @Test func `a tensor depends on seed, name and shape, not on its neighbors`() throws {
        let all = InitialWeights.tensors(parameters, seed: 11)
        let alone = InitialWeights.tensors(Array(parameters.suffix(2)), seed: 11)
        #expect(alone["point.weight"] == all["point.weight"] && alone["point.bias"] == all["point.bias"])
        #expect(InitialWeights.tensors(parameters, seed: 11) == all)
        let other = InitialWeights.tensors(parameters, seed: 12)
        #expect(parameters.allSatisfy { other[$0.name] != all[$0.name] })
        let renamed = InitialWeights.tensors(
            [ParameterShape(name: "other.weight", shape: [64, 16, 3, 3])], seed: 11)
        #expect(renamed["other.weight"] != all["wide.weight"])
    }
}
