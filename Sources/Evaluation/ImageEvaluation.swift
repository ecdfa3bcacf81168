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
        /// What is wrong with it, in the manifest's words.
        public let finding: String
        public let score: Float
        public let baselines: ImageBaselines
    }

    /// An image that could not be prepared.
    public struct LeftOut: Sendable {
        public let name: String
        public let group: String?
        public let isAbnormal: Bool
        public let defect: ImageDefect
    }

    /// How far the evaluation is.
    public enum Progress: Sendable {
        case preparing(PreparationProgress)
        case scoring(done: Int, total: Int)
    }

    /// The images as statistics take them: each score as the number that tables have, so that a report from a table is the
    /// same.
    public var scoredImages: [ScoredImage] {
        rows.map { row in
            ScoredImage(
                score: Double(row.score.description) ?? Double(row.score), isAbnormal: row.isAbnormal,
                group: row.group,
                classes: row.isAbnormal ? ScoredImage.classes(joined: row.finding) : [], name: row.name)
        }
    }

    /// What the model is compared with.
    public var trivialQuantities: [TrivialQuantity] {
        [
            TrivialQuantity(name: "mean red", values: rows.map(\.baselines.meanRed)),
            TrivialQuantity(
                name: "mean optical density", values: rows.map(\.baselines.meanOpticalDensity),
                tolerance: EvaluationSummary.densityTolerance),
            TrivialQuantity(name: "mean intensity", values: rows.map(\.baselines.meanIntensity)),
        ]
    }

    public let rows: [Row]
    public let leftOut: [LeftOut]

    /// - Parameters:
    ///   - maximumBad: more images that cannot be used end the evaluation.
    ///   - memoryLimit: in bytes, for the prepared images.
    ///   - progress: called after each image, from several threads.
    /// - Throws: ``PreparationError`` if too many images are bad; ``ScoringError``; `CancellationError`.
    public init(
        _ images: [LabeledImage], model: ScreeningModel, maximumBad: BadImageAllowance = .fraction(0.05),
        memoryLimit: Int = 8 << 30, workers: Int = CoreCount.available,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws {
        let prepared = try await Self.prepared(
            images, for: model, maximumBad: maximumBad, memoryLimit: memoryLimit, workers: workers, progress)
        try await self.init(images, prepared: prepared, model: model, workers: workers, progress: progress)
    }

    /// The images as a model takes them; other models with the same recipe and stain target can be evaluated on them, too.
    package static func prepared(
        _ images: [LabeledImage], for model: ScreeningModel, maximumBad: BadImageAllowance, memoryLimit: Int,
        workers: Int, _ progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> PreparedImages {
        let preparation = ImagePreparation(recipe: model.record.recipe, target: model.stainTarget)
        return try await PreparedImages.prepare(
            images.map(\.image), with: preparation, layout: .scored, memoryLimit: memoryLimit,
            maximumBad: maximumBad, workers: workers, progress: { progress(.preparing($0)) })
    }

    /// - Parameter prepared: from ``prepared(_:for:maximumBad:memoryLimit:workers:_:)``, for this model's recipe.
    package init(
        _ images: [LabeledImage], prepared: PreparedImages, model: ScreeningModel, workers: Int,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws {
        let scores = try await Self.scores(prepared, model, workers: workers, progress)
        let known = Dictionary(images.map { ($0.image.name, $0) }) { first, _ in first }
        rows = prepared.names.indices.compactMap { index in
            known[prepared.names[index]].map { image in
                Row(
                    name: image.image.name, group: image.image.group, isAbnormal: image.isAbnormal,
                    finding: image.finding, score: scores[index],
                    baselines: ImageBaselines(prepared.image(index)))
            }
        }
        leftOut = prepared.bad.compactMap { bad in
            known[bad.name].map { image in
                LeftOut(
                    name: bad.name, group: image.image.group, isAbnormal: image.isAbnormal,
                    defect: bad.defect)
            }
        }
    }

    private static func scores(
        _ images: PreparedImages, _ model: ScreeningModel, workers: Int,
        _ progress: @escaping @Sendable (Progress) -> Void
    ) async throws -> [Float] {
        let shares = max(1, min(workers, images.count))
        let done = LockedValue(0)
        return try await withThrowingTaskGroup(of: [(Int, Float)].self) { group in
            for share in 0..<shares {
                group.addTask {
                    let scorer = model.makeScorer()
                    var scores: [(Int, Float)] = []
                    for index in stride(from: share, to: images.count, by: shares) {
                        try Task.checkCancellation()
                        scores.append((index, try scorer.score(images.image(index))))
                        let count = done.withLock { done in
                            done += 1
                            return done
                        }
                        progress(.scoring(done: count, total: images.count))
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
