import CAllocationCounter
import Kernels
import TestSupport
import Testing

/// Data of a convolution, from seeds.
struct ConvolutionData {
    let input: [Float]
    let weights: [Float]
    let bias: [Float]
    let cotangent: [Float]

    init(_ g: ConvolutionGeometry, seed: UInt64) {
        input = randomFloats(g.inputCount, seed: seed)
        weights = randomFloats(g.weightCount, seed: seed + 1)
        bias = randomFloats(g.outputs, seed: seed + 2)
        cotangent = randomFloats(g.outputCount, seed: seed + 3)
    }
}

extension ConvolutionGeometry {
    /// Batch, height, width, inputs, outputs, rows, columns, stride, padding.
    init(_ sizes: [Int]) {
        self.init(
            batch: sizes[0], height: sizes[1], width: sizes[2], inputs: sizes[3], outputs: sizes[4],
            rows: sizes[5], columns: sizes[6], stride: sizes[7], padding: sizes[8])
    }
}

/// Largest difference to the oracle, relative to the oracle's largest value.
func relativeError(_ values: [Float], _ oracle: [Double]) throws -> Double {
    try #require(maximumRelativeDifference(values.map(Double.init), oracle))
}

/// Allowed error relative to the largest value. Winograd's transforms add and subtract numbers larger than the
/// result: measured up to 1.2e-5 with 512 channels and
/// 7e-6 with 64, against less than 2e-6 for plain sums.
func tolerance(_ g: ConvolutionGeometry) -> Double {
    // With a stride, each phase of the data gradient has a window of its own.
    let phase = [g.rows, g.columns].map { ($0 + g.stride - 1) / g.stride }
    let mayBeWinograd = phase == [3, 3] && min(g.inputs, g.outputs) >= 16
    return mayBeWinograd ? 3e-5 : 2e-6
}

let convolutionSizes: [[Int]] = [
    // The autoencoders' and VGG's shapes, small.
    [2, 16, 16, 3, 4, 3, 3, 1, 1], [3, 8, 8, 4, 4, 3, 3, 1, 1], [2, 9, 7, 4, 3, 3, 3, 1, 1],
    [2, 12, 12, 3, 64, 3, 3, 1, 1], [1, 9, 11, 64, 3, 3, 3, 1, 1], [2, 8, 8, 16, 16, 4, 4, 2, 1],
    [5, 4, 4, 32, 16, 4, 4, 1, 0], [5, 1, 1, 16, 32, 4, 4, 1, 3], [3, 7, 7, 8, 8, 3, 3, 1, 1],
    // Winograd: borders of every kind, channels that are not multiples of 16, all three paddings.
    [1, 8, 8, 32, 32, 3, 3, 1, 1], [2, 9, 7, 16, 48, 3, 3, 1, 1], [3, 10, 13, 17, 23, 3, 3, 1, 0],
    [2, 11, 6, 70, 33, 3, 3, 1, 2], [1, 21, 5, 20, 61, 3, 3, 1, 1], [2, 3, 30, 36, 40, 3, 3, 1, 1],
    [1, 16, 16, 64, 64, 3, 3, 1, 1], [4, 4, 4, 512, 16, 3, 3, 1, 1], [1, 6, 6, 24, 512, 3, 3, 1, 1],
    // Strides, windows and paddings.
    [2, 11, 9, 5, 6, 3, 3, 2, 0], [1, 13, 10, 7, 9, 3, 3, 3, 3], [2, 7, 8, 1, 1, 2, 2, 2, 0],
    [1, 12, 15, 9, 13, 5, 5, 2, 2], [2, 10, 10, 11, 12, 6, 6, 1, 3], [1, 9, 9, 2, 5, 6, 6, 3, 1],
    [2, 6, 7, 3, 19, 1, 1, 1, 0], [3, 5, 5, 40, 24, 1, 1, 2, 0], [1, 5, 6, 4, 4, 1, 1, 1, 2],
    [2, 8, 5, 6, 10, 2, 5, 1, 1], [1, 7, 9, 12, 35, 5, 1, 2, 0], [2, 5, 5, 3, 7, 2, 2, 3, 3],
    [1, 1, 1, 1, 1, 1, 1, 1, 0], [1, 1, 70, 2, 3, 1, 3, 1, 1], [5, 2, 2, 33, 65, 2, 2, 1, 1],
    [1, 33, 29, 10, 8, 4, 4, 3, 2],
    // Filter gradients: more lines of a block than one call takes, several calls of a block, several slices of outputs.
    [40, 32, 8, 3, 4, 3, 3, 1, 1], [64, 16, 32, 64, 8, 3, 3, 1, 1], [2, 6, 6, 128, 130, 3, 3, 1, 1],
    // Data gradients: Winograd in the phases of a stride.
    [2, 24, 25, 16, 20, 6, 6, 2, 2], [2, 24, 24, 16, 16, 5, 5, 2, 2],
]

extension `Kernels on one path` {
    @Suite struct `Batched convolution` {
        @Test(arguments: convolutionSizes)
        func `all three results agree with their definition`(sizes: [Int]) async throws {
            let g = ConvolutionGeometry(sizes)
            let data = ConvolutionData(g, seed: 11)
            let (plain, batched) = (PlainConvolution(geometry: g), BatchedConvolution(geometry: g))
            let y = await batched.forward(data.input, weights: data.weights, bias: data.bias)
            let oracle = plain.forward(data.input, weights: data.weights, bias: data.bias)
            #expect(try relativeError(y, oracle) < tolerance(g))
            let dx = await batched.dataGradient(data.cotangent, weights: data.weights)
            #expect(
                try relativeError(dx, plain.dataGradient(data.cotangent, weights: data.weights))
                    < tolerance(g))
            let dw = await batched.filterGradient(data.input, cotangent: data.cotangent)
            #expect(
                try relativeError(dw, plain.filterGradient(data.input, cotangent: data.cotangent))
                    < tolerance(g))
        }

        @Test(arguments: convolutionSizes)
        func `the gradients are the adjoints of the convolution`(sizes: [Int]) async {
            let g = ConvolutionGeometry(sizes)
            let data = ConvolutionData(g, seed: 23)
            let batched = BatchedConvolution(geometry: g)
            let y = await batched.forward(data.input, weights: data.weights)
            let dx = await batched.dataGradient(data.cotangent, weights: data.weights)
            let dw = await batched.filterGradient(data.input, cotangent: data.cotangent)
            let (inner, scale) = product(y, data.cotangent)
            #expect(abs(product(data.input, dx).sum - inner) < 2e-6 * scale)
            #expect(abs(product(data.weights, dw).sum - inner) < 2e-6 * scale)
        }

        /// The scalar product, and the sum of its terms' magnitudes.
        private func product(_ a: [Float], _ b: [Float]) -> (sum: Double, scale: Double) {
            var (sum, scale) = (0.0, 0.0)
            for (x, y) in zip(a, b) {
                sum += Double(x) * Double(y)
                scale += abs(Double(x) * Double(y))
            }
            return (sum, scale)
        }

        @Test(arguments: [[2, 9, 10, 5, 7, 3, 3, 1, 1], [2, 9, 10, 19, 21, 3, 3, 1, 1]])
        func `negative results are scaled by the slope`(sizes: [Int]) async {
            let g = ConvolutionGeometry(sizes)
            let data = ConvolutionData(g, seed: 31)
            let batched = BatchedConvolution(geometry: g)
            let plain = await batched.forward(data.input, weights: data.weights, bias: data.bias)
            for slope: Float in [0, 0.2] {
                let leaky = await batched.forward(
                    data.input, weights: data.weights, bias: data.bias, slope: slope)
                #expect(leaky == plain.map { $0 < 0 ? slope * $0 : $0 })
            }
        }

        @Test(arguments: convolutionSizes)
        func `a joint does in passing what a second pass would do`(sizes: [Int]) async {
            let g = ConvolutionGeometry(sizes)
            let data = ConvolutionData(g, seed: 53)
            let batched = BatchedConvolution(geometry: g)
            let y = await batched.forward(data.input, weights: data.weights, bias: data.bias, slope: 0.1)
            let dx = await batched.dataGradient(data.cotangent, weights: data.weights)
            let added = batched.copy(data.cotangent)
            let gate = batched.copy(data.input)
            let sum = await batched.forward(
                data.input, weights: data.weights, bias: data.bias, slope: 0.1, joint: .adding(added.pointer))
            #expect(sum == zip(y, data.cotangent).map { $0 + $1 })
            let gated = await batched.dataGradient(
                data.cotangent, weights: data.weights, joint: .gated(by: gate.pointer, slope: 0.3))
            #expect(gated == zip(dx, data.input).map { $1 > 0 ? $0 : $0 * 0.3 })
        }

        @Test(arguments: [[1, 12, 12, 4, 4, 3, 3, 1, 1], [1, 12, 12, 32, 32, 3, 3, 1, 1]])
        func `NaN passes through`(sizes: [Int]) async {
            let g = ConvolutionGeometry(sizes)
            let data = ConvolutionData(g, seed: 37)
            var input = data.input
            input[(5 * 12 + 6) * g.inputs] = .nan
            let y = await BatchedConvolution(geometry: g).forward(input, weights: data.weights, slope: 0)
            for output in 0..<g.outputs {
                #expect(y[(5 * 12 + 6) * g.outputs + output].isNaN)
                #expect(!y[output].isNaN)
            }
        }

        @Test(arguments: [
            [3, 16, 17, 4, 3, 3, 3, 1, 1], [2, 20, 20, 64, 130, 3, 3, 1, 1], [3, 15, 15, 24, 40, 4, 4, 2, 1],
        ])
        func `the order of blocks and the number of threads change nothing`(sizes: [Int]) async {
            let g = ConvolutionGeometry(sizes)
            let data = ConvolutionData(g, seed: 41)
            var results: [[[Float]]] = []
            for order in BlockOrder.allCases {
                let batched = BatchedConvolution(geometry: g, order: order)
                results.append([
                    await batched.forward(data.input, weights: data.weights, bias: data.bias, slope: 0.1),
                    await batched.dataGradient(data.cotangent, weights: data.weights),
                    await batched.filterGradient(data.input, cotangent: data.cotangent),
                ])
            }
            #expect(results[1] == results[0])
            #expect(results[2] == results[0])
        }

        @Test(arguments: [[2, 10, 10, 3, 5, 3, 3, 2, 1], [2, 10, 10, 20, 36, 3, 3, 1, 1]])
        func `running and packing allocate nothing`(sizes: [Int]) {
            let g = ConvolutionGeometry(sizes)
            let data = ConvolutionData(g, seed: 43)
            let (forward, back) = (ForwardConvolution(g), ConvolutionDataGradient(g))
            let filter = ConvolutionFilterGradient(g)
            let packed = FloatStorage(count: max(forward.packedCount, back.packedCount))
            let scratch = FloatStorage(
                count: max(forward.scratchCount, back.scratchCount, filter.scratchCount))
            let x = FloatStorage(count: g.inputCount)
            let y = FloatStorage(count: g.outputCount)
            let partials = FloatStorage(count: filter.blockCount * filter.partialCount)
            let dw = FloatStorage(count: g.weightCount)
            data.weights.withUnsafeBufferPointer { weights in
                guard let weights = weights.baseAddress else { return }
                let before = allocations_of_this_thread()
                forward.pack(weights, into: packed.pointer)
                for block in 0..<forward.blockCount {
                    forward.run(
                        block: block, input: x.pointer, packed: packed.pointer, bias: nil, slope: 0.1,
                        output: y.pointer, scratch: scratch.pointer)
                }
                back.pack(weights, into: packed.pointer)
                for block in 0..<back.blockCount {
                    back.run(
                        block: block, cotangent: y.pointer, packed: packed.pointer, inputGradient: x.pointer,
                        scratch: scratch.pointer)
                }
                for block in 0..<filter.blockCount {
                    filter.run(
                        block: block, input: x.pointer, cotangent: y.pointer,
                        partial: partials.pointer + block * filter.partialCount, scratch: scratch.pointer)
                }
                filter.finish(partials.pointer, weightGradient: dw.pointer)
                #expect(allocations_of_this_thread() - before == 0)
            }
        }
    }
}
