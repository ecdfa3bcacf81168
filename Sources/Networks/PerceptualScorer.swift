public import Pixels
import Tensors

/// Scores crops with an autoencoder and a perceptual distance: the higher, the more unusual.
///
/// Owned by ONE worker: it holds the scratch memory, allocated here once, so that scoring allocates nothing.
/// Weights are shared by all scorers. One crop is one fixed sequence of operations (batch 1), so its score
/// depends neither on the number of workers nor on what was scored before.
public final class PerceptualScorer {
    public let autoencoder: Autoencoder
    public let distance: PerceptualDistance
    private let program: Program
    private let image: UnsafeMutableBufferPointer<Float>
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
    public init(_ autoencoder: Autoencoder, _ distance: PerceptualDistance, mapsAnomalies: Bool = false) {
        self.autoencoder = autoencoder
        self.distance = distance
        let graph = Graph()
        let image = graph.input("image", autoencoder.imageShape(batch: 1))
        let latent = autoencoder.encode(image, in: graph)
        let reconstruction = autoencoder.decode(latent, in: graph)
        let original = distance.extractor.features(of: image, in: graph)
        let reconstructed = distance.extractor.features(of: reconstruction, in: graph)
        let map = distance.relativeL1Map(
            original: original, reconstruction: reconstructed, side: autoencoder.architecture.resolution,
            in: graph)
        values = Values(
            score: distance.relativeL1(original: original, reconstruction: reconstructed, in: graph),
            latent: latent, reconstruction: reconstruction, original: original, reconstructed: reconstructed,
            map: mapsAnomalies ? map : nil)
        program = Program(values.all, team: WorkerTeam(count: 1))
        guard let memory = program.leaf("image") else { preconditionFailure("a score without an image") }
        self.image = memory
    }

    /// Side in pixels of the crops that are scored.
    public var side: Int { autoencoder.architecture.resolution }

    /// The relative perceptual L1 between a crop and its reconstruction. The crop has the model's size;
    /// values become v / 127.5 - 1. A grey model takes the luma of the crop, (19595 R + 38470 G + 7471 B) /
    /// 65536 rounded.
    public func score(_ crop: RGBImage) throws(ScoringError) -> Float {
        try check(crop.width, crop.height)
        let pixels = side * side
        crop.pixels.withUnsafeBufferPointer { bytes in
            if autoencoder.architecture.imageChannels == 3 {
                for index in 0..<(3 * pixels) { image[index] = Self.signed(bytes[index]) }
            } else {
                for index in 0..<pixels {
                    let red = 19595 * Int(bytes[3 * index])
                    let luma = red + 38470 * Int(bytes[3 * index + 1]) + 7471 * Int(bytes[3 * index + 2])
                    image[index] = Self.signed(UInt8((luma + 32768) >> 16))
                }
            }
        }
        return try scoreImage()
    }

    /// The score of a grey crop; an RGB model takes it repeated to three channels.
    public func score(_ crop: Plane<UInt8>) throws(ScoringError) -> Float {
        try check(crop.width, crop.height)
        let channels = autoencoder.architecture.imageChannels
        crop.values.withUnsafeBufferPointer { bytes in
            for index in 0..<(bytes.count * channels) {
                image[index] = Self.signed(bytes[index / channels])
            }
        }
        return try scoreImage()
    }

    /// The score of an image given as floats in [-1, 1], NHWC, with the model's size and channels.
    public func score(_ values: [Float]) throws(ScoringError) -> Float {
        precondition(values.count == image.count, "\(values.count) values for an image of \(image.count)")
        values.withUnsafeBufferPointer { buffer in
            for index in buffer.indices { image[index] = buffer[index] }
        }
        return try scoreImage()
    }

    private func check(_ width: Int, _ height: Int) throws(ScoringError) {
        guard width == side, height == side else {
            throw .wrongSize(width: width, height: height, expected: side)
        }
    }

    private static func signed(_ byte: UInt8) -> Float { Float(byte) / 127.5 - 1 }

    private func scoreImage() throws(ScoringError) -> Float {
        program.run()
        let score = program.result(values.score)[0]
        guard score.isFinite else { throw .notFinite }
        return score
    }

    /// The code of the last crop, NHWC.
    public var latent: [Float] { program.values(values.latent) }

    /// The reconstruction of the last crop, NHWC, neither clamped nor rounded.
    public var reconstruction: [Float] { program.values(values.reconstruction) }

    /// Where the last crop differs from its reconstruction, one value per pixel, row by row; nil unless asked for when
    /// the scorer was made.
    public var anomalyMap: [Float]? { values.map.map { program.values($0) } }

    /// Raw features of the last crop at a tap, NHWC; empty if the tap is not extracted.
    public func features(at tap: FeatureTap) -> [Float] { features(values.original, tap) }

    /// Raw features of the last reconstruction at a tap, NHWC; empty if the tap is not extracted.
    public func reconstructedFeatures(at tap: FeatureTap) -> [Float] { features(values.reconstructed, tap) }

    private func features(_ maps: [Value], _ tap: FeatureTap) -> [Float] {
        distance.extractor.taps.firstIndex(of: tap).map { program.values(maps[$0]) } ?? []
    }
}
