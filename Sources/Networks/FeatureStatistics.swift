/// Mean and standard deviation of every channel of a layer's features on a calibration set. What published
/// files of the method call "var" is the standard deviation, too: features are divided by it directly.
public struct FeatureStatistics: Sendable, Equatable {
    public let mean: [Float]
    public let deviation: [Float]

    /// - Throws: if a deviation is not positive, or the two differ in length; `name` is the tensor that
    ///   errors name.
    public init(mean: [Float], deviation: [Float], name: String = "feature") throws(WeightError) {
        guard mean.count == deviation.count else {
            throw .misshapen(tensor: "\(name).std", expected: [mean.count], found: [deviation.count])
        }
        if let channel = deviation.firstIndex(where: { !($0 > 0) }) {
            throw .badDeviation(tensor: "\(name).std", channel: channel)
        }
        self.mean = mean
        self.deviation = deviation
    }
}
