public import Tensors

/// What the relative perceptual L1 compares: an extractor with the statistics of each of its taps.
public struct PerceptualDistance: Sendable {
    public let extractor: PerceptualExtractor
    /// Statistics per tap, in the order of the extractor's taps.
    private let layers: [Layer]

    /// What features are normalized with: (f - mean) · scale, scale = 1 / deviation.
    private struct Layer: Sendable {
        let mean: FrozenTensor
        let scale: FrozenTensor
    }

    /// Mean |feature| of an image below which it is taken for this: a flat image whose features all equal the
    /// calibration means would otherwise divide by zero. Real images have about 0.5.
    public static let smallestMagnitude: Float = 1e-6

    /// - Throws: if the statistics of a tap are missing or have another number of channels.
    public init(
        _ extractor: PerceptualExtractor, statistics: [FeatureTap: FeatureStatistics]
    ) throws(WeightError) {
        self.extractor = extractor
        var layers: [Layer] = []
        for tap in extractor.taps {
            let channels = extractor.channels(at: tap)
            guard let values = statistics[tap] else { throw .missing(tensor: "feature.\(tap).mean") }
            guard values.mean.count == channels else {
                throw .misshapen(
                    tensor: "feature.\(tap).mean", expected: [channels], found: [values.mean.count])
            }
            layers.append(
                Layer(
                    mean: FrozenTensor(values.mean, [channels]),
                    scale: FrozenTensor(values.deviation.map { 1 / $0 }, [channels])))
        }
        self.layers = layers
    }

    /// The distance [n] of each image y from its original x: the mean over the taps of
    /// mean|fx - fy| / mean|fx| over channels and pixels, with f = (raw - mean) / std (Shvetsova et al. 2021,
    /// section III-B). Zero for identical images.
    ///
    /// - Parameters: raw features at each tap, from ``PerceptualExtractor/features(of:in:)``.
    public func relativeL1(original: [Value], reconstruction: [Value], in graph: Graph) -> Value {
        let ratios = layers.indices.map { index in
            let difference = difference(original[index], reconstruction[index], layers[index], in: graph)
            let magnitude = magnitude(original[index], layers[index], in: graph)
            return difference.mean(over: [1, 2, 3]) / magnitude
        }
        let sum = ratios.dropFirst().reduce(ratios[0], +)
        return (sum * (1 / Float(ratios.count))).reshaped(to: [original[0].shape[0]])
    }

    /// The anomaly map [n, R, R, 1]: at each tap |fx - fy| averaged over channels alone, relative to the image's
    /// mean|fx| and enlarged bilinearly to R = `side` pixels; the mean over the taps. Before it is enlarged, the mean
    /// of a tap's map is its part of the distance.
    public func relativeL1Map(
        original: [Value], reconstruction: [Value], side: Int, in graph: Graph
    ) -> Value {
        let maps = layers.indices.map { index in
            let difference = difference(original[index], reconstruction[index], layers[index], in: graph)
            let map = difference.mean(over: [3]) / magnitude(original[index], layers[index], in: graph)
            return map.resampled(height: side, width: side)
        }
        return maps.dropFirst().reduce(maps[0], +) * (1 / Float(maps.count))
    }

    /// |fx - fy|, normalized.
    private func difference(_ x: Value, _ y: Value, _ layer: Layer, in graph: Graph) -> Value {
        ((y - x) * graph.constant(layer.scale)).absolute
    }

    /// mean|fx| of each image, [n, 1, 1, 1]. It tells how large the features are; training must not change the
    /// score by way of it, so no derivative flows through.
    private func magnitude(_ x: Value, _ layer: Layer, in graph: Graph) -> Value {
        let normalized = (x - graph.constant(layer.mean)) * graph.constant(layer.scale)
        return normalized.absolute.mean(over: [1, 2, 3]).atLeast(Self.smallestMagnitude).detached
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
