/// The maximum of every window.
struct MaximumPool: Operation {
    let geometry: PoolGeometry

    func resultShape(of inputs: [TensorShape]) -> TensorShape { geometry.output }

    func kernel(for inputs: [TensorShape], result: TensorShape) -> any TensorKernel {
        MaximumKernel(geometry: geometry)
    }

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
    var blockCount: Int { geometry.input[0] }
    /// One flag per channel: whether this window's maximum was met already.
    var scratchCount: Int { geometry.channels }

    func run(block image: Int, _ operands: Operands) {
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
