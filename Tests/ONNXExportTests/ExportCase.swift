import Foundation
import Kernels
import Networks
import TestSupport
import Testing

/// A model with random weights, to be exported.
struct ExportCase: CustomTestStringConvertible {
    var name: String
    var channels = 3
    var resolution: Int
    var widths: [Int]
    var latent: Int
    var latentResolution: Int
    /// Widths of the extractor's blocks; nil for VGG19 in a file of its own.
    var blocks: [[Int]]?
    var taps: [String]
    var stainScope: String?

    var testDescription: String { name }

    static let small = [
        ExportCase(
            name: "rgb, code 8 x 8", resolution: 32, widths: [3, 5, 4], latent: 4, latentResolution: 8,
            blocks: [[5, 6], [8, 9]], taps: ["r22"], stainScope: "tile"),
        ExportCase(
            name: "grey, code 1 x 1", channels: 1, resolution: 16, widths: [12, 7, 6], latent: 3,
            latentResolution: 1, blocks: [[4], [6, 7]], taps: ["r21"]),
        ExportCase(
            name: "rgb, code 1 x 1, three taps", resolution: 16, widths: [3, 3, 4], latent: 5,
            latentResolution: 1, blocks: [[5, 6], [8], [4, 3]], taps: ["r31", "r12", "r21"],
            stainScope: "slide"),
        ExportCase(
            name: "grey, code 8 x 8, two taps", channels: 1, resolution: 16, widths: [4, 4], latent: 4,
            latentResolution: 8, blocks: [[4, 4], [6]], taps: ["r12", "r21"]),
        ExportCase(
            name: "map of uneven size", resolution: 12, widths: [4, 3, 2], latent: 2, latentResolution: 3,
            blocks: [[4], [5], [6], [7]], taps: ["r41"]),
    ]

    /// The network of the paper for Camelyon16, with VGG19 up to relu4_2.
    static let camelyon = ExportCase(
        name: "Camelyon16", resolution: 64, widths: [4, 4, 4, 4], latent: 4, latentResolution: 8,
        taps: ["r42"],
        stainScope: "tile")
    static let vggPath = "data/weights/vgg19_oxford_relu4_2.safetensors"

    /// The model file. `extractor` is the SHA-256 of the extractor's own file.
    func file(extractor: String? = nil) throws -> [UInt8] {
        let architecture = try AutoencoderArchitecture(
            imageChannels: channels, resolution: resolution, widths: widths, latentChannels: latent,
            latentResolution: latentResolution)
        var generator = SeededGenerator(seed: 11)
        var tensors: NamedTensors = ["score.normal": Tensor(shape: [3], values: [0.25, 0.5, 0.75])]
        for parameter in architecture.parameters + extractorParameters {
            let isInAutoencoder = !parameter.name.hasPrefix("extractor.")
            tensors[(isInAutoencoder ? "ae." : "") + parameter.name] = random(parameter, &generator)
        }
        for tap in taps {
            let (name, count) = (taps.count == 1 ? "feature" : "feature.\(tap)", featureChannels(tap))
            tensors["\(name).mean"] = Tensor(
                shape: [count], values: (0..<count).map { Float($0 % 7) * 0.05 })
            tensors["\(name).std"] = Tensor(
                shape: [count], values: (0..<count).map { 0.5 + Float($0 % 11) * 0.1 })
        }
        if stainScope != nil {
            tensors["stain.matrix"] = Tensor(shape: [2, 3], values: [0.6, 0.7, 0.3, 0.1, 0.9, 0.2])
            tensors["stain.p99"] = Tensor(shape: [2], values: [2, 1])
        }
        return SafetensorsWriter.encode(tensors, metadata: [ModelFile.recordKey: record(extractor)])
    }

    private var extractorParameters: [ParameterShape] {
        var (parameters, inputs): ([ParameterShape], Int) = ([], 3)
        for (number, width) in (blocks ?? []).flatMap({ $0 }).enumerated() {
            parameters.append(
                ParameterShape(name: "extractor.\(number).weight", shape: [width, inputs, 3, 3]))
            parameters.append(ParameterShape(name: "extractor.\(number).bias", shape: [width]))
            inputs = width
        }
        return parameters
    }

    private func random(_ parameter: ParameterShape, _ generator: inout SeededGenerator) -> Tensor {
        let fan = Double(parameter.shape.dropFirst().reduce(1, *))
        let size = parameter.shape.count == 1 ? 0.1 : (3 / fan).squareRoot()
        return Tensor(
            shape: parameter.shape,
            values: (0..<parameter.count).map { _ in Float((generator.nextUnit() * 2 - 1) * size) })
    }

    func featureChannels(_ tap: String) -> Int {
        let digits = tap.utf8.dropFirst().map { Int($0) - 0x30 }
        // VGG19's fourth block.
        return blocks.map { $0[digits[0] - 1][digits[1] - 1] } ?? 512
    }

    /// The record as text, independent of how the product encodes it.
    private func record(_ extractor: String?) -> String {
        let network =
            #"{"image_channels":\#(channels),"resolution":\#(resolution),"widths":\#(widths),"#
            + #""latent_channels":\#(latent),"latent_resolution":\#(latentResolution)}"#
        let family = blocks.map { #""perceptual_net","blocks":\#($0)"# } ?? #""vgg19""#
        let digest = extractor.map { #","sha256":"\#($0)""# } ?? ""
        let stain = stainScope.map {
            #","stain":{"method":"vahadane","match":"vahadane","scope":"\#($0)","dictionary_step":2}"#
        }
        return #"{"format":1,"name":"\#(name)","version":"1","purpose":"tests","detector":"dpa","#
            + #""architecture":\#(network),"extractor":{"family":\#(family),"taps":\#(taps)\#(digest)},"#
            + #""recipe":{"tile":96,"tile_resolution_um":0.25,"crop":64,"input":\#(resolution),"#
            + #""resampling":"pillow_bilinear","color":"\#(channels == 1 ? "grey" : "rgb")"\#(stain ?? "")},"#
            + #""training":{"data":"none","licence":"none","seed":7,"code_version":"0"},"metrics":{}}"#
    }
}
