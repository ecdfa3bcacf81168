internal import Flow
internal import Kernels
internal import Networks
internal import Outliers

/// Fits a detector of pooled features: one pass over the normal images, then linear algebra or trees.
///
/// The result depends on configuration, images and extractor, not on the number of workers.
struct DetectorFit {
    let configuration: TrainingConfiguration
    let set: TrainingSet
    let workers: Int

    /// - Parameter progress: how many views of how many were looked at; called from several threads.
    /// - Throws: ``FitError``, `CancellationError`, errors of the extractor.
    func run(_ progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void) async throws -> Detector {
        guard let pooling = configuration.detector.pooling else {
            preconditionFailure("a network is trained, not fitted")
        }
        guard set.training.count > 1 else { throw FitError.oneImage }
        let features = PooledFeatures(
            try set.extractor.extractor(taps: configuration.extractor.taps), pooling: pooling)
        let samples = try await samples(features, progress)
        let seed = SeededGenerator.hash(configuration.seed, 0x466974)
        switch configuration.detector {
        case .gaussian:
            guard let distance = MahalanobisDistance(ShrunkCovariance(of: samples)) else {
                throw FitError.allAlike
            }
            return .gaussian(features, distance)
        case .deepIF, .dpa:
            let forest = IsolationForest(
                of: samples, trees: configuration.fit.trees, samplesPerTree: configuration.fit.samplesPerTree,
                seed: seed)
            return .isolationForest(features, forest)
        }
    }

    /// The pooled features of every view, one a row.
    private func samples(
        _ features: PooledFeatures, _ progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws -> SampleMatrix {
        let count = configuration.fit.views * set.training.count
        let shares = max(1, min(workers, count))
        let done = LockedValue(0)
        var values = [Float](repeating: 0, count: count * features.dimension)
        try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
            for share in 0..<shares {
                group.addTask {
                    var views = ViewReader(configuration, set.training, features)
                    var rows: [Float] = []
                    for index in stride(from: share, to: count, by: shares) {
                        try Task.checkCancellation()
                        rows += views.read(index)
                        let read = done.withLock { done in
                            done += 1
                            return done
                        }
                        progress(read, count)
                        await Task.yield()
                    }
                    return (share, rows)
                }
            }
            for try await (share, rows) in group {
                for (place, index) in stride(from: share, to: count, by: shares).enumerated() {
                    let row = rows[(place * features.dimension)..<((place + 1) * features.dimension)]
                    values.replaceSubrange(
                        (index * features.dimension)..<((index + 1) * features.dimension), with: row)
                }
            }
        }
        guard values.allSatisfy(\.isFinite) else { throw FitError.notFinite }
        return SampleMatrix(columns: features.dimension, values: values)
    }
}

/// Reads views of the training images; one for each worker.
private struct ViewReader {
    private let images: PreparedImages
    private let reader: PooledFeatureReader
    private let isCentered: Bool
    private var sampler: BatchSampler
    private var pixels: [Float]

    init(_ configuration: TrainingConfiguration, _ images: PreparedImages, _ features: PooledFeatures) {
        let side = configuration.input.size
        self.images = images
        reader = PooledFeatureReader(features, side: side, channels: images.channels)
        isCentered = configuration.fit.views == 1
        sampler = BatchSampler(
            images: images, side: side, batch: 1, augmentation: configuration.augmentation,
            seed: SeededGenerator.hash(configuration.seed, 0x56696577))
        pixels = [Float](repeating: 0, count: sampler.batchCount)
    }

    /// The pooled features of view number `index`: the center crop of that image, or the crop that training would
    /// see at that step.
    mutating func read(_ index: Int) -> [Float] {
        pixels.withUnsafeMutableBufferPointer { buffer in
            guard let target = buffer.baseAddress else { return }
            if isCentered {
                images.writeCenter(of: index, side: sampler.side, into: target)
            } else {
                sampler.fill(step: index, into: target)
            }
        }
        return reader.read(pixels)
    }
}

/// Why a detector cannot be fitted.
public enum FitError: Error, Equatable, CustomStringConvertible {
    case oneImage
    case allAlike
    case notFinite

    public var description: String {
        switch self {
        case .oneImage: "one image says nothing about how normal images differ; give more"
        case .allAlike:
            "the training images are all alike, so nothing can be told about how normal images differ"
        case .notFinite:
            "the features of a training image are not finite; the extractor does not suit such images"
        }
    }
}
