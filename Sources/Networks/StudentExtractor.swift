public import Tensors

/// A perceptual extractor in training: the small stack of 3 x 3 convolutions that learns to predict the
/// features of a large one.
public struct StudentExtractor: Sendable, Hashable {
    /// Widths per block; a 2 x 2 max pool stands between blocks.
    public let blocks: [[Int]]

    public init(blocks: [[Int]]) {
        self.blocks = blocks
    }

    private var layers: [[ConvolutionLayer]] {
        var (number, inputs) = (0, 3)
        return blocks.map { block in
            block.map { width in
                defer { (number, inputs) = (number + 1, width) }
                return .same("extractor.\(number)", inputs, width)
            }
        }
    }

    /// Named as in model files.
    public var parameters: [ParameterShape] { layers.flatMap { $0 }.flatMap(\.parameters) }

    /// Its last layer, after the ReLU.
    public var tap: FeatureTap { FeatureTap(block: blocks.count, convolution: blocks.last?.count ?? 0) }

    /// The features at ``tap`` of images in [-1, 1].
    ///
    /// - Parameter weights: the value of each parameter in the graph.
    public func features(of images: Value, weights: @escaping (String) -> Value, in graph: Graph) -> Value {
        let weights = GraphWeights(weights)
        var map = PerceptualExtractor.normalized(images, in: graph)
        for (number, block) in layers.enumerated() {
            if number > 0 { map = map.maximumPooled(window: 2) }
            for layer in block { map = layer(map, weights, slope: 0) }
        }
        return map
    }
}
