import Networks
import Pixels
import Tensors
import TestSupport
import Testing

/// What a network computes right before and right after a stage of growing.
@Suite struct `Growing` {
    private let architecture: AutoencoderArchitecture

    init() throws {
        architecture = try AutoencoderArchitecture(
            imageChannels: 3, resolution: 32, widths: [3, 5, 6, 7], latentChannels: 7, latentResolution: 4)
    }

    private func stage(_ resolution: Int, isFading: Bool = false) throws -> StageAutoencoder {
        try StageAutoencoder(architecture, resolution: resolution, isFading: isFading)
    }

    private func weights(_ stage: StageAutoencoder, seed: UInt64) -> NamedTensors {
        InitialWeights.tensors(stage.parameters, seed: seed)
    }

    private func output(
        _ stage: StageAutoencoder, _ weights: NamedTensors, _ images: [Float], alpha: Float? = nil
    ) throws -> [Float] {
        let side = stage.architecture.resolution
        let graph = Graph()
        let input = graph.input("images", [1, side, side, 3])
        let share = alpha.map { _ in graph.input("alpha", [1]) }
        let code = stage.encode(input, alpha: share, in: graph)
        let result = stage.decode(code, alpha: share, in: graph)
        let program = Program([result], team: WorkerTeam(count: 1))
        for (name, tensor) in weights { program.set(name, to: tensor.values) }
        program.set("images", to: images)
        if let alpha { program.set("alpha", to: [alpha]) }
        program.run()
        return program.values(result)
    }

    private func enlarged(_ image: [Float], side: Int) -> [Float] {
        (0..<(2 * side)).flatMap { y in
            (0..<(2 * side)).flatMap { x in (0..<3).map { image[((y / 2) * side + x / 2) * 3 + $0] } }
        }
    }

    private func texturePixels(_ side: Int) -> [Float] {
        texture(side: side, seed: 9).pixels.map { Float($0) / 127.5 - 1 }
    }

    @Test(arguments: [8, 16])
    func `at alpha 0 a fading network is the enlarged old one`(half: Int) throws {
        let (before, fading) = (try stage(half), try stage(2 * half, isFading: true))
        let old = weights(before, seed: 1)
        let grown = fading.tensors(following: old, fresh: weights(fading, seed: 2))
        let image = texturePixels(half)
        let expected = enlarged(try output(before, old, image), side: half)
        let found = try output(fading, grown, enlarged(image, side: half), alpha: 0)
        #expect(try #require(maximumDifference(found, expected)) < 1e-6)
        #expect(expected.contains { abs($0) > 0.01 })
    }

    @Test(arguments: [16, 32])
    func `at alpha 1 a fading network is the steady one that follows`(resolution: Int) throws {
        let (fading, after) = (try stage(resolution, isFading: true), try stage(resolution))
        let faded = weights(fading, seed: 3)
        let steady = after.tensors(following: faded, fresh: [:])
        #expect(Set(steady.keys) == Set(after.parameters.map(\.name)))
        let image = texturePixels(resolution)
        let (found, expected) = (
            try output(after, steady, image), try output(fading, faded, image, alpha: 1)
        )
        #expect(try #require(maximumDifference(found, expected)) < 1e-6)
        // The old layers are gone for good: with them alone the output is another.
        #expect(try #require(maximumDifference(output(fading, faded, image, alpha: 0), expected)) > 0.01)
    }

    @Test func `grown networks carry over every old tensor and add fresh ones for what is new`() throws {
        let (before, fading) = (try stage(16), try stage(32, isFading: true))
        let old = weights(before, seed: 4)
        let fresh = weights(fading, seed: 5)
        let grown = fading.tensors(following: old, fresh: fresh)
        #expect(Set(grown.keys) == Set(fading.parameters.map(\.name)))
        let new = Set(grown.keys.filter { grown[$0] == fresh[$0] })
        let isNew = { (name: String) in
            ["enc.rgb.", "enc.body.0.", "enc.body.1.", "dec.rgb.", "dec.body.4.", "dec.body.5."].contains {
                name.hasPrefix($0)
            }
        }
        #expect(new == Set(grown.keys.filter(isNew)) && !new.isEmpty)
        let carried = grown.filter { !new.contains($0.key) }
        #expect(carried.count == old.count)
        for (name, tensor) in old {
            let parts = name.split(separator: ".").map(String.init)
            let expected =
                switch (parts[0], parts[1]) {
                case (_, "rgb"): name.replacing(".rgb.", with: ".rgb_low.")
                case ("enc", "body"):
                    "enc.body.\((Int(parts[2]) ?? 0) + 2)." + parts.dropFirst(3).joined(separator: ".")
                default: name
                }
            #expect(grown[expected] == tensor, "\(name)")
        }
    }

    @Test func `nothing fades into the lowest resolution`() {
        #expect(throws: WeightError.self) { _ = try stage(4, isFading: true) }
        #expect(throws: WeightError.self) { _ = try stage(24) }
    }
}
