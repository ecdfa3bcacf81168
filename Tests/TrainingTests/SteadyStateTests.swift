import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

@Suite struct `Training and the heap` {
    /// An extractor of three layers over a pool, with random weights.
    private func distance(side: Int) throws -> PerceptualDistance {
        let shapes = [("0", 3, 8), ("1", 8, 16), ("2", 16, 16)].flatMap { name, inputs, outputs in
            [
                ParameterShape(name: "\(name).weight", shape: [outputs, inputs, 3, 3]),
                ParameterShape(name: "\(name).bias", shape: [outputs]),
            ]
        }
        let file = try SafetensorsFile(
            bytes: SafetensorsWriter.encode(InitialWeights.tensors(shapes, seed: 3)))
        let tap = FeatureTap(block: 2, convolution: 2)
        let extractor = try PerceptualExtractor.stack(
            file, prefix: "", widths: [[8], [16, 16]], taps: [tap])
        let statistics = try FeatureStatistics(
            mean: [Float](repeating: 0.1, count: 16), deviation: [Float](repeating: 1, count: 16))
        return try PerceptualDistance(extractor, statistics: [tap: statistics])
    }

    @Test(arguments: [1, 2])
    func `a whole step allocates nothing, on any thread`(workers: Int) throws {
        let (side, batch) = (16, 4)
        let team = WorkerTeam(count: workers)
        let stage = try StageAutoencoder(
            AutoencoderArchitecture(
                imageChannels: 3, resolution: side, width: 16, latentChannels: 4, latentResolution: 4),
            resolution: side)
        let objective = StageObjective(
            stage, loss: .perceptual, distances: [side: try distance(side: side)], batch: batch, side: side,
            team: team)
        objective.tensors = InitialWeights.tensors(stage.parameters, seed: 4)
        let optimizer = objective.makeOptimizer(learningRate: 1e-3)
        var sampler = BatchSampler(
            images: numberedImages(9, side: 20, channels: 3), side: side, batch: batch,
            augmentation: .init(crop: .random, flips: .both), seed: 5)
        let images = try #require(objective.images.baseAddress)
        var losses: [Float] = []
        losses.reserveCapacity(8)
        func step(_ number: Int) {
            sampler.fill(step: number, into: images)
            losses.append(objective.run())
            optimizer.update()
        }
        step(0)
        let reading = AllocationReading.overhead(of: team)
        let before = AllocationReading.total(of: team)
        // Into the next epoch, whose order is drawn anew.
        for number in 1..<5 { step(number) }
        #expect(AllocationReading.total(of: team) - before - reading == 0)
        #expect(Set(losses).count == 5)
        #expect(losses.allSatisfy { $0.isFinite })
    }
}
