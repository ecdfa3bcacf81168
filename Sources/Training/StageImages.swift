import Networks
package import Tensors

/// The images that a stage sees and what it is judged by (Shvetsova et al. 2021, section III-C).
package struct StageImages {
    let resolution: Int
    /// Share of the new layers; nil in a fixed stage.
    let alpha: Value?

    package init(resolution: Int, alpha: Value?) {
        self.resolution = resolution
        self.alpha = alpha
    }

    /// The full images at the stage's resolution; while fading, mixed with those of half the resolution.
    package func input(_ full: Value) -> Value {
        let new = full.resampled(height: resolution, width: resolution)
        guard let alpha else { return new }
        let old = full.resampled(height: resolution / 2, width: resolution / 2).enlarged(by: 2)
        return blend(old, new, alpha)
    }

    /// Loss of each image [n]; while fading, mixed with the loss of the halved images.
    ///
    /// - Parameter features: of the input, if they are given; in a fixed stage only.
    func losses(
        _ loss: TrainingConfiguration.Loss, _ distances: [Int: PerceptualDistance], _ input: Value,
        _ output: Value, features: [Value]?, in graph: Graph
    ) -> Value {
        let new = lossesAtOneResolution(loss, distances, input, output, features: features, in: graph)
        guard let alpha else { return new }
        let half = { (images: Value) in
            images.resampled(height: images.shape[1] / 2, width: images.shape[2] / 2)
        }
        let old = lossesAtOneResolution(loss, distances, half(input), half(output), in: graph)
        return blend(old, new, alpha)
    }

    private func lossesAtOneResolution(
        _ loss: TrainingConfiguration.Loss, _ distances: [Int: PerceptualDistance], _ x: Value, _ y: Value,
        features: [Value]? = nil, in graph: Graph
    ) -> Value {
        switch loss {
        case .pixelL1: ReconstructionLoss.pixelL1(x, y)
        case .perceptual: perceptual(distances, x, y, features, in: graph)
        case .mixture(let weight):
            perceptual(distances, x, y, features, in: graph)
                + ReconstructionLoss.pixelL1(x, y) * Float(weight)
        }
    }

    private func perceptual(
        _ distances: [Int: PerceptualDistance], _ x: Value, _ y: Value, _ features: [Value]?, in graph: Graph
    ) -> Value {
        guard let distance = distances[x.shape[1]] else {
            preconditionFailure("no perceptual distance for \(x.shape[1]) px")
        }
        let fx = features ?? distance.extractor.features(of: x, in: graph)
        let fy = distance.extractor.features(of: y, in: graph)
        return distance.relativeL1(original: fx, reconstruction: fy, in: graph)
    }
}
