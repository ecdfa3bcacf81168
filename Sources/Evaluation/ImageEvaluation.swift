internal import Flow
public import Networks
internal import Pixels
public import Training

/// Scores labeled images with a model, and tells how well the scores separate them, beside what trivial
/// quantities of the same crops achieve.
public struct ImageEvaluation: Sendable {
    /// One scored image.
    public struct Row: Sendable {
        public let name: String
        public let group: String?
        public let isAbnormal: Bool
        public let score: Float
        public let baselines: ImageBaselines
    }

    public let rows: [Row]
    /// Images that could not be prepared or scored.
    public let bad: [BadImage]

    /// - Throws: ``PreparationError`` if too many images are bad; ``ScoringError``; `CancellationError`.
    public init(
        _ images: [LabeledImage], model: ScreeningModel, maximumBad: BadImageAllowance = .fraction(0.05),
        memoryLimit: Int = 8 << 30, workers: Int = CoreCount.available
    ) async throws {
        let preparation = ImagePreparation(recipe: model.record.recipe, target: model.stainTarget)
        let prepared = try await PreparedImages.prepare(
            images.map(\.image), with: preparation, layout: .scored, memoryLimit: memoryLimit,
            maximumBad: maximumBad, workers: workers)
        let scores = try await Self.scores(prepared, model, workers: workers)
        let known = Dictionary(images.map { ($0.image.name, $0) }) { first, _ in first }
        rows = prepared.names.indices.compactMap { index in
            known[prepared.names[index]].map { image in
                Row(
                    name: image.image.name, group: image.image.group, isAbnormal: image.isAbnormal,
                    score: scores[index], baselines: ImageBaselines(prepared.image(index)))
            }
        }
        bad = prepared.bad
    }

    private static func scores(
        _ images: PreparedImages, _ model: ScreeningModel, workers: Int
    ) async throws -> [Float] {
        let shares = max(1, min(workers, images.count))
        return try await withThrowingTaskGroup(of: [(Int, Float)].self) { group in
            for share in 0..<shares {
                group.addTask {
                    let scorer = model.makeScorer()
                    var scores: [(Int, Float)] = []
                    for index in stride(from: share, to: images.count, by: shares) {
                        try Task.checkCancellation()
                        scores.append((index, try scorer.score(images.image(index))))
                        await Task.yield()
                    }
                    return scores
                }
            }
            var result = [Float](repeating: 0, count: images.count)
            for try await part in group {
                for (index, score) in part { result[index] = score }
            }
            return result
        }
    }
}

/// What is reported of an evaluation.
public struct EvaluationSummary: Sendable, Codable {
    public let normal: Int
    public let abnormal: Int
    public let bad: Int
    /// Area under the ROC curve of the model's score.
    public let auc: Double?
    /// Of trivial quantities: darkness in red, optical density, darkness.
    public let aucLowMeanRed: Double?
    public let aucMeanOpticalDensity: Double?
    public let aucLowMeanIntensity: Double?
    /// Among pairs whose mean optical density differs by less than 0.02: what the score knows beyond it.
    public let matchedAUC: Double?
    public let matchedPairs: Int

    public init(_ evaluation: ImageEvaluation) {
        let parts = Dictionary(grouping: evaluation.rows, by: \.isAbnormal)
        let (normals, abnormals) = (parts[false] ?? [], parts[true] ?? [])
        let area = { (value: (ImageEvaluation.Row) -> Double) in
            ROC.area(normal: normals.map(value), abnormal: abnormals.map(value))
        }
        let sample = { (row: ImageEvaluation.Row) in
            ROC.Sample(score: Double(row.score), baseline: row.baselines.meanOpticalDensity)
        }
        (normal, abnormal, bad) = (normals.count, abnormals.count, evaluation.bad.count)
        auc = area { Double($0.score) }
        aucLowMeanRed = area { -$0.baselines.meanRed }
        aucMeanOpticalDensity = area { $0.baselines.meanOpticalDensity }
        aucLowMeanIntensity = area { -$0.baselines.meanIntensity }
        let matched = ROC.matchedArea(normal: normals.map(sample), abnormal: abnormals.map(sample))
        (matchedAUC, matchedPairs) = (matched?.area, matched?.pairs ?? 0)
    }
}
