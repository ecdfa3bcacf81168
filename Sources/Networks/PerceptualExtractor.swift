import Kernels

/// A frozen convolutional network whose features say what an image looks like: blocks of 3 x 3 convolutions
/// with ReLU, a 2 x 2 max pool between blocks. VGG19 and the small distilled `PerceptualNet` both have this
/// form.
///
/// Input: images in [-1, 1]; they are mapped to [0, 1] and normalized by ImageNet's mean and standard
/// deviation. Grey is repeated to three channels. Layers behind the deepest tap are neither kept nor
/// computed.
public struct PerceptualExtractor: Sendable {
    /// Where features are taken, shallow first.
    public let taps: [FeatureTap]
    let blocks: [[ConvolutionKernel]]

    /// VGG19 without batch normalization (Simonyan and Zisserman 2014) from weights in torchvision's or
    /// timm's naming (`features.0.weight`, any common prefix before it). Deeper layers and classifiers in the
    /// file are ignored.
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

    /// A stack with the given widths per block, from tensors `<prefix>0.weight`, `<prefix>0.bias`,
    /// `<prefix>1.weight`… numbered through all blocks.
    public static func stack(
        _ file: SafetensorsFile, prefix: String, widths: [[Int]], taps: [FeatureTap]
    ) throws(ModelFileError) -> Self {
        var number = 0
        let names = widths.map { block in
            block.map { _ in
                defer { number += 1 }
                return "\(prefix)\(number)"
            }
        }
        return try load(file, names: names, widths: widths, taps: taps)
    }

    private static func load(
        _ file: SafetensorsFile, names: [[String]], widths: [[Int]], taps: [FeatureTap]
    ) throws(ModelFileError) -> Self {
        let sorted = Set(taps).sorted()
        guard let deepest = sorted.last else {
            throw .contradiction("the extractor names no layer to take features from")
        }
        for tap in sorted
        where !widths.indices.contains(tap.block - 1)
            || !widths[tap.block - 1].indices.contains(tap.convolution - 1)
        {
            throw .contradiction("the extractor has no layer \(tap)")
        }
        var blocks: [[ConvolutionKernel]] = []
        var inputs = 3
        for block in 0..<deepest.block {
            let used = block + 1 == deepest.block ? deepest.convolution : widths[block].count
            var kernels: [ConvolutionKernel] = []
            for index in 0..<used {
                let layer = ConvolutionLayer.same(names[block][index], inputs, widths[block][index])
                kernels.append(try kernel(layer, file))
                inputs = widths[block][index]
            }
            blocks.append(kernels)
        }
        return PerceptualExtractor(taps: sorted, blocks: blocks)
    }

    private static func kernel(
        _ layer: ConvolutionLayer, _ file: SafetensorsFile
    ) throws(ModelFileError) -> ConvolutionKernel {
        var tensors: NamedTensors = [:]
        do throws(SafetensorsError) {
            for parameter in layer.parameters where file.entry(parameter.name) != nil {
                tensors[parameter.name] = try file.tensor(parameter.name)
            }
        } catch { throw .safetensors(error) }
        do throws(WeightError) {
            try layer.parameters.check(tensors)
            return try layer.kernel(tensors)
        } catch { throw .weights(error) }
    }

    /// Channels at a tap.
    public func channels(at tap: FeatureTap) -> Int { blocks[tap.block - 1][tap.convolution - 1].outputs }

    /// Size of the features of a square image.
    func shape(at tap: FeatureTap, side: Int) -> MapShape {
        let side = side >> (tap.block - 1)
        return MapShape(height: side, width: side, channels: channels(at: tap))
    }

    /// torchvision's positions of VGG19's convolutions in `features`.
    private static let vggIndices = [
        [0, 2], [5, 7], [10, 12, 14, 16], [19, 21, 23, 25], [28, 30, 32, 34],
    ]
    private static let vggWidths = [
        [64, 64], [128, 128], [256, 256, 256, 256], [512, 512, 512, 512], [512, 512, 512, 512],
    ]

    /// Mean and standard deviation of ImageNet's RGB values in [0, 1].
    static let imageNetMean: [Float] = [0.485, 0.456, 0.406]
    static let imageNetDeviation: [Float] = [0.229, 0.224, 0.225]
}

/// Mean and standard deviation of every channel of a layer's features on a calibration set. What published
/// files of the method call "var" is the standard deviation, too: features are divided by it directly.
public struct FeatureStatistics: Sendable, Equatable {
    public let mean: [Float]
    public let deviation: [Float]

    /// - Throws: if a deviation is not positive, or the two differ in length; `name` is the tensor that
    ///   errors name.
    public init(mean: [Float], deviation: [Float], name: String = "feature") throws(WeightError) {
        guard mean.count == deviation.count else {
            throw .misshapen(tensor: "\(name).std", expected: [mean.count], found: [deviation.count])
        }
        if let channel = deviation.firstIndex(where: { !($0 > 0) }) {
            throw .badDeviation(tensor: "\(name).std", channel: channel)
        }
        self.mean = mean
        self.deviation = deviation
    }
}
