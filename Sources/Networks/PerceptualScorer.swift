import Tensors

/// Scores crops by how well an autoencoder reconstructs them.
public final class PerceptualScorer: AnomalyScorer {
    public let detector: Reconstruction
    public let input: CropInput
    private let program: Program
    private let values: Values

    /// What the program computes.
    private struct Values {
        let score: Value
        let latent: Value
        let reconstruction: Value
        let original: [Value]
        let reconstructed: [Value]
        let map: Value?

        var all: [Value] {
            [score, latent, reconstruction] + original + reconstructed + (map.map { [$0] } ?? [])
        }
    }

    /// - Parameter mapsAnomalies: whether ``anomalyMap`` is computed with every score.
    public init(_ detector: Reconstruction, mapsAnomalies: Bool = false) {
        self.detector = detector
        let architecture = detector.autoencoder.architecture
        let graph = Graph()
        let image = graph.input("image", detector.autoencoder.imageShape(batch: 1))
        values = Self.values(detector, image, mapsAnomalies: mapsAnomalies, in: graph)
        program = Program(values.all, team: WorkerTeam(count: 1))
        guard let memory = program.leaf("image") else { preconditionFailure("a score without an image") }
        input = CropInput(side: architecture.resolution, channels: architecture.imageChannels, memory)
    }

    /// Compares by features alone, as published.
    public convenience init(
        _ autoencoder: Autoencoder, _ distance: PerceptualDistance, mapsAnomalies: Bool = false
    ) {
        self.init(Reconstruction(autoencoder, distance), mapsAnomalies: mapsAnomalies)
    }

    private static func values(
        _ detector: Reconstruction, _ image: Value, mapsAnomalies: Bool, in graph: Graph
    ) -> Values {
        let latent = detector.autoencoder.encode(image, in: graph)
        let reconstruction = detector.autoencoder.decode(latent, in: graph)
        let extractor = detector.distance?.extractor
        let original = extractor?.features(of: image, in: graph) ?? []
        let reconstructed = extractor?.features(of: reconstruction, in: graph) ?? []
        let side = detector.autoencoder.architecture.resolution
        var (score, map): (Value?, Value?)
        if let distance = detector.distance {
            score = distance.relativeL1(original: original, reconstruction: reconstructed, in: graph)
            map = distance.relativeL1Map(
                original: original, reconstruction: reconstructed, side: side, in: graph)
        }
        let weight = Float(detector.loss.pixelWeight)
        if weight > 0 {
            let pixels = ReconstructionLoss.pixelL1(image, reconstruction) * weight
            let pixelMap = ReconstructionLoss.pixelL1Map(image, reconstruction) * weight
            score = score.map { $0 + pixels } ?? pixels
            map = map.map { $0 + pixelMap } ?? pixelMap
        }
        guard let score else { preconditionFailure("a reconstruction that is not judged") }
        return Values(
            score: score, latent: latent, reconstruction: reconstruction, original: original,
            reconstructed: reconstructed, map: mapsAnomalies ? map : nil)
    }

    public func scoreInput() throws(ScoringError) -> Float {
        program.run()
        let score = program.result(values.score)[0]
        guard score.isFinite else { throw .notFinite }
        return score
    }

    /// The code of the last crop, NHWC.
    public var latent: [Float] { program.values(values.latent) }

    /// The reconstruction of the last crop, NHWC, neither clamped nor rounded.
    public var reconstruction: [Float] { program.values(values.reconstruction) }

    public var anomalyMap: [Float]? { values.map.map { program.values($0) } }

    /// Raw features of the last crop at a tap, NHWC; empty if the tap is not extracted.
    public func features(at tap: FeatureTap) -> [Float] { features(values.original, tap) }

    /// Raw features of the last reconstruction at a tap, NHWC; empty if the tap is not extracted.
    public func reconstructedFeatures(at tap: FeatureTap) -> [Float] { features(values.reconstructed, tap) }

    private func features(_ maps: [Value], _ tap: FeatureTap) -> [Float] {
        let index = detector.distance?.extractor.taps.firstIndex(of: tap)
        return index.map { program.values(maps[$0]) } ?? []
    }
}
