import Networks

/// The part of the graph that reconstructs: one operation for every step of the layer lists.
struct AutoencoderGraph {
    /// A model file; its tensors `ae.*` are the weights.
    let file: SafetensorsFile

    private static let prefix = "ae."

    /// Adds `layers`; returns their result.
    func add(
        _ layers: [NetworkLayer], to graph: inout GraphBuilder, input: String
    ) throws(SafetensorsError) -> String {
        var value = input
        for layer in layers {
            switch layer {
            case .convolution(let convolution):
                value = try add(convolution, to: &graph, input: value)
            case .activatedConvolution(let convolution):
                let activated = activate(value, before: convolution, in: &graph)
                value = try add(convolution, to: &graph, input: activated)
            case .residual(let block):
                value = try add(block, to: &graph, input: value)
            }
        }
        return value
    }

    /// skip(resample(x)) + second(LReLU(first(resample(LReLU(x))))).
    private func add(
        _ block: ResidualBlock, to graph: inout GraphBuilder, input: String
    ) throws(SafetensorsError) -> String {
        let active = activate(input, before: block.first, in: &graph)
        let inner = resample(active, block.resampling, before: block.first.name, in: &graph)
        let middle = try add(block.first, to: &graph, input: inner)
        let main = try add(
            block.second, to: &graph, input: activate(middle, before: block.second, in: &graph))
        // The skip path takes the input before its activation.
        var shortcut = resample(input, block.resampling, before: "\(block.second.name)/skip", in: &graph)
        if let skip = block.skip { shortcut = try add(skip, to: &graph, input: shortcut) }
        return graph.add("Add", shortcut, main, name: "\(block.second.name)/sum")
    }

    private func add(
        _ layer: ConvolutionLayer, to graph: inout GraphBuilder, input: String
    ) throws(SafetensorsError) -> String {
        let weights = try ConvolutionWeights(layer.name, in: file, prefix: Self.prefix)
        return graph.convolve(
            input, weights, padding: layer.padding, name: layer.name, prefix: Self.prefix)
    }

    private func activate(
        _ value: String, before layer: ConvolutionLayer, in graph: inout GraphBuilder
    ) -> String {
        graph.add(
            "LeakyRelu", value, name: "\(layer.name)/activated",
            attributes: ["alpha": .real(NetworkLayer.slope)])
    }

    private func resample(
        _ value: String, _ resampling: Resampling, before place: String, in graph: inout GraphBuilder
    ) -> String {
        switch resampling {
        case .none: return value
        case .halve:
            return graph.add(
                "AveragePool", value, name: "\(place)/halved",
                attributes: ["kernel_shape": .integers([2, 2]), "strides": .integers([2, 2])])
        case .double:
            // `asymmetric` with `floor` is y / 2: every pixel becomes a 2 x 2 cell. The empty name stands for
            // the region of interest, which this mode does not have.
            let scales = graph.constant("doubling", shape: [4], [1, 1, 2, 2])
            return graph.add(
                "Resize", value, "", scales, name: "\(place)/doubled",
                attributes: [
                    "mode": .text("nearest"), "coordinate_transformation_mode": .text("asymmetric"),
                    "nearest_mode": .text("floor"),
                ])
        }
    }
}
