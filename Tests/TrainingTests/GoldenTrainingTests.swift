import Networks
import Tensors
import TestSupport
import Testing
import Training

/// Training steps against the PyTorch reference, with the tolerances of the golden data's README.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct `Training parity with PyTorch` {
    @Test(arguments: [
        ("golden/dpa/dpa_camelyon", 3, 4, 8, 1e-3), ("golden/dpa/dpa_nih", 1, 16, 1, 1e-4),
    ])
    func `gradients and ten Adam steps agree`(
        path: String, channels: Int, width: Int, latentResolution: Int, learningRate: Double
    ) throws {
        let golden = try GoldenTensors("\(path).safetensors")
        let architecture = try AutoencoderArchitecture(
            imageChannels: channels, resolution: 64, width: width, latentChannels: width,
            latentResolution: latentResolution)
        let distance = try PerceptualDistance(
            GoldenTensors.vgg19("r32"),
            statistics: [FeatureTap(block: 3, convolution: 2): golden.statistics()])
        let stage = try StageAutoencoder(architecture, resolution: 64)
        let objective = StageObjective(
            stage, loss: .perceptual, distances: [64: distance], batch: try golden.batch("x"), side: 64,
            team: WorkerTeam(count: 2))
        objective.tensors = try golden.file.tensors(under: "init.")
        _ = objective.images.update(from: try golden.images("x"))
        let optimizer = objective.makeOptimizer(learningRate: learningRate)
        for (step, expected) in try golden.values("step_losses").enumerated() {
            let loss = objective.run()
            #expect(abs(loss - expected) < 1e-3 * expected, "step \(step)")
            if step == 0 {
                try expectGradients(objective.gradients, golden)
                let losses = try golden.values("loss_per_image")
                #expect(try #require(maximumRelativeDifference(objective.losses, losses)) < 1e-4)
            }
            optimizer.update()
        }
        let final =
            golden.file.entries.contains { $0.name.hasPrefix("final.") }
            ? golden : try GoldenTensors("\(path)_final.safetensors")
        try expectWeights(objective.tensors, final)
    }

    @Test func `a fading stage agrees`() throws {
        let golden = try GoldenTensors("golden/dpa/pg.safetensors")
        let architecture = try AutoencoderArchitecture(
            imageChannels: 3, resolution: 64, width: 4, latentChannels: 4, latentResolution: 8)
        let distances = try [
            64: PerceptualDistance(
                GoldenTensors.vgg19("r42"),
                statistics: [FeatureTap(block: 4, convolution: 2): golden.statistics("feature42")]),
            32: PerceptualDistance(
                GoldenTensors.vgg19("r32"),
                statistics: [FeatureTap(block: 3, convolution: 2): golden.statistics("feature32")]),
        ]
        let stage = try StageAutoencoder(architecture, resolution: 64, isFading: true)
        let objective = StageObjective(
            stage, loss: .perceptual, distances: distances, batch: 2, side: 64, team: WorkerTeam(count: 1))
        objective.tensors = try golden.file.tensors(under: "init.")
        objective.setAlpha(0.3)
        _ = objective.images.update(from: try golden.images("full"))
        _ = objective.run()
        let losses = try golden.values("loss_per_image")
        #expect(try #require(maximumRelativeDifference(objective.losses, losses)) < 1e-4)
        try expectGradients(objective.gradients, golden)
        try expectImages(of: stage, alpha: 0.3, golden)
    }

    /// The mixed input, its code and its reconstruction.
    private func expectImages(of stage: StageAutoencoder, alpha share: Float, _ golden: GoldenTensors) throws
    {
        let graph = Graph()
        let alpha = graph.input("alpha", [1])
        let full = graph.input("full", [2, 64, 64, 3])
        let input = StageImages(resolution: 64, alpha: alpha).input(full)
        let code = stage.encode(input, alpha: alpha, in: graph)
        let output = stage.decode(code, alpha: alpha, in: graph)
        let half = full.resampled(height: 32, width: 32)
        let program = Program([input, code, output, half], team: WorkerTeam(count: 1))
        program.set("alpha", to: [share])
        program.set("full", to: try golden.images("full"))
        for (name, tensor) in try golden.file.tensors(under: "init.") { program.set(name, to: tensor.values) }
        program.run()
        for (name, value) in [("x", input), ("latent", code), ("output", output), ("stab32_input", half)] {
            let expected = try golden.images(name)
            let difference = try #require(maximumRelativeDifference(program.values(value), expected))
            #expect(difference < 1e-4, "\(name)")
        }
    }

    private func expectGradients(_ gradients: NamedTensors, _ golden: GoldenTensors) throws {
        let expected = try golden.file.tensors(under: "grad.")
        #expect(Set(expected.keys) == Set(gradients.keys))
        for (name, tensor) in expected {
            let found = try #require(gradients[name]).values
            let difference = try #require(maximumRelativeDifference(found, tensor.values))
            #expect(difference < 1e-3, "\(name): \(difference)")
        }
    }

    private func expectWeights(_ weights: NamedTensors, _ golden: GoldenTensors) throws {
        var differences: [Float] = []
        for (name, tensor) in try golden.file.tensors(under: "final.") {
            differences += zip(try #require(weights[name]).values, tensor.values).map { abs($0 - $1) }
        }
        let near = differences.filter { $0 < 1e-4 }.count
        #expect(Double(near) >= 0.99 * Double(differences.count))
        #expect(try #require(differences.max()) < 1e-3)
    }
}
