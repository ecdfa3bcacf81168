internal import Foundation
internal import Networks
internal import Records

/// What came of a training, as its model file tells it.
public struct TrainingReport: Sendable, Codable, Equatable {
    /// Path of the model file.
    public let model: String
    public let sha256: String
    /// Of the network; 0 for detectors that are fitted.
    public let updates: Int
    public let trainingImages: Int
    public let heldOutImages: Int
    public let badImages: Int
    /// Mean of the last 50 batches.
    public let finalLoss: Double?
    /// Of the weights in the model file, as training computes it.
    public let heldOutLoss: Double?
    public let heldOutScores: Quantiles

    /// Of the scores of held-out normals.
    public struct Quantiles: Sendable, Codable, Equatable {
        public let median: Float
        public let p95: Float
        public let p99: Float

        init(sorted: [Float]) {
            func quantile(_ part: Double) -> Float {
                sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
            }
            (median, p95, p99) = (quantile(0.5), quantile(0.95), quantile(0.99))
        }
    }

    /// Reads the report out of a model file that `train` wrote.
    init(model path: String) throws {
        let header = try ModelHeader(contentsOf: URL(fileURLWithPath: path))
        let metrics = header.record.metrics
        func count(_ metric: Metric) -> Int { Int(metrics[metric.rawValue] ?? 0) }
        model = path
        sha256 = try Checksum.sha256(ofFile: path)
        updates = count(.updates)
        trainingImages = count(.trainingImages)
        heldOutImages = count(.heldOutImages)
        badImages = count(.badImages)
        finalLoss = metrics[Metric.trainingLoss.rawValue]
        heldOutLoss = metrics[Metric.heldOutLoss.rawValue]
        heldOutScores = Quantiles(sorted: header.normalScores.sorted)
    }

    /// What a model file says about its training, by these names.
    package enum Metric: String {
        case updates
        case trainingImages = "training_images"
        case heldOutImages = "held_out_images"
        case badImages = "bad_images"
        case trainingLoss = "training_loss"
        case heldOutLoss = "held_out_loss"
        case heldOutScoreMedian = "held_out_score_median"
    }

    /// - Parameter scores: of the held-out images.
    static func metrics(
        _ network: TrainedNetwork?, _ set: TrainingSet, _ scores: ScoreDistribution
    ) -> [String: Double] {
        let last = network?.log.rows.suffix(50).compactMap(\.loss) ?? []
        var metrics: [Metric: Double] = [
            .trainingImages: Double(set.training.count), .heldOutImages: Double(set.heldOut.count),
            .badImages: Double(set.training.bad.count + set.heldOut.bad.count),
            .heldOutScoreMedian: Double(Quantiles(sorted: scores.sorted).median),
        ]
        if let network { metrics[.updates] = Double(network.log.rows.last?.step ?? 0) }
        if !last.isEmpty {
            metrics[.trainingLoss] = last.reduce(0) { $0 + Double($1) } / Double(last.count)
        }
        if let loss = network?.heldOutLoss, loss.isFinite { metrics[.heldOutLoss] = Double(loss) }
        return Dictionary(uniqueKeysWithValues: metrics.map { ($0.key.rawValue, $0.value) })
    }
}
