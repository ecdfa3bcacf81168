/// VGG19 without batch normalization (Simonyan and Zisserman 2014).
extension PerceptualExtractor {
    /// The network from weights in torchvision's or timm's naming (`features.0.weight`, any common prefix before
    /// it). Deeper layers and classifiers in the file are ignored.
    public static func vgg19(_ file: SafetensorsFile, taps: [FeatureTap]) throws(ModelFileError) -> Self {
        let marker = "features.0.weight"
        let prefixes = file.entries.map(\.name).filter { $0.hasSuffix(marker) }.map {
            $0.dropLast(marker.count)
        }
        guard let prefix = prefixes.min(by: { $0.count < $1.count }) else {
            throw .weights(.missing(tensor: marker))
        }
        let names = vggIndices.map { $0.map { "\(prefix)features.\($0)" } }
        return try load(file, names: names, widths: vggWidths, taps: taps)
    }

    /// Its tensors down to a layer, in torchvision's naming, shallow first.
    public static func vgg19Parameters(to tap: FeatureTap) -> [ParameterShape] {
        var (inputs, parameters) = (3, [ParameterShape]())
        for (block, indices) in vggIndices.enumerated() {
            for (convolution, index) in indices.enumerated()
            where FeatureTap(block: block + 1, convolution: convolution + 1) <= tap {
                let layer = ConvolutionLayer.same("features.\(index)", inputs, vggWidths[block][convolution])
                parameters += layer.parameters
                inputs = layer.outputs
            }
        }
        return parameters
    }

    /// torchvision's positions of VGG19's convolutions in `features`.
    private static let vggIndices = [
        [0, 2], [5, 7], [10, 12, 14, 16], [19, 21, 23, 25], [28, 30, 32, 34],
    ]
    private static let vggWidths = [
        [64, 64], [128, 128], [256, 256, 256, 256], [512, 512, 512, 512], [512, 512, 512, 512],
    ]
}
