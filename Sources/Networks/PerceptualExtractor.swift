public import Tensors

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
    let blocks: [[FrozenConvolution]]

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

    static func load(
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
        var blocks: [[FrozenConvolution]] = []
        var inputs = 3
        for block in 0..<deepest.block {
            let used = block + 1 == deepest.block ? deepest.convolution : widths[block].count
            var convolutions: [FrozenConvolution] = []
            for index in 0..<used {
                let layer = ConvolutionLayer.same(names[block][index], inputs, widths[block][index])
                convolutions.append(try convolution(layer, file))
                inputs = widths[block][index]
            }
            blocks.append(convolutions)
        }
        return PerceptualExtractor(taps: sorted, blocks: blocks)
    }

    private static func convolution(
        _ layer: ConvolutionLayer, _ file: SafetensorsFile
    ) throws(ModelFileError) -> FrozenConvolution {
        var tensors: NamedTensors = [:]
        do throws(SafetensorsError) {
            for parameter in layer.parameters where file.entry(parameter.name) != nil {
                tensors[parameter.name] = try file.tensor(parameter.name)
            }
        } catch { throw .safetensors(error) }
        do throws(WeightError) {
            try layer.parameters.check(tensors)
            return try FrozenConvolution(layer, tensors)
        } catch { throw .weights(error) }
    }

    /// Multiplications of the convolutions for one square image, as they are defined: what an algorithm such as
    /// Winograd's saves is not taken off.
    public func multiplications(side: Int) -> Int {
        blocks.enumerated().reduce(0) { sum, block in
            let pixels = (side >> block.offset) * (side >> block.offset)
            return sum + pixels * block.element.reduce(0) { $0 + $1.weightCount }
        }
    }

    /// Channels at a tap.
    public func channels(at tap: FeatureTap) -> Int { blocks[tap.block - 1][tap.convolution - 1].outputs }

    /// Shape of the features of `batch` square images at each tap.
    func shapes(batch: Int, side: Int) -> [TensorShape] {
        taps.map { [batch, side >> ($0.block - 1), side >> ($0.block - 1), channels(at: $0)] }
    }

    /// Floats of the features of a square image at each tap.
    public func featureCounts(side: Int) -> [Int] { shapes(batch: 1, side: side).map(\.count) }

    /// Inputs of a graph for features that are computed elsewhere.
    public func featureInputs(batch: Int, side: Int, in graph: Graph) -> [Value] {
        zip(taps, shapes(batch: batch, side: side)).map { graph.input(Self.inputName($0), $1) }
    }

    /// Name of the graph's input for the features at a tap.
    public static func inputName(_ tap: FeatureTap) -> String { "features.\(tap)" }

    /// The raw features [n, h, w, c] at each tap, shallow first, of images [n, R, R, 1 or 3] in [-1, 1].
    public func features(of images: Value, in graph: Graph) -> [Value] {
        var (map, taps) = (Self.normalized(images, in: graph), [Value]())
        for (number, block) in blocks.enumerated() {
            if number > 0 { map = map.maximumPooled(window: 2) }
            for (index, convolution) in block.enumerated() {
                map = convolution(map, in: graph)
                if self.taps.contains(FeatureTap(block: number + 1, convolution: index + 1)) {
                    taps.append(map)
                }
            }
        }
        return taps
    }

    /// Maps [-1, 1] to [0, 1] and normalizes by ImageNet's statistics; grey is repeated to three channels.
    static func normalized(_ images: Value, in graph: Graph) -> Value {
        let scale = Self.imageNetDeviation.map { 0.5 / $0 }
        let offset = zip(Self.imageNetMean, Self.imageNetDeviation).map { (0.5 - $0) / $1 }
        return images * graph.constant(scale, [3]) + graph.constant(offset, [3])
    }

    /// Mean and standard deviation of ImageNet's RGB values in [0, 1].
    static let imageNetMean: [Float] = [0.485, 0.456, 0.406]
    static let imageNetDeviation: [Float] = [0.229, 0.224, 0.225]
}

/// A convolution of a frozen network, 3 x 3 with ReLU.
struct FrozenConvolution: Sendable {
    private let layer: ConvolutionLayer
    private let weight: FrozenTensor
    private let bias: FrozenTensor

    init(_ layer: ConvolutionLayer, _ tensors: NamedTensors) throws(WeightError) {
        self.layer = layer
        weight = try Self.tensor("\(layer.name).weight", tensors)
        bias = try Self.tensor("\(layer.name).bias", tensors)
    }

    private static func tensor(_ name: String, _ tensors: NamedTensors) throws(WeightError) -> FrozenTensor {
        guard let tensor = tensors[name] else { throw .missing(tensor: name) }
        return FrozenTensor(tensor.values, TensorShape(tensor.shape))
    }

    var outputs: Int { layer.outputs }
    var weightCount: Int { weight.shape.count }

    func callAsFunction(_ input: Value, in graph: Graph) -> Value {
        input.convolved(
            with: graph.constant(weight), bias: graph.constant(bias), padding: layer.padding, slope: 0)
    }
}
