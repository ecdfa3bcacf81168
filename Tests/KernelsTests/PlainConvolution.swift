import Kernels

/// Convolution and its two gradients straight from their definition, in double precision: the oracle.
struct PlainConvolution {
    let geometry: ConvolutionGeometry

    /// Calls `body` with the places of input, weight and output of every product in the convolution.
    private func forEachProduct(_ body: (_ input: Int, _ weight: Int, _ output: Int) -> Void) {
        let g = geometry
        for image in 0..<g.batch {
            for y in 0..<g.outputHeight {
                for x in 0..<g.outputWidth {
                    for ky in 0..<g.rows {
                        for kx in 0..<g.columns {
                            let row = y * g.stride + ky - g.padding
                            let column = x * g.stride + kx - g.padding
                            guard row >= 0, row < g.height, column >= 0, column < g.width else { continue }
                            let pixel = ((image * g.height + row) * g.width + column) * g.inputs
                            let result = ((image * g.outputHeight + y) * g.outputWidth + x) * g.outputs
                            let cell = ky * g.columns + kx
                            for o in 0..<g.outputs {
                                for i in 0..<g.inputs {
                                    let weight = (o * g.inputs + i) * g.rows * g.columns + cell
                                    body(pixel + i, weight, result + o)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    func forward(_ input: [Float], weights: [Float], bias: [Float]? = nil) -> [Double] {
        var sums = (0..<geometry.outputCount).map { Double(bias?[$0 % geometry.outputs] ?? 0) }
        sums.withUnsafeMutableBufferPointer { sums in
            forEachProduct { i, w, o in sums[o] += Double(input[i]) * Double(weights[w]) }
        }
        return sums
    }

    func dataGradient(_ cotangent: [Float], weights: [Float]) -> [Double] {
        var sums = [Double](repeating: 0, count: geometry.inputCount)
        sums.withUnsafeMutableBufferPointer { sums in
            forEachProduct { i, w, o in sums[i] += Double(cotangent[o]) * Double(weights[w]) }
        }
        return sums
    }

    func filterGradient(_ input: [Float], cotangent: [Float]) -> [Double] {
        var sums = [Double](repeating: 0, count: geometry.weightCount)
        sums.withUnsafeMutableBufferPointer { sums in
            forEachProduct { i, w, o in sums[w] += Double(input[i]) * Double(cotangent[o]) }
        }
        return sums
    }
}

/// How a test walks through the blocks of a convolution.
enum BlockOrder: CaseIterable {
    case forward, reverse, twoThreads

    /// Runs `body` for each block with a worker's own scratch memory.
    func run(_ blocks: Int, scratch: Int, _ body: (Int, UnsafeMutablePointer<Float>) -> Void) async {
        switch self {
        case .forward:
            let memory = FloatStorage(count: scratch)
            for block in 0..<blocks { body(block, memory.pointer) }
        case .reverse:
            let memory = FloatStorage(count: scratch)
            for block in (0..<blocks).reversed() { body(block, memory.pointer) }
        case .twoThreads:
            // The blocks of both workers write different memory; the test asks for just that.
            nonisolated(unsafe) let body = body
            await withoutActuallyEscaping(body) { escaping in
                nonisolated(unsafe) let body = escaping
                await withTaskGroup(of: Void.self) { group in
                    for worker in 0..<2 {
                        group.addTask {
                            let memory = FloatStorage(count: scratch)
                            for block in stride(from: worker, to: blocks, by: 2) {
                                body(block, memory.pointer)
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The kernels under test, with memory that is not zero beforehand.
struct BatchedConvolution {
    let geometry: ConvolutionGeometry
    var order = BlockOrder.forward
    /// The copy of the kernels that runs the blocks.
    var path = KernelPath.current

    func forward(
        _ input: [Float], weights: [Float], bias: [Float]? = nil, slope: Float? = nil,
        joint: ConvolutionJoint = .none
    ) async -> [Float] {
        let convolution = ForwardConvolution(geometry)
        let packed = FloatStorage(count: convolution.packedCount)
        let output = dirty(geometry.outputCount)
        convolution.pack(weights, into: packed.pointer)
        // Copies whose bounds a sanitizer knows.
        let source = copy(input)
        let shift = copy(bias ?? [])
        let (from, weights, to) = (source.pointer, packed.pointer, output.pointer)
        let added = bias == nil ? nil : UnsafePointer(shift.pointer)
        await order.run(convolution.blockCount, scratch: convolution.scratchCount) { [path] block, scratch in
            _ = path.run {
                convolution.run(
                    block: block, input: from, packed: weights, bias: added, slope: slope, joint: joint,
                    output: to, scratch: scratch)
            }
        }
        return output.values(geometry.outputCount)
    }

    func dataGradient(
        _ cotangent: [Float], weights: [Float], joint: ConvolutionJoint = .none
    ) async -> [Float] {
        let gradient = ConvolutionDataGradient(geometry)
        let packed = FloatStorage(count: gradient.packedCount)
        let output = dirty(geometry.inputCount)
        gradient.pack(weights, into: packed.pointer)
        let source = copy(cotangent)
        let (from, weights, to) = (source.pointer, packed.pointer, output.pointer)
        await order.run(gradient.blockCount, scratch: gradient.scratchCount) { [path] block, scratch in
            _ = path.run {
                gradient.run(
                    block: block, cotangent: from, packed: weights, joint: joint, inputGradient: to,
                    scratch: scratch)
            }
        }
        return output.values(geometry.inputCount)
    }

    func filterGradient(_ input: [Float], cotangent: [Float]) async -> [Float] {
        let gradient = ConvolutionFilterGradient(geometry)
        let partials = dirty(gradient.blockCount * gradient.partialCount)
        let output = dirty(geometry.weightCount)
        let left = copy(input)
        let right = copy(cotangent)
        let (x, dy, sums) = (left.pointer, right.pointer, partials.pointer)
        await order.run(gradient.blockCount, scratch: gradient.scratchCount) { [path] block, scratch in
            _ = path.run {
                gradient.run(
                    block: block, input: x, cotangent: dy, partial: sums + block * gradient.partialCount,
                    scratch: scratch)
            }
        }
        gradient.finish(partials.pointer, weightGradient: output.pointer)
        return output.values(geometry.weightCount)
    }

    private func dirty(_ count: Int) -> FloatStorage {
        let memory = FloatStorage(count: count)
        memory.pointer.update(repeating: .nan, count: count)
        return memory
    }

    func copy(_ values: [Float]) -> FloatStorage {
        let memory = FloatStorage(count: values.count)
        for (index, value) in values.enumerated() { memory.pointer[index] = value }
        return memory
    }
}
