import Foundation
import Kernels
import Networks
import Outliers
import Pixels
import TestSupport
import Testing

/// A small extractor with random weights, and detectors of its pooled features.
private struct PooledModel {
    static let side = 8
    static let taps = [FeatureTap(block: 1, convolution: 1), FeatureTap(block: 2, convolution: 1)]

    let stack: NamedTensors
    let extractor: PerceptualExtractor

    init() throws {
        let shapes = [
            ParameterShape(name: "extractor.0.weight", shape: [4, 3, 3, 3]),
            ParameterShape(name: "extractor.0.bias", shape: [4]),
            ParameterShape(name: "extractor.1.weight", shape: [6, 4, 3, 3]),
            ParameterShape(name: "extractor.1.bias", shape: [6]),
        ]
        stack = randomTensors(shapes, seed: 2)
        let file = try SafetensorsFile(bytes: SafetensorsWriter.encode(stack))
        extractor = try PerceptualExtractor.stack(
            file, prefix: "extractor.", widths: [[4], [6]], taps: Self.taps)
    }

    static func image(_ seed: UInt64) -> RGBImage {
        var generator = SeededGenerator(seed: seed)
        let pixels = (0..<(side * side * 3)).map { _ in UInt8(generator.next(in: 0..<256)) }
        return RGBImage(width: side, height: side, pixels: pixels)
    }

    /// The pooled features of some images.
    func samples(_ pooling: PooledFeatures.Pooling, count: Int = 40) throws -> SampleMatrix {
        let features = PooledFeatures(extractor, pooling: pooling)
        let reader = PooledFeatureReader(features, side: Self.side, channels: 3)
        let rows = (0..<count).flatMap { index in
            reader.read(Self.image(UInt64(100 + index)).pixels.map { Float($0) / 127.5 - 1 })
        }
        return SampleMatrix(columns: features.dimension, values: rows)
    }

    func gaussian() throws -> MahalanobisDistance {
        try #require(MahalanobisDistance(ShrunkCovariance(of: samples(.meansAndDeviations))))
    }

    func forest() throws -> IsolationForest { IsolationForest(of: try samples(.means), trees: 12, seed: 5) }

    func record(_ kind: DetectorKind) -> ModelRecord {
        ModelRecord(
            name: "pooled", version: "1", purpose: "tests", detector: kind, architecture: nil,
            extractor: ExtractorRecord(family: .perceptualNet, blocks: [[4], [6]], taps: Self.taps),
            recipe: Recipe(
                tile: 8, tileResolution: nil, crop: 8, input: 8, resampling: .pillowBilinear, stain: nil,
                color: .rgb),
            training: TrainingRecord(data: "none", licence: "none", seed: 7, codeVersion: "0"), metrics: [:])
    }

    func file(_ kind: DetectorKind, change: (inout NamedTensors) -> Void = { _ in }) throws -> [UInt8] {
        var tensors = stack
        tensors["score.normal"] = Tensor(shape: [2], values: [0.25, 0.5])
        let own = kind == .gaussian ? try gaussian().tensors : try forest().tensors
        for (name, tensor) in own { tensors[name] = tensor }
        change(&tensors)
        return try ModelFile.encode(record(kind), tensors: tensors)
    }

    func failure(_ bytes: [UInt8]) -> ModelFileError? {
        do {
            _ = try ModelFile.load(SafetensorsFile(bytes: bytes))
            return nil
        } catch { return error as? ModelFileError }
    }
}

@Suite struct `Detectors of pooled features` {
    private let model: PooledModel

    init() throws { model = try PooledModel() }

    @Test func `pooled features are the mean and the deviation of every channel`() throws {
        let pixels = PooledModel.image(1).pixels.map { Float($0) / 127.5 - 1 }
        let both = PooledFeatures(model.extractor, pooling: .meansAndDeviations)
        let means = PooledFeatures(model.extractor, pooling: .means)
        #expect(both.dimension == 20 && means.dimension == 10)
        let reader = FeatureReader(model.extractor, side: 8, channels: 3)
        var (expected, expectedMeans): ([Double], [Double]) = ([], [])
        for tap in PooledModel.taps {
            let map = reader.features(of: pixels, at: tap)
            let channels = model.extractor.channels(at: tap)
            let planes = (0..<channels).map { channel in
                stride(from: channel, to: map.count, by: channels).map { Double(map[$0]) }
            }
            let center = planes.map { $0.reduce(0, +) / Double($0.count) }
            let spread = zip(planes, center).map { plane, mean in
                (plane.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(plane.count)).squareRoot()
            }
            expected += center + spread
            expectedMeans += center
        }
        let found = PooledFeatureReader(both, side: 8, channels: 3).read(pixels)
        for (ours, theirs) in zip(found, expected) { #expect(abs(Double(ours) - theirs) < 1e-6) }
        let foundMeans = PooledFeatureReader(means, side: 8, channels: 3).read(pixels)
        #expect(foundMeans.count == 10)
        for (ours, theirs) in zip(foundMeans, expectedMeans) { #expect(abs(Double(ours) - theirs) < 1e-6) }
    }

    @Test(arguments: [DetectorKind.gaussian, .deepIF])
    func `a model survives encoding, and scores as its parts do`(kind: DetectorKind) throws {
        let loaded = try ModelFile.load(SafetensorsFile(bytes: model.file(kind)))
        #expect(loaded.detector.kind == kind && loaded.record.architecture == nil)
        #expect(!loaded.detector.mapsAnomalies)
        let image = PooledModel.image(3)
        let scorer = loaded.makeScorer(mapsAnomalies: true)
        let score = try scorer.score(image)
        #expect(scorer.anomalyMap == nil && scorer.side == 8)
        let pixels = image.pixels.map { Float($0) / 127.5 - 1 }
        let pooling = try #require(kind.pooling)
        let sample = PooledFeatureReader(
            PooledFeatures(model.extractor, pooling: pooling), side: 8, channels: 3
        ).read(pixels)
        let expected = kind == .gaussian ? try model.gaussian()(sample) : try model.forest().score(sample)
        #expect(score == expected && score > 0)
        // The same crop gives the same score whatever was scored before.
        _ = try scorer.score(PooledModel.image(4))
        #expect(try scorer.score(image) == score)
        #expect(try scorer.score(pixels) == score)
    }

    @Test func `what is unlike the training images scores higher`() throws {
        for kind in [DetectorKind.gaussian, .deepIF] {
            let scorer = try ModelFile.load(SafetensorsFile(bytes: model.file(kind))).makeScorer()
            let flat = RGBImage(
                width: 8, height: 8, pixels: [UInt8](repeating: 255, count: 192))
            let usual = try scorer.score(PooledModel.image(900))
            #expect(try scorer.score(flat) > usual)
        }
    }

    @Test func `a crop of another size is refused`() throws {
        let scorer = try ModelFile.load(SafetensorsFile(bytes: model.file(.gaussian))).makeScorer()
        #expect(throws: ScoringError.wrongSize(width: 9, height: 8, expected: 8)) {
            try scorer.score(RGBImage(width: 9, height: 8))
        }
    }

    /// What a hostile file may say about a tree: paths that never end, columns that are not there.
    @Test(arguments: [
        (0, Float(99)), (0, -2), (0, 0.5), (2, 0), (2, 1e6), (2, -1), (2, 0.5),
    ])
    func `an impossible node is refused`(field: Int, value: Float) throws {
        let bytes = try model.file(.deepIF) { tensors in
            guard let nodes = tensors["forest.nodes"] else { return }
            var values = nodes.values
            values[field] = value
            tensors["forest.nodes"] = Tensor(shape: nodes.shape, values: values)
        }
        #expect(model.failure(bytes) == .contradiction("node 0 of the forest is impossible"))
    }

    @Test func `roots and samples of a forest must be possible`() throws {
        for (name, value) in [("forest.roots", Float(1e6)), ("forest.roots", -1), ("forest.samples", 0)] {
            let bytes = try model.file(.deepIF) { tensors in
                guard let tensor = tensors[name] else { return }
                tensors[name] = Tensor(
                    shape: tensor.shape, values: [value] + tensor.values.dropFirst())
            }
            #expect(model.failure(bytes) != nil, "\(name) \(value)")
        }
    }

    @Test func `a Gaussian of another dimension or with infinite values is refused`() throws {
        let infinite = try model.file(.gaussian) { tensors in
            tensors["gaussian.mean"] = Tensor(
                shape: [20], values: [.infinity] + [Float](repeating: 0, count: 19))
        }
        #expect(throws: (any Error).self) { try ModelFile.load(SafetensorsFile(bytes: infinite)) }
        let small = try model.file(.gaussian) { $0["gaussian.mean"] = Tensor(shape: [1], values: [0]) }
        #expect(
            model.failure(small)
                == .weights(.misshapen(tensor: "gaussian.mean", expected: [20], found: [1])))
        let surplus = try model.file(.gaussian) { $0["ae.x"] = Tensor(shape: [1], values: [0]) }
        #expect(model.failure(surplus) == .weights(.surplus(tensors: ["ae.x"])))
    }
}

@Suite struct `What reconstructions are judged by` {
    private static func scorer(
        _ loss: ReconstructionLoss, maps: Bool = false
    ) throws -> PerceptualScorer {
        let built = try BuiltInModels.load("he-lung-demo").reconstruction
        return PerceptualScorer(
            try Reconstruction(built.autoencoder, distance: built.distance, loss: loss), mapsAnomalies: maps)
    }

    private static func image() -> RGBImage {
        var generator = SeededGenerator(seed: 11)
        let pixels = (0..<(64 * 64 * 3)).map { _ in UInt8(generator.next(in: 0..<256)) }
        return RGBImage(width: 64, height: 64, pixels: pixels)
    }

    @Test func `pixels alone are judged by the mean absolute difference`() throws {
        let image = Self.image()
        let scorer = try Self.scorer(.pixelL1)
        let score = try scorer.score(image)
        let differences = zip(image.pixels, scorer.reconstruction).map {
            abs(Double($0) / 127.5 - 1 - Double($1))
        }
        let mean = differences.reduce(0, +) / Double(differences.count)
        #expect(abs(Double(score) - mean) < 1e-5 * mean)
    }

    @Test func `a mixture is the sum of both`() throws {
        let image = Self.image()
        let (features, pixels) = (try Self.scorer(.perceptual), try Self.scorer(.pixelL1))
        let expected = try features.score(image) + 0.25 * pixels.score(image)
        let found = try Self.scorer(.mixture(pixelWeight: 0.25)).score(image)
        #expect(abs(found - expected) < 1e-5 * expected)
    }

    @Test func `the map of pixel differences has the score as its mean`() throws {
        let scorer = try Self.scorer(.pixelL1, maps: true)
        let score = try scorer.score(Self.image())
        let map = try #require(scorer.anomalyMap)
        #expect(map.count == 64 * 64)
        #expect(abs(map.reduce(0, +) / Float(map.count) - score) < 1e-4 * score)
    }

    @Test func `features cannot be judged without an extractor`() throws {
        let autoencoder = try BuiltInModels.load("he-lung-demo").reconstruction.autoencoder
        #expect(throws: WeightError.self) {
            try Reconstruction(autoencoder, distance: nil, loss: .mixture(pixelWeight: 1))
        }
        #expect(try Reconstruction(autoencoder, distance: nil, loss: .pixelL1).distance == nil)
    }
}
