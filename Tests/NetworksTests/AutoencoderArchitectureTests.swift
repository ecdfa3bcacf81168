import Networks
import Testing

@Suite struct `Autoencoder architectures` {
    private func architecture(
        _ channels: Int, _ resolution: Int, _ widths: [Int], _ latent: Int, _ latentResolution: Int
    ) throws(WeightError) -> AutoencoderArchitecture {
        try AutoencoderArchitecture(
            imageChannels: channels, resolution: resolution, widths: widths, latentChannels: latent,
            latentResolution: latentResolution)
    }

    /// Encoder and decoder weights of the published configurations, counted in PyTorch.
    @Test(arguments: [
        (3, 64, [4, 4, 4, 4], 4, 8, 2_776, 2_183),
        (3, 64, [64, 64, 64], 64, 16, 518_784, 371_011),
        (1, 64, [16, 16, 16, 16, 16], 16, 1, 50_672, 41_377),
        (1, 64, [64, 64, 64, 64, 64], 64, 1, 804_800, 657_025),
        (1, 64, [32, 32, 64, 64, 64], 64, 1, 566_720, 446_593),
        (3, 32, [32, 32, 32, 32], 32, 1, 165_280, 128_259),
        // Seven widths are listed for a net that uses the last five: the surplus at the front is ignored.
        (1, 64, [32, 32, 64, 64, 64, 64, 64], 64, 1, 804_800, 657_025),
    ])
    func `weights are as many as published`(
        channels: Int, resolution: Int, widths: [Int], latent: Int, latentResolution: Int, encoder: Int,
        decoder: Int
    ) throws {
        let net = try architecture(channels, resolution, widths, latent, latentResolution)
        #expect(net.encoderParameters.weightCount == encoder)
        #expect(net.decoderParameters.weightCount == decoder)
        #expect(Set(net.parameters.map(\.name)).count == net.parameters.count)
    }

    @Test func `one width stands for all resolutions`() throws {
        let uniform = try AutoencoderArchitecture(
            imageChannels: 3, resolution: 64, width: 4, latentChannels: 4, latentResolution: 8)
        #expect(uniform.parameters == (try architecture(3, 64, [4, 4, 4, 4], 4, 8)).parameters)
        #expect(uniform.parameters.weightCount == 4_959)
    }

    @Test func `widths are read from the end`() throws {
        let net = try architecture(3, 16, [99, 2, 5], 7, 8)
        let shapes = Dictionary(uniqueKeysWithValues: net.parameters.map { ($0.name, $0.shape) })
        #expect(shapes["enc.rgb.0.weight"] == [2, 3, 3, 3])
        #expect(shapes["enc.body.0.skip.weight"] == [5, 2, 1, 1])
        #expect(shapes["enc.last.skip.weight"] == [7, 5, 1, 1])
        #expect(shapes["dec.first.c1.weight"] == [5, 7, 3, 3])
        #expect(shapes["dec.body.0.c1.weight"] == [2, 5, 3, 3])
        #expect(shapes["dec.rgb.weight"] == [3, 2, 3, 3])
        #expect(shapes["dec.body.1.skip.weight"] == nil)
    }

    @Test(arguments: [
        (2, 64, [4, 4, 4, 4], 4, 8), (3, 60, [4, 4, 4, 4], 4, 8), (3, 48, [4, 4, 4, 4], 4, 8),
        (3, 64, [4, 4, 4], 4, 8), (3, 64, [4, 4, 0, 4], 4, 8), (3, 64, [4, 4, 4, 4], 0, 8), (3, 2, [4], 4, 1),
        (3, 4, [4], 4, 8), (3, 1 << 20, [Int](repeating: 4, count: 30), 4, 8),
        (3, 64, [4, 4, 4, 1 << 40], 4, 8),
        (3, 0, [4], 4, 8), (3, 64, [4, 4, 4, 4], 4, 0), (3, 64, [4, 4, 4, 4], 4, -8),
    ])
    func `impossible networks are refused`(
        channels: Int, resolution: Int, widths: [Int], latent: Int, latentResolution: Int
    ) {
        #expect(throws: WeightError.self) {
            try architecture(channels, resolution, widths, latent, latentResolution)
        }
    }

    @Test func `a missing, surplus or misshapen tensor is named`() throws {
        let net = try architecture(1, 8, [2, 3], 2, 4)
        let tensors = randomTensors(net.parameters, seed: 1)
        _ = try Autoencoder(net, tensors: tensors)
        var missing = tensors
        missing["dec.rgb.bias"] = nil
        #expect(throws: WeightError.missing(tensor: "dec.rgb.bias")) {
            try Autoencoder(net, tensors: missing)
        }
        var surplus = tensors
        surplus["enc.rgb_low.0.bias"] = Tensor(shape: [1], values: [0])
        #expect(throws: WeightError.surplus(tensors: ["enc.rgb_low.0.bias"])) {
            try Autoencoder(net, tensors: surplus)
        }
        var misshapen = tensors
        misshapen["enc.rgb.0.bias"] = Tensor(shape: [2, 1], values: [0, 0])
        #expect(throws: WeightError.misshapen(tensor: "enc.rgb.0.bias", expected: [2], found: [2, 1])) {
            try Autoencoder(net, tensors: misshapen)
        }
    }
}
