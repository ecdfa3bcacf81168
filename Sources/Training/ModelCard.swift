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
        markdown = """
            # \(title)

            \(Self.method(configuration)) A higher score means more unusual. For research, not for diagnosis.

            | | |
            |---|---|
            | trained on | \(set.description); licence: \(set.licence) |
            | held out | \(set.heldOut.count) images |
            | left out as unreadable | \(count(.badImages)) |
            | input | \(input.color.rawValue), tile \(input.tile) px\(scale), \(stain)central \(input.crop) px \
            resized to \(input.size) px |
            \(width)\(Self.learning(configuration, metrics))
            | scores of held-out normals | median \(quantiles.median), 95 % below \(quantiles.p95), 99 % below \
            \(quantiles.p99) |

            Nothing here says how well it finds what is abnormal: evaluate it on labeled images, beside the trivial \
            baselines (mean red, mean optical density). Images of another organ, laboratory, stain or scale score \
            high because they are different, not because they are diseased.

            """
    }

    private static func method(_ configuration: TrainingConfiguration) -> String {
        switch configuration.detector {
        case .dpa: "A Deep Perceptual Autoencoder (Shvetsova et al. 2021) of normal images."
        case .gaussian:
            "A Gaussian of the features of normal images: means and standard deviations of each channel over a crop, "
                + "Mahalanobis distance with the covariance shrunk by Ledoit and Wolf's rule."
        case .deepIF:
            "An isolation forest (Liu, Ting and Zhou 2008) on the features of normal images, averaged over a crop."
        }
    }

    /// Rows about how it learned.
    private static func learning(_ configuration: TrainingConfiguration, _ metrics: [String: Double])
        -> String
    {
        let extractor = configuration.extractor
        let taps = extractor.taps.map(\.description).joined(separator: ", ")
        let features =
            configuration.loss.isPerceptual ? "| features | \(extractor.weights.rawValue), \(taps) |\n" : ""
        guard configuration.detector == .dpa else {
            return features + "| fitted to | \(configuration.fit.views) "
                + "\(configuration.fit.views == 1 ? "view" : "views") of each image, seed \(configuration.seed) |"
        }
        let updates = Int(metrics[TrainingReport.Metric.updates.rawValue] ?? 0)
        let loss = metrics[TrainingReport.Metric.trainingLoss.rawValue].map { "\($0)" } ?? "unknown"
        return features + """
            | judged by | \(configuration.loss.clause) |
            | updates | \(updates) with batches of \(configuration.optimizer.batch), seed \(configuration.seed) |
            | mean loss of the last 50 batches | \(loss) |
            """
    }
}

extension ReconstructionLoss {
    fileprivate var clause: String {
        switch self {
        case .perceptual: "relative L1 of features"
        case .pixelL1: "mean absolute difference of pixels"
        case .mixture(let weight): "relative L1 of features plus \(weight) times that of pixels"
        }
    }
}
