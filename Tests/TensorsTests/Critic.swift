import Tensors
import Testing

/// A small critic of images, as in a Wasserstein GAN, on 8 x 8 pixels: two strided convolutions with leaky
/// ReLUs, and a last one that leaves one number per image.
struct Critic {
    let weights: (first: Value, bias: Value, second: Value, last: Value)

    /// Weights by the names w1, b1, w2 and w3.
    init(_ inputs: [String: Value]) throws {
        weights = (
            try #require(inputs["w1"]), try #require(inputs["b1"]), try #require(inputs["w2"]),
            try #require(inputs["w3"])
        )
    }

    init(_ graph: Graph, channels: Int) throws {
        try self.init([
            "w1": graph.parameter("w1", [3, channels, 3, 3]), "b1": graph.parameter("b1", [3]),
            "w2": graph.parameter("w2", [3, 3, 3, 3]), "w3": graph.parameter("w3", [1, 3, 2, 2]),
        ])
    }

    /// One number per image, as [batch, 1, 1, 1].
    func judge(_ images: Value) -> Value {
        images.convolved(with: weights.first, bias: weights.bias, stride: 2, padding: 1, slope: 0.2)
            .convolved(with: weights.second, stride: 2, padding: 1, slope: 0.2)
            .convolved(with: weights.last)
    }

    /// Mean over the images of (|gradient of the judgment by the image| - 1)², Gulrajani et al. 2017.
    func gradientPenalty(_ images: Value, in graph: Graph) -> Value {
        let gradient = graph.gradients(of: judge(images).sum, withRespectTo: [images])[0]
        let norms = gradient.squared.sum(over: [1, 2, 3]).squareRoot
        return (norms - 1).squared.mean
    }
}
