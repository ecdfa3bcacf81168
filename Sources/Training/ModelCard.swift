internal import Networks

/// What a person should know before using a model, as Markdown beside the model file.
struct ModelCard {
    let markdown: String

    init(
        _ configuration: TrainingConfiguration, _ set: TrainingSet, title: String, metrics: [String: Double],
        scores: ScoreDistribution
    ) {
        let input = configuration.input
        let scale = input.tileResolution.map { " at \($0) µm/px" } ?? ""
        let stain = input.stain.map { "stain normalized (\($0.method.rawValue), per tile), " } ?? ""
        let width = ImageScale(sides: set.fileSides, recipe: input.recipe).map { "| scale | \($0) |\n" } ?? ""
        let quantiles = TrainingReport.Quantiles(sorted: scores.sorted)
        func count(_ metric: TrainingReport.Metric) -> Int { Int(metrics[metric.rawValue] ?? 0) }
        let loss = metrics[TrainingReport.Metric.trainingLoss.rawValue].map { "\($0)" } ?? "unknown"
        markdown = """
            # \(title)

            A Deep Perceptual Autoencoder (Shvetsova et al. 2021) of normal images; a higher score means more \
            unusual. For research, not for diagnosis.

            | | |
            |---|---|
            | trained on | \(set.description); licence: \(set.licence) |
            | held out | \(set.heldOut.count) images |
            | left out as unreadable | \(count(.badImages)) |
            | input | \(input.color.rawValue), tile \(input.tile) px\(scale), \(stain)central \(input.crop) px \
            resized to \(input.size) px |
            \(width)| features | \(configuration.extractor.weights.rawValue), \
            \(configuration.extractor.taps.map(\.description).joined(separator: ", ")) |
            | updates | \(count(.updates)) with batches of \(configuration.optimizer.batch), seed \
            \(configuration.seed) |
            | mean loss of the last 50 batches | \(loss) |
            | scores of held-out normals | median \(quantiles.median), 95 % below \(quantiles.p95), 99 % below \
            \(quantiles.p99) |

            Nothing here says how well it finds what is abnormal: evaluate it on labeled images, beside the trivial \
            baselines (mean red, mean optical density). Images of another organ, laboratory, stain or scale score \
            high because they are different, not because they are diseased.

            """
    }
}
