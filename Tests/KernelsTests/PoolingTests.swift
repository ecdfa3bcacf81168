import Kernels
import TestSupport
import Testing

@Suite struct `Pooling, doubling and activations` {
    private let shape = MapShape(height: 6, width: 4, channels: 3)

    private func cells(_ input: [Float], _ combine: ([Float]) -> Float) -> [Float] {
        var result: [Float] = []
        for y in 0..<(shape.height / 2) {
            for x in 0..<(shape.width / 2) {
                for channel in 0..<shape.channels {
                    let cell = [(0, 0), (0, 1), (1, 0), (1, 1)].map { dy, dx in
                        input[((2 * y + dy) * shape.width + 2 * x + dx) * shape.channels + channel]
                    }
                    result.append(combine(cell))
                }
            }
        }
        return result
    }

    @Test func `average pooling is the mean of each cell`() throws {
        let input = randomFloats(shape.count, seed: 21)
        var output = [Float](repeating: 0, count: shape.count / 4)
        averagePool2x2(input, shape: shape, into: &output)
        let expected = cells(input) { $0.reduce(0, +) / 4 }
        #expect(try #require(maximumDifference(output, expected)) < 1e-6)
    }

    @Test func `maximum pooling is the largest of each cell`() {
        let input = randomFloats(shape.count, seed: 22)
        var output = [Float](repeating: 0, count: shape.count / 4)
        maximumPool2x2(input, shape: shape, into: &output)
        #expect(output == cells(input) { $0.max() ?? .nan })
    }

    @Test func `average pooling undoes doubling`() {
        let input = randomFloats(shape.count, seed: 23)
        var doubled = [Float](repeating: 0, count: shape.count * 4)
        doubleNearest(input, shape: shape, into: &doubled)
        var output = [Float](repeating: 0, count: shape.count)
        averagePool2x2(
            doubled, shape: MapShape(height: 12, width: 8, channels: 3), into: &output)
        #expect(output == input)
    }

    @Test(arguments: [0, 1, 7, 8, 21])
    func `leaky ReLU scales only what is negative`(count: Int) {
        let input = randomFloats(count, seed: 24)
        var output = input
        applyLeakyReLU(&output, count: count, slope: 0.2)
        #expect(output == input.map { $0 < 0 ? $0 * 0.2 : $0 })
    }

    @Test(arguments: [3, 8, 19])
    func `normalized distances agree with plain sums`(channels: Int) {
        let pixels = 5
        let (x, y) = (randomFloats(pixels * channels, seed: 25), randomFloats(pixels * channels, seed: 26))
        let (mean, scale) = (
            randomFloats(channels, seed: 27), randomFloats(channels, seed: 28).map { $0 + 2 }
        )
        var (difference, magnitude) = (0.0, 0.0)
        for index in x.indices {
            let (m, s) = (Double(mean[index % channels]), Double(scale[index % channels]))
            difference += abs((Double(x[index]) - m) * s - (Double(y[index]) - m) * s)
            magnitude += abs(Double(x[index]) - m) * s
        }
        let found = normalizedDistances(x, y, mean: mean, scale: scale, pixels: pixels, channels: channels)
        #expect(abs(found.difference - difference) < 1e-6 * difference)
        #expect(abs(found.magnitude - magnitude) < 1e-6 * magnitude)
    }
}

@Suite struct `Matrix products` {
    @Test(arguments: [[1, 1, 1], [5, 7, 3], [64, 36, 16], [130, 300, 70]])
    func `a product agrees with the definition`(size: [Int]) throws {
        let (rows, inner, columns) = (size[0], size[1], size[2])
        let (a, b) = (randomFloats(rows * inner, seed: 31), randomFloats(inner * columns, seed: 32))
        var result = [Float](repeating: .nan, count: rows * columns)
        multiplyMatrices(a, b, into: &result, rows: rows, inner: inner, columns: columns)
        let expected = result.indices.map { index in
            Float(
                (0..<inner).reduce(0.0) {
                    $0 + Double(a[index / columns * inner + $1]) * Double(b[$1 * columns + index % columns])
                })
        }
        #expect(try #require(maximumRelativeDifference(result, expected)) < 2e-6)
    }
}
