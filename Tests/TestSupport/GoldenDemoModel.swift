import Foundation
public import Networks
import Staining

/// The model with which the golden demo scores were made, from its published weights: independent of which
/// model the program has built in.
public enum GoldenDemoModel {
    /// The model, for tests that need the reference data.
    public static func load() throws -> ScreeningModel {
        try ModelFile.load(SafetensorsFile(bytes: bytes()))
    }

    /// The model as a file of this program. Its distribution of normal scores is made up.
    public static func bytes() throws -> [UInt8] {
        let source = try SafetensorsFile(contentsOf: SharedData.url("models/he-lung-demo.safetensors"))
        var tensors = try source.tensors(under: "")
        tensors["score.normal"] = Tensor(shape: [3], values: [0.3, 0.4, 0.5])
        let tap = FeatureTap(block: 3, convolution: 2)
        let record = ModelRecord(
            name: "golden-demo", version: "1", purpose: "tests",
            architecture: try AutoencoderArchitecture(
                imageChannels: 3, resolution: 64, width: 4, latentChannels: 4, latentResolution: 8),
            extractor: ExtractorRecord(
                family: .perceptualNet, blocks: [[32, 32], [64, 64], [128, 128]], taps: [tap]),
            recipe: Recipe(
                tile: 768, tileResolution: 0.25, crop: 512, input: 64, resampling: .pillowBilinear,
                stain: StainRecipe(method: .vahadane, match: .vahadane, scope: .tile, dictionaryStep: 2),
                color: .rgb),
            training: TrainingRecord(data: "LC25000", licence: "see its card", seed: 0, codeVersion: "0"),
            metrics: [:])
        return try ModelFile.encode(record, tensors: tensors)
    }
}
