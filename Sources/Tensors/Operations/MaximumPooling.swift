/// The maximum of every window.
struct MaximumPool: Operation {
    let geometry: PoolGeometry

    func resultShape(of inputs: [TensorShape]) -> TensorShape { geometry.output }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        MaximumKernel(geometry: geometry)
    }

    var joint: Joint? { geometry.isHalving ? .halving : nil }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        [cotangent.graph.apply(MaximumScatter(geometry: geometry), to: [cotangent, inputs[0], result])]
    }
}

/// Every cotangent added at the place of its window's maximum; zero elsewhere. Linear in the cotangent; the
/// places count as constants.
private struct MaximumScatter: Operation {
    let geometry: PoolGeometry

    func resultShape(of inputs: [TensorShape]) -> TensorShape { geometry.input }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        ScatterKernel(geometry: geometry)
    }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        let gathered = cotangent.graph.apply(
            MaximumGather(geometry: geometry), to: [cotangent, inputs[1], inputs[2]])
        return [gathered, nil, nil]
    }
}

/// Every window's element at the place of the maximum of another map: the transposed of ``MaximumScatter``.
private struct MaximumGather: Operation {
    let geometry: PoolGeometry

    func resultShape(of inputs: [TensorShape]) -> TensorShape { geometry.output }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        GatherKernel(geometry: geometry)
    }

    func cotangents(_ cotangent: Value, inputs: [Value], result: Value) -> [Value?] {
        let scattered = cotangent.graph.apply(
            MaximumScatter(geometry: geometry), to: [cotangent, inputs[1], inputs[2]])
        return [scattered, nil, nil]
    }
}

private struct MaximumKernel: TensorKernel {
    let geometry: PoolGeometry
    var blockCount: Int { geometry.input[0] }

    func run(block image: Int, _ operands: Operands) {
        let (source, target, channels) = (operands[0], operands.result, geometry.channels)
        geometry.forEachPixel(ofImage: image) { output, input, isFirst in
            let (maximum, pixel) = (target + output, source + input)
            if isFirst {
                for channel in 0..<channels { maximum[channel] = pixel[channel] }
            } else {
                // A NaN wins and stays: it must not disappear in a maximum.
                for channel in 0..<channels {
                    let (value, largest) = (pixel[channel], maximum[channel])
                    maximum[channel] = value > largest || value.isNaN ? value : largest
                }
            }
        }
    }
}

private struct ScatterKernel: TensorKernel {
    let geometry: PoolGeometry
    /// Set if the result is gated by another map.
    var gateSlope: Float?
    var blockCount: Int { geometry.input[0] }
    /// One flag per channel: whether this window's maximum was met already.
    var scratchCount: Int { geometry.channels }

    func joined(by joint: Joint) -> (any TensorKernel)? {
        guard case .gate(let slope) = joint, geometry.isHalving else { return nil }
        return ScatterKernel(geometry: geometry, gateSlope: slope)
    }

    func run(block image: Int, _ operands: Operands) {
        if !geometry.isHalving {
            scatter(image, operands)
        } else if let gateSlope {
            scatterCells(image, operands, gate: operands[3]) { value, gate in
                (gateSlope == 0 ? .zero : value * gateSlope).replacing(with: value, where: gate .> 0)
            }
        } else {
            scatterCells(image, operands, gate: operands[1]) { value, _ in value }
        }
    }

    /// Cells of 2 x 2 that cover the image: every pixel is written once.
    @inline(__always)
    private func scatterCells(
        _ image: Int, _ operands: Operands, gate: UnsafePointer<Float>, _ finish: (Lanes, Lanes) -> Lanes
    ) {
        let channels = geometry.channels
        let line = geometry.input[2] * channels
        for row in 0..<geometry.output[1] {
            for column in 0..<geometry.output[2] {
                let cell = ((image * geometry.output[1] + row) * geometry.output[2] + column) * channels
                let corner = (image * geometry.input[1] + 2 * row) * line + 2 * column * channels
                for channel in stride(from: 0, to: channels, by: Lanes.scalarCount) {
                    let maximum = load(operands[2] + cell + channel)
                    var rest = load(operands[0] + cell + channel)
                    for pixel in 0..<4 {
                        let place = corner + pixel / 2 * line + pixel % 2 * channels + channel
                        let isMaximum = load(operands[1] + place) .== maximum
                        let share = Lanes.zero.replacing(with: rest, where: isMaximum)
                        rest.replace(with: 0, where: isMaximum)
                        store(finish(share, load(gate + place)), to: operands.result + place)
                    }
                }
            }
        }
    }

    private func scatter(_ image: Int, _ operands: Operands) {
        let (cotangent, source, maxima) = (operands[0], operands[1], operands[2])
        let (target, open, channels) = (operands.result, operands.scratch, geometry.channels)
        (target + image * geometry.inputCount).update(repeating: 0, count: geometry.inputCount)
        geometry.forEachPixel(ofImage: image) { output, input, isFirst in
            if isFirst { open.update(repeating: 1, count: channels) }
            for channel in 0..<channels {
                let isMaximum = source[input + channel] == maxima[output + channel]
                let share = isMaximum ? open[channel] : 0
                open[channel] -= share
                target[input + channel] += share * cotangent[output + channel]
            }
        }
    }
}

private struct GatherKernel: TensorKernel {
    let geometry: PoolGeometry
    var blockCount: Int { geometry.input[0] }
    var scratchCount: Int { geometry.channels }

    func run(block image: Int, _ operands: Operands) {
        let (values, source, maxima) = (operands[0], operands[1], operands[2])
        let (target, open, channels) = (operands.result, operands.scratch, geometry.channels)
        geometry.forEachPixel(ofImage: image) { output, input, isFirst in
            if isFirst {
                open.update(repeating: 1, count: channels)
                (target + output).update(repeating: 0, count: channels)
            }
            for channel in 0..<channels {
                let isMaximum = source[input + channel] == maxima[output + channel]
                let share = isMaximum ? open[channel] : 0
                open[channel] -= share
                target[output + channel] += share * values[input + channel]
            }
        }
    }
}

/// Channels that are worked on at once.
private typealias Lanes = SIMD8<Float>

@inline(__always)
private func load(_ pointer: UnsafePointer<Float>) -> Lanes {
    UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
}

@inline(__always)
private func store(_ value: Lanes, to pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Lanes.self)
}
