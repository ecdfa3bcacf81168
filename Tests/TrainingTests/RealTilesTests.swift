import Foundation
import Networks
import TestSupport
import Testing
import Training

@Suite struct `From a manifest to batches` {
    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `real tiles are divided by cluster and prepared for the default configuration`() async throws {
        let listing = try ImageListing.find(SharedData.url("data/tiles/lc25000_lung/index.csv").path)
        let configuration = TrainingConfiguration.tissue
        let parts = try await HoldOut.divide(
            listing, fraction: configuration.holdOut, seed: configuration.seed)
        #expect(parts.training.count + parts.heldOut.count == 1_491)
        #expect((135...163).contains(parts.heldOut.count))
        let clusters = Set(parts.heldOut.map(\.group))
        #expect(parts.training.allSatisfy { !clusters.contains($0.group) })
        let stain = try #require(configuration.input.stain)
        let preparation = ImagePreparation(
            recipe: configuration.input.recipe,
            target: try stain.target.load(match: stain.match, relativeTo: nil))
        let held = try await PreparedImages.prepare(
            parts.heldOut, with: preparation, layout: .scored, memoryLimit: 1 << 24)
        let fields = try await PreparedImages.prepare(
            Array(parts.training.prefix(200)), with: preparation,
            layout: .field(side: configuration.fieldSide), memoryLimit: 1 << 25)
        #expect(held.side == 64 && fields.side == 96)
        #expect(held.count + held.bad.count == parts.heldOut.count && held.bad.count < 3)
        var sampler = BatchSampler(
            images: fields, side: 64, batch: 16, augmentation: configuration.augmentation,
            seed: configuration.seed)
        var batch = [Float](repeating: .nan, count: sampler.batchCount)
        sampler.fill(step: 77, into: &batch)
        #expect(batch.allSatisfy { (-1...1).contains($0) })
    }
}
