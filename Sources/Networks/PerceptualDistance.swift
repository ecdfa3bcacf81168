import Kernels

/// What the relative perceptual L1 compares: an extractor with the statistics of each of its taps.
public struct PerceptualDistance: Sendable {
    public let extractor: PerceptualExtractor
    /// Statistics per tap, in the order of the extractor's taps.
    let layers: [Layer]

    /// Statistics as the kernel wants them.
    struct Layer: Sendable {
        let mean: [Float]
        let scale: [Float]
    }

    /// Mean |feature| of an image below which it is taken for this: a flat image whose features all equal the
    /// calibration means would otherwise divide by zero. Real images have about 0.5.
    public static let smallestMagnitude = 1e-6

    /// - Throws: if the statistics of a tap are missing or have another number of channels.
    public init(
        _ extractor: PerceptualExtractor, statistics: [FeatureTap: FeatureStatistics]
    ) throws(WeightError) {
        self.extractor = extractor
        var layers: [Layer] = []
        for tap in extractor.taps {
            guard let values = statistics[tap] else { throw .missing(tensor: "feature.\(tap).mean") }
            guard values.mean.count == extractor.channels(at: tap) else {
                throw .misshapen(
                    tensor: "feature.\(tap).mean", expected: [extractor.channels(at: tap)],
                    found: [values.mean.count])
            }
            layers.append(Layer(mean: values.mean, scale: values.deviation.map { 1 / $0 }))
        }
        self.layers = layers
    }

    /// Mean over the taps of mean|fx - fy| / mean|fx| over channels and pixels, with f = (raw - mean) / std,
    /// x the input and y its reconstruction (Shvetsova et al. 2021, section III-B). Zero for identical
    /// images.
    ///
    /// - Throws: ``ScoringError/notFinite`` if the networks overflowed.
    public func between(
        _ input: borrowing FeaturePass, _ reconstruction: borrowing FeaturePass
    ) throws(ScoringError) -> Float {
        var sum = 0.0
        for (index, layer) in layers.enumerated() {
            let shape = extractor.shape(at: extractor.taps[index], side: input.side)
            let (x, y) = (input.features(at: index), reconstruction.features(at: index))
            let distances = layer.mean.withUnsafeBufferPointer { mean in
                layer.scale.withUnsafeBufferPointer { scale in
                    guard let mean = mean.baseAddress, let scale = scale.baseAddress else {
                        return (0.0, 0.0)
                    }
                    return normalizedDistances(
                        x, y, mean: mean, scale: scale, pixels: shape.pixels, channels: shape.channels)
                }
            }
            sum += distances.0 / max(distances.1, Self.smallestMagnitude * Double(shape.count))
        }
        let score = Float(sum / Double(layers.count))
        guard score.isFinite else { throw .notFinite }
        return score
    }
}

/// Why a crop got no score.
public enum ScoringError: Error, Equatable, CustomStringConvertible {
    /// The crop is not square with the side the model takes.
    case wrongSize(width: Int, height: Int, expected: Int)
    /// The activations overflowed: the weights do not suit such an image.
    case notFinite

    public var description: String {
        switch self {
        case .wrongSize(let width, let height, let expected):
            "a crop of \(width) x \(height) pixels was given to a model of \(expected); resize it first"
        case .notFinite: "the score is not a finite number; the model cannot be used on such images"
        }
    }
}
