public import Networks
public import Tensors

/// Measures the statistics of an extractor's features on a set of images: what the perceptual distance
/// normalizes with. They belong to one extractor, one set of images and one resolution.
public struct FeatureCalibration {
    private let reader: FeatureReader
    private var sums: [[Double]]
    private var squares: [[Double]]
    private var pixels: [Int]

    /// - Parameters:
    ///   - batch: images per run.
    ///   - side: of the images in pixels.
    public init(_ extractor: PerceptualExtractor, batch: Int, side: Int, channels: Int, team: WorkerTeam) {
        reader = FeatureReader(extractor, batch: batch, side: side, channels: channels, team: team)
        sums = extractor.taps.map { [Double](repeating: 0, count: extractor.channels(at: $0)) }
        squares = sums
        pixels = sums.map { _ in 0 }
    }

    /// Adds the first `count` of a batch of images in [-1, 1], [batch, side, side, channels].
    public mutating func add(_ images: UnsafeBufferPointer<Float>, count: Int) {
        _ = reader.images.update(from: images)
        reader.run()
        for tap in sums.indices {
            let all = reader.features(at: tap)
            let channels = sums[tap].count
            let features = all.prefix(all.count / reader.batch * count)
            for (index, value) in features.enumerated() {
                sums[tap][index % channels] += Double(value)
                squares[tap][index % channels] += Double(value) * Double(value)
            }
            pixels[tap] += features.count / channels
        }
    }

    /// Mean and population standard deviation of every channel, by tap.
    ///
    /// A channel that is nearly silent on these images would be divided by almost nothing and rule the
    /// distance; its deviation is raised to `floor` times the median over the channels (of an even number, the
    /// lower middle one).
    ///
    /// - Throws: if all channels of a tap are silent.
    public func statistics(floor: Double) throws(WeightError) -> [FeatureTap: FeatureStatistics] {
        var result: [FeatureTap: FeatureStatistics] = [:]
        for (index, tap) in reader.extractor.taps.enumerated() {
            let count = Double(pixels[index])
            let means = sums[index].map { $0 / count }
            let deviations = zip(squares[index], means).map { max(0, $0 / count - $1 * $1).squareRoot() }
            let least = floor * deviations.sorted()[(deviations.count - 1) / 2]
            result[tap] = try FeatureStatistics(
                mean: means.map { Float($0) }, deviation: deviations.map { Float(max($0, least)) },
                name: "feature.\(tap)")
        }
        return result
    }
}
