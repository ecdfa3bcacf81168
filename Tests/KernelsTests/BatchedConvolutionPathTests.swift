import Kernels
import Testing

/// Tests that force a path of the kernels, each for its own thread, or that compare digits which depend on it.
@Suite enum `Kernels on one path` {}

extension `Kernels on one path` {
    @Suite struct `Convolution paths` {
        @Test(arguments: KernelPath.allCases)
        func `every path agrees with the definition`(path: KernelPath) async throws {
            guard path.run({}) != nil else { return }
            for sizes in convolutionSizes {
                let g = ConvolutionGeometry(sizes)
                let data = ConvolutionData(g, seed: 53)
                let (plain, batched) = (
                    PlainConvolution(geometry: g), BatchedConvolution(geometry: g, path: path)
                )
                let y = await batched.forward(data.input, weights: data.weights, bias: data.bias)
                let sums = plain.forward(data.input, weights: data.weights, bias: data.bias)
                #expect(try relativeError(y, sums) < tolerance(g), "\(sizes)")
                let leaky = await batched.forward(
                    data.input, weights: data.weights, bias: data.bias, slope: 0.2)
                #expect(leaky == y.map { $0 < 0 ? 0.2 * $0 : $0 })
                let dx = await batched.dataGradient(data.cotangent, weights: data.weights)
                let backward = plain.dataGradient(data.cotangent, weights: data.weights)
                #expect(try relativeError(dx, backward) < tolerance(g))
                let dw = await batched.filterGradient(data.input, cotangent: data.cotangent)
                let filter = plain.filterGradient(data.input, cotangent: data.cotangent)
                #expect(try relativeError(dw, filter) < tolerance(g))
            }
        }

        @Test func `weights packed on one path serve every other`() {
            let g = ConvolutionGeometry([1, 6, 7, 20, 44, 3, 3, 1, 1])
            let weights = randomFloats(g.weightCount, seed: 59)
            let convolution = ForwardConvolution(g)
            var packed: [[Float]] = []
            for path in KernelPath.allCases {
                let memory = FloatStorage(count: convolution.packedCount)
                guard path.run({ convolution.pack(weights, into: memory.pointer) }) != nil else { continue }
                packed.append(memory.values(convolution.packedCount))
            }
            #expect(packed.allSatisfy { $0 == packed[0] })
        }
    }
}
