import Kernels
import TestSupport
import Testing

/// Convolution straight from its definition: the oracle.
func naiveConvolution(
    _ input: [Float], _ shape: MapShape, weights: [Float], bias: [Float], outputs: Int, side: Int,
    padding: Int
) -> [Float] {
    let (height, width) = (shape.height + 2 * padding - side + 1, shape.width + 2 * padding - side + 1)
    var result: [Float] = []
    for y in 0..<height {
        for x in 0..<width {
            for output in 0..<outputs {
                var sum = Double(bias[output])
                for channel in 0..<shape.channels {
                    for ky in 0..<side {
                        for kx in 0..<side {
                            let (row, column) = (y + ky - padding, x + kx - padding)
                            guard (0..<shape.height).contains(row), (0..<shape.width).contains(column) else {
                                continue
                            }
                            let weight = weights[
                                ((output * shape.channels + channel) * side + ky) * side + kx]
                            let value = input[(row * shape.width + column) * shape.channels + channel]
                            sum += Double(weight) * Double(value)
                        }
                    }
                }
                result.append(Float(sum))
            }
        }
    }
    return result
}

func randomFloats(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(generator.nextUnit() * 2 - 1) }
}

/// One convolution with its own scratch.
func convolved(_ input: [Float], _ shape: MapShape, _ kernel: ConvolutionKernel, rectified: Bool = false)
    -> [Float]
{
    var demand = ConvolutionScratch.Demand()
    demand.include(kernel, on: shape)
    let scratch = ConvolutionScratch(demand)
    var output = [Float](repeating: .nan, count: kernel.outputShape(for: shape).count)
    convolve(input, shape: shape, with: kernel, scratch: scratch, into: &output, rectified: rectified)
    return output
}

@Suite struct `Convolution` {
    /// Height, width, inputs, outputs, side, padding: narrow and wide, odd sizes, every window that networks
    /// use, and one whose patches need several blocks.
    static let cases = [
        [8, 8, 3, 4, 3, 1], [7, 5, 4, 4, 3, 1], [9, 6, 5, 3, 3, 1], [8, 8, 16, 16, 3, 1],
        [6, 7, 8, 20, 3, 1],
        [5, 9, 12, 33, 1, 0], [5, 9, 12, 6, 1, 0], [4, 4, 16, 16, 4, 0], [1, 1, 16, 16, 4, 3],
        [4, 4, 4, 2, 4, 0],
        [64, 64, 32, 12, 3, 1], [1, 1, 1, 1, 3, 1], [3, 2, 1, 1, 3, 1], [33, 61, 40, 24, 3, 1],
    ]

    private func kernel(_ c: [Int], seed: UInt64) -> (
        kernel: ConvolutionKernel, weights: [Float], bias: [Float]
    ) {
        let weights = randomFloats(c[3] * c[2] * c[4] * c[4], seed: seed)
        let bias = randomFloats(c[3], seed: seed + 1)
        return (
            ConvolutionKernel(
                weights: weights, bias: bias, inputs: c[2], outputs: c[3], side: c[4], padding: c[5]),
            weights, bias
        )
    }

    @Test(arguments: cases)
    func `every shape agrees with the definition`(c: [Int]) throws {
        let shape = MapShape(height: c[0], width: c[1], channels: c[2])
        let (kernel, weights, bias) = kernel(c, seed: 1)
        let input = randomFloats(shape.count, seed: 3)
        let expected = naiveConvolution(
            input, shape, weights: weights, bias: bias, outputs: c[3], side: c[4], padding: c[5])
        let plain = convolved(input, shape, kernel)
        #expect(try #require(maximumRelativeDifference(plain, expected)) < 2e-6)
        let rectified = convolved(input, shape, kernel, rectified: true)
        #expect(rectified == plain.map { max($0, 0) })
    }

    @Test(arguments: [4, 24])
    func `a kernel of one centered 1 returns its input`(channels: Int) {
        var weights = [Float](repeating: 0, count: channels * channels * 9)
        for channel in 0..<channels { weights[(channel * channels + channel) * 9 + 4] = 1 }
        let kernel = ConvolutionKernel(
            weights: weights, bias: [Float](repeating: 0, count: channels), inputs: channels,
            outputs: channels,
            side: 3, padding: 1)
        let shape = MapShape(height: 10, width: 7, channels: channels)
        let input = randomFloats(shape.count, seed: 5)
        #expect(convolved(input, shape, kernel) == input)
    }

    @Test(arguments: [4, 24])
    func `convolution is linear up to its bias`(outputs: Int) throws {
        let c = [9, 11, 6, outputs, 3, 1]
        let shape = MapShape(height: 9, width: 11, channels: 6)
        let (kernel, _, bias) = kernel(c, seed: 7)
        let (a, b) = (randomFloats(shape.count, seed: 8), randomFloats(shape.count, seed: 9))
        let mixed = convolved(zip(a, b).map { 2 * $0 - 3 * $1 }, shape, kernel)
        let (fa, fb) = (convolved(a, shape, kernel), convolved(b, shape, kernel))
        let expected = fa.indices.map { 2 * fa[$0] - 3 * fb[$0] + 2 * bias[$0 % outputs] }
        #expect(try #require(maximumRelativeDifference(mixed, expected)) < 5e-6)
    }

    @Test(arguments: [4, 24])
    func `shifting the input shifts the output away from the border`(outputs: Int) throws {
        let c = [12, 12, 5, outputs, 3, 1]
        let shape = MapShape(height: 12, width: 12, channels: 5)
        let (kernel, _, _) = kernel(c, seed: 11)
        let input = randomFloats(shape.count, seed: 12)
        var shifted = [Float](repeating: 0, count: shape.count)
        for index in (13 * 5)..<shape.count { shifted[index] = input[index - 13 * 5] }
        let (plain, moved) = (convolved(input, shape, kernel), convolved(shifted, shape, kernel))
        var inner: (plain: [Float], moved: [Float]) = ([], [])
        for y in 1..<10 {
            for x in 1..<10 {
                for output in 0..<outputs {
                    inner.plain.append(plain[(y * 12 + x) * outputs + output])
                    inner.moved.append(moved[((y + 1) * 12 + x + 1) * outputs + output])
                }
            }
        }
        #expect(try #require(maximumRelativeDifference(inner.moved, inner.plain)) < 2e-6)
    }
}
