import Networks
import Pixels
import TestSupport
import Testing

/// Parity with the PyTorch reference. Tolerance: 1e-4 of the tensor's maximum.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct `Parity with the PyTorch reference` {
    @Test(arguments: [
        ("r12", "r12_every8", 8), ("r22", "r22_every4", 4), ("r32", "r32_every2", 2), ("r42", "r42", 1),
    ])
    func `VGG19 features agree at every tap`(tap: String, name: String, step: Int) throws {
        let golden = try GoldenTensors("golden/dpa/vgg_features.safetensors")
        let layer = try #require(FeatureTap(tap))
        let reader = FeatureReader(
            try GoldenTensors.vgg19("r12", "r22", "r32", "r42"), side: 64, channels: 3)
        let channels = reader.extractor.channels(at: layer)
        for index in 0..<2 {
            let map = reader.features(of: try golden.image("x", index), at: layer)
            if index == 0 {
                let sampled = everyChannel(step, of: map, channels: channels)
                let difference = try maximumRelativeDifference(sampled, golden.image(name, 0))
                #expect(try #require(difference) < 1e-4)
            }
            let pixels = map.count / channels
            let mean = (0..<channels).map { channel in
                Float((0..<pixels).reduce(0.0) { $0 + Double(map[$1 * channels + channel]) } / Double(pixels))
            }
            let largest = (0..<channels).map { channel in
                (0..<pixels).reduce(-Float.infinity) { max($0, map[$1 * channels + channel]) }
            }
            let row = (index * channels)..<((index + 1) * channels)
            let means = [Float](try golden.values("\(tap)_channel_mean")[row])
            let maxima = [Float](try golden.values("\(tap)_channel_max")[row])
            #expect(try #require(maximumRelativeDifference(mean, means)) < 1e-4)
            #expect(try #require(maximumRelativeDifference(largest, maxima)) < 1e-4)
        }
    }

    @Test(arguments: [
        ("golden/dpa/dpa_camelyon.safetensors", 3, 4, 4, 8), ("golden/dpa/dpa_nih.safetensors", 1, 16, 16, 1),
    ])
    func `latent, reconstruction and loss agree`(
        path: String, channels: Int, width: Int, latent: Int, latentResolution: Int
    ) throws {
        let golden = try GoldenTensors(path)
        let architecture = try AutoencoderArchitecture(
            imageChannels: channels, resolution: 64, width: width, latentChannels: latent,
            latentResolution: latentResolution)
        let autoencoder = try Autoencoder(architecture, tensors: golden.file.tensors(under: "init."))
        let scorer = PerceptualScorer(
            autoencoder,
            try PerceptualDistance(
                GoldenTensors.vgg19("r32"),
                statistics: [FeatureTap(block: 3, convolution: 2): golden.statistics()]))
        let losses = try golden.values("loss_per_image")
        for index in 0..<(try golden.batch("x")) {
            let score = try scorer.score(golden.image("x", index))
            let code = try maximumRelativeDifference(scorer.latent, golden.image("latent", index))
            let image = try maximumRelativeDifference(
                scorer.reconstruction, golden.image("reconstruction", index))
            #expect(try #require(code) < 1e-4)
            #expect(try #require(image) < 1e-4)
            #expect(abs(score - losses[index]) < 1e-4 * losses[index])
        }
    }

    @Test(arguments: [(32, "stab32_input", "stab32_output"), (64, "full", "stab64_output")])
    func `the fixed stages before and after growing agree`(side: Int, input: String, output: String) throws {
        let golden = try GoldenTensors("golden/dpa/pg.safetensors")
        let autoencoder = try growingStage(golden, side: side)
        // Any extractor will do: only the reconstruction is compared.
        let distance = try PerceptualDistance(
            GoldenTensors.vgg19("r32"),
            statistics: [FeatureTap(block: 3, convolution: 2): golden.statistics("feature32")])
        let scorer = PerceptualScorer(autoencoder, distance)
        for index in 0..<2 {
            _ = try scorer.score(golden.image(input, index))
            let difference = try maximumRelativeDifference(scorer.reconstruction, golden.image(output, index))
            #expect(try #require(difference) < 1e-4)
        }
    }

    @Test func `the losses of a transition agree at both resolutions`() throws {
        let golden = try GoldenTensors("golden/dpa/pg.safetensors")
        for (tap, side, statistics, name) in [
            ("r42", 64, "feature42", "loss_r42_64"), ("r32", 32, "feature32", "loss_r32_32"),
        ] {
            let layer = try #require(FeatureTap(tap))
            let distance = try PerceptualDistance(
                GoldenTensors.vgg19(tap), statistics: [layer: golden.statistics(statistics)])
            for index in 0..<2 {
                let x = halved(try golden.image("x", index), from: 64, to: side)
                let y = halved(try golden.image("output", index), from: 64, to: side)
                let expected = try golden.values(name)[index]
                #expect(abs(relativeL1(distance, x, y, side: side) - expected) < 1e-4 * expected)
            }
        }
    }

    @Test func `the demo model scores the golden crops`() throws {
        let golden = try GoldenTensors("golden/dpa/demo_crops.safetensors")
        let scorer = try GoldenDemoModel.load().makeScorer()
        for (index, expected) in try golden.values("scores").enumerated() {
            let bytes = try golden.image("crops", index).map { UInt8($0) }
            let score = try scorer.score(RGBImage(width: 64, height: 64, pixels: bytes))
            #expect(abs(score - expected) < 1e-4 * expected)
        }
    }

    @Test func `features in a file with a common prefix are found`() throws {
        let taps = [try #require(FeatureTap("r12"))]
        let plain = try SafetensorsFile(
            contentsOf: SharedData.url("data/weights/vgg19_oxford_relu4_2.safetensors"))
        var renamed: NamedTensors = ["vgg.classifier.0.bias": Tensor(shape: [1], values: [0])]
        for name in ["features.0.weight", "features.0.bias", "features.2.weight", "features.2.bias"] {
            renamed["vgg.\(name)"] = try plain.tensor(name)
        }
        let prefixed = try SafetensorsFile(bytes: SafetensorsWriter.encode(renamed))
        let image = (0..<192).map { Float($0 % 7) / 7 }
        let features = try [plain, prefixed].map { file in
            FeatureReader(try PerceptualExtractor.vgg19(file, taps: taps), side: 8, channels: 3)
                .features(of: image, at: taps[0])
        }
        #expect(features[0] == features[1])
    }

    /// The net of `pg.safetensors` outside the transition: at 64 px without the old image layers, at 32 px
    /// without the new stage.
    private func growingStage(_ golden: GoldenTensors, side: Int) throws -> Autoencoder {
        let all = try golden.file.tensors(under: "init.")
        var tensors: NamedTensors = [:]
        for (name, tensor) in all {
            if side == 64 {
                if !name.contains("rgb_low") { tensors[name] = tensor }
            } else if name.contains("rgb_low.") {
                tensors[name.replacing("rgb_low.", with: "rgb.")] = tensor
            } else if name.hasPrefix("enc.body."), let stage = Int(name.dropFirst(9).prefix(1)) {
                if stage >= 2 { tensors["enc.body.\(stage - 2)\(name.dropFirst(10))"] = tensor }
            } else if !name.contains(".rgb."), !name.hasPrefix("dec.body.4"), !name.hasPrefix("dec.body.5") {
                tensors[name] = tensor
            }
        }
        let architecture = try AutoencoderArchitecture(
            imageChannels: 3, resolution: side, width: 4, latentChannels: 4, latentResolution: 8)
        return try Autoencoder(architecture, tensors: tensors)
    }

    private func halved(_ image: [Float], from side: Int, to target: Int) -> [Float] {
        guard target < side else { return image }
        let row = side * 3
        return (0..<(target * target * 3)).map { index in
            let (y, x, channel) = (index / (target * 3), index / 3 % target, index % 3)
            let corner = 2 * y * row + 2 * x * 3 + channel
            return (image[corner] + image[corner + 3] + image[corner + row] + image[corner + row + 3]) / 4
        }
    }
}
