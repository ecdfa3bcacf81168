import Networks

/// The part of the graph that looks: the perceptual extractor up to its deepest tap. It is added twice, for
/// the input and for the reconstruction, with one set of weights.
struct ExtractorGraph {
    private let taps: [FeatureTap]
    /// Convolutions per block, without those behind the deepest tap.
    private let blocks: [[ConvolutionWeights]]

    /// - Parameters:
    ///   - record: what the model says about its extractor; a model that loads, so names and shapes fit.
    ///   - model: the model file, whose tensors `extractor.*` are used unless `own` is given.
    ///   - own: the extractor's own file.
    init(_ record: ExtractorRecord, model: SafetensorsFile, own: SafetensorsFile?) throws(SafetensorsError) {
        taps = record.taps.sorted()
        let prefix = own == nil ? "extractor." : ""
        let names =
            switch record.family {
            case .vgg19: Self.vggNames(in: own ?? model)
            case .perceptualNet: Self.stackNames(record.blocks ?? [], prefix: prefix)
            }
        let deepest = taps.last ?? FeatureTap(block: 1, convolution: 1)
        var blocks: [[ConvolutionWeights]] = []
        for (index, block) in names.prefix(deepest.block).enumerated() {
            let used = index + 1 == deepest.block ? block.prefix(deepest.convolution) : block[...]
            blocks.append(
                try used.map { name throws(SafetensorsError) in
                    try ConvolutionWeights(name, in: own ?? model)
                })
        }
        self.blocks = blocks
    }

    /// Adds the extractor; returns the features after the ReLU of every tap, shallow first. Names begin with
    /// `source`.
    func add(to graph: inout GraphBuilder, input: String, source: String) -> [String] {
        var features: [String] = []
        var value = normalize(input, in: &graph, source: source)
        for (index, block) in blocks.enumerated() {
            if index > 0 {
                value = graph.add(
                    "MaxPool", value, name: "\(source)/pool\(index)",
                    attributes: ["kernel_shape": .integers([2, 2]), "strides": .integers([2, 2])])
            }
            for (number, weights) in block.enumerated() {
                let tap = FeatureTap(block: index + 1, convolution: number + 1)
                let raw = graph.convolve(
                    value, weights, padding: 1, name: "\(source)/\(tap)/convolution", prefix: prefix(weights))
                value = graph.add("Relu", raw, name: "\(source)/\(tap)")
                if taps.contains(tap) { features.append(value) }
            }
        }
        return features
    }

    /// Weights of an extractor of its own are called `extractor.*`, too, so that they cannot be taken for
    /// others.
    private func prefix(_ weights: ConvolutionWeights) -> String {
        weights.name.hasPrefix("extractor.") ? "" : "extractor."
    }

    /// Maps [-1, 1] to [0, 1], then to ImageNet's mean 0 and deviation 1. A grey image becomes three channels
    /// here, because [N, 1, H, W] times [1, 3, 1, 1] is [N, 3, H, W]. The offset is not folded into the
    /// first convolution: that would change the padded border.
    private func normalize(_ image: String, in graph: inout GraphBuilder, source: String) -> String {
        let scale = Self.imageNetDeviation.map { 0.5 / $0 }
        let offset = zip(Self.imageNetMean, Self.imageNetDeviation).map { (0.5 - $0) / $1 }
        let scaled = graph.add(
            "Mul", image, graph.constant("imagenet.scale", shape: [1, 3, 1, 1], scale.map { Float($0) }),
            name: "\(source)/scaled")
        return graph.add(
            "Add", scaled, graph.constant("imagenet.offset", shape: [1, 3, 1, 1], offset.map { Float($0) }),
            name: "\(source)/normalized")
    }

    private static func stackNames(_ widths: [[Int]], prefix: String) -> [[String]] {
        var number = 0
        return widths.map { block in
            block.map { _ in
                defer { number += 1 }
                return "\(prefix)\(number)"
            }
        }
    }

    /// VGG19's convolutions in torchvision's numbering, behind the shortest prefix that the file has.
    private static func vggNames(in file: SafetensorsFile) -> [[String]] {
        let marker = "features.0.weight"
        let prefixes = file.entries.map(\.name).filter { $0.hasSuffix(marker) }.map {
            $0.dropLast(marker.count)
        }
        let prefix = prefixes.min { $0.count < $1.count } ?? ""
        return vggPositions.map { block in block.map { "\(prefix)features.\($0)" } }
    }

    private static let vggPositions = [
        [0, 2], [5, 7], [10, 12, 14, 16], [19, 21, 23, 25], [28, 30, 32, 34],
    ]

    /// Mean and standard deviation of ImageNet's RGB values in [0, 1].
    private static let imageNetMean = [0.485, 0.456, 0.406]
    private static let imageNetDeviation = [0.229, 0.224, 0.225]
}
