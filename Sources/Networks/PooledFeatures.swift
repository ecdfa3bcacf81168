/// An image in a few hundred numbers: statistics of each channel of an extractor's features over the image.
public struct PooledFeatures: Sendable {
    /// What is kept of each channel.
    public enum Pooling: Sendable {
        /// The mean: global average pooling.
        case means
        /// The mean, and the population standard deviation.
        case meansAndDeviations
    }

    public let extractor: PerceptualExtractor
    public let pooling: Pooling

    public init(_ extractor: PerceptualExtractor, pooling: Pooling) {
        self.extractor = extractor
        self.pooling = pooling
    }

    /// Numbers per image: of each tap, shallow first, all means, then all deviations.
    public var dimension: Int {
        let channels = extractor.taps.reduce(0) { $0 + extractor.channels(at: $1) }
        return pooling == .means ? channels : 2 * channels
    }
}

/// Computes pooled features of single images; owned by one worker, reused for every image.
public final class PooledFeatureReader {
    public let features: PooledFeatures
    public let input: CropInput
    private let reader: FeatureReader
    private var pooled: [Float]
    private var sums: [Double] = []
    private var squares: [Double] = []

    /// - Parameters:
    ///   - side: of the images in pixels.
    ///   - channels: 3, or 1 for grey images.
    public init(_ features: PooledFeatures, side: Int, channels: Int) {
        self.features = features
        reader = FeatureReader(features.extractor, side: side, channels: channels)
        input = CropInput(side: side, channels: channels, reader.images)
        pooled = [Float](repeating: 0, count: features.dimension)
    }

    /// The pooled features of an image, [side, side, channels] in [-1, 1].
    public func read(_ image: [Float]) -> [Float] {
        input.write(image)
        return read()
    }

    /// The pooled features of the image in ``input``.
    public func read() -> [Float] {
        reader.run()
        var place = 0
        for (index, tap) in features.extractor.taps.enumerated() {
            let channels = features.extractor.channels(at: tap)
            pool(reader.features(at: index), channels)
            for channel in 0..<channels { pooled[place + channel] = Float(sums[channel]) }
            place += channels
            guard features.pooling == .meansAndDeviations else { continue }
            for channel in 0..<channels { pooled[place + channel] = Float(squares[channel].squareRoot()) }
            place += channels
        }
        return pooled
    }

    /// Means into `sums`, variances into `squares`. In two passes: a channel that hardly varies keeps its digits.
    private func pool(_ values: UnsafeBufferPointer<Float>, _ channels: Int) {
        let pixels = Double(values.count / channels)
        sums = [Double](repeating: 0, count: channels)
        squares = sums
        for first in stride(from: 0, to: values.count, by: channels) {
            for channel in 0..<channels { sums[channel] += Double(values[first + channel]) }
        }
        for channel in 0..<channels { sums[channel] /= pixels }
        guard features.pooling == .meansAndDeviations else { return }
        for first in stride(from: 0, to: values.count, by: channels) {
            for channel in 0..<channels {
                let offset = Double(values[first + channel]) - sums[channel]
                squares[channel] += offset * offset
            }
        }
        for channel in 0..<channels { squares[channel] /= pixels }
    }
}
