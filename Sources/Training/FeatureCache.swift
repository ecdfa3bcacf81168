internal import Kernels
internal import Networks
internal import Tensors

/// The features of images that are seen again and again without change: computed once instead of at every
/// update, which saves a third of the work of networks that are small beside their extractor.
package final class FeatureCache {
    /// Floats per image, by tap.
    private let sizes: [Int]
    private let features: [FloatStorageBox]

    /// Whether all images are always seen alike, and the features of all take at most `limit` bytes.
    package static func suits(
        _ configuration: TrainingConfiguration, _ phase: TrainingPhase, _ set: TrainingSet, limit: Int
    ) throws -> Bool {
        let isFixed = configuration.augmentation.crop == .center && configuration.augmentation.flips == .none
        let isWhole = phase.stage.resolution == configuration.input.size && !phase.stage.isFade
        guard isFixed, isWhole, phase.loss != .pixelL1 else { return false }
        let extractor = try set.extractor.extractor(taps: phase.stage.taps)
        let floats = extractor.featureCounts(side: configuration.input.size).reduce(0, +)
        let count = set.training.count + HeldOutLoss.indices(of: set.heldOut.count).count
        return count * floats * 4 <= limit
    }

    /// Computes the features of the center crops of the `images` with these `indices`.
    ///
    /// - Throws: `CancellationError`.
    init(
        _ images: PreparedImages, _ indices: [Int], extractor: PerceptualExtractor, side: Int, batch: Int,
        team: WorkerTeam
    ) throws(CancellationError) {
        let count = indices.count
        sizes = extractor.featureCounts(side: side)
        features = sizes.map { FloatStorageBox(count: $0 * count) }
        let reader = FeatureReader(
            extractor, batch: batch, side: side, channels: images.channels, team: team)
        guard let target = reader.images.baseAddress else { preconditionFailure("no memory for images") }
        let size = side * side * images.channels
        for first in stride(from: 0, to: count, by: batch) {
            if Task.isCancelled { throw CancellationError() }
            for slot in 0..<batch {
                images.writeCenter(
                    of: indices[(first + slot) % count], side: side, into: target + slot * size)
            }
            reader.run()
            for (tap, size) in sizes.enumerated() {
                guard let source = reader.features(at: tap).baseAddress else { continue }
                let part = min(batch, count - first) * size
                (features[tap].pointer + first * size).update(from: source, count: part)
            }
        }
    }

    /// Hands the features of an image, by its place among the indices, to the slot of a batch.
    func copy(_ index: Int, to slot: Int, of objective: StageObjective) {
        for (tap, size) in sizes.enumerated() {
            guard let target = objective.originalFeatures[tap].baseAddress else { continue }
            (target + slot * size).update(from: features[tap].pointer + index * size, count: size)
        }
    }
}

/// Memory with a reference.
private final class FloatStorageBox {
    private let storage: FloatStorage
    var pointer: UnsafeMutablePointer<Float> { storage.pointer }

    init(count: Int) {
        storage = FloatStorage(count: count)
    }
}
