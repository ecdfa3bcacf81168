internal import Networks
internal import Staining

extension TrainingConfiguration {
    /// The document that reads back as this value. Nothing is left to defaults, so that it keeps its meaning
    /// when they change.
    package var node: ConfigurationNode {
        .mapping(
            [
                ("detector", .text(detector.rawValue)), ("name", name.map { .text($0) }),
                ("seed", .integer(Int(clamping: seed))), ("input", input.node),
                (
                    "augmentation",
                    .mapping([
                        "crop": .text(augmentation.crop.rawValue),
                        "flips": .text(augmentation.flips.rawValue),
                    ])
                ),
                ("extractor", extractor.node),
            ] + (detector == .dpa ? networkNodes : [("fit", fit.node)]) + [("hold_out", .number(holdOut))])
    }

    /// The sections that only a network needs.
    private var networkNodes: [(String, ConfigurationNode?)] {
        [
            (
                "network",
                .mapping([
                    "widths": .list(network.widths.map { .integer($0) }),
                    "latent_channels": .integer(network.latentChannels),
                    "latent_resolution": .integer(network.latentResolution),
                ])
            ),
            ("loss", loss.node),
            (
                "optimizer",
                .mapping([
                    "learning_rate": .number(optimizer.learningRate), "batch": .integer(optimizer.batch),
                ])
            ),
            ("schedule", schedule.node),
        ]
    }
}

extension TrainingConfiguration.Extractor {
    fileprivate var node: ConfigurationNode {
        .mapping([
            "weights": .text(weights.rawValue), "taps": taps.node,
            "deviation_floor": .number(deviationFloor), "calibration_images": .integer(calibrationImages),
        ])
    }
}

extension TrainingConfiguration.Fit {
    fileprivate var node: ConfigurationNode {
        .mapping([
            "views": .integer(views), "trees": .integer(trees), "samples_per_tree": .integer(samplesPerTree),
        ])
    }
}

extension [FeatureTap] {
    fileprivate var node: ConfigurationNode { .list(map { .text($0.description) }) }
}

extension TrainingConfiguration.Input {
    fileprivate var node: ConfigurationNode {
        .mapping([
            "color": .text(color.rawValue), "tile": .integer(tile),
            "tile_resolution_um": tileResolution.map { .number($0) }, "crop": .integer(crop),
            "size": .integer(size), "equalize": .flag(equalize), "stain": stain?.node,
        ])
    }
}

extension TrainingConfiguration.Stain {
    fileprivate var node: ConfigurationNode {
        let target = if case .image(let path) = target { path } else { "built-in" }
        return .mapping([
            "method": .text(method.rawValue), "match": .text(match.rawValue), "scope": .text(scope.rawValue),
            "dictionary_step": .integer(dictionaryStep), "target": .text(target),
        ])
    }
}

extension ReconstructionLoss {
    fileprivate var node: ConfigurationNode {
        switch self {
        case .perceptual: .mapping(["kind": .text("perceptual")])
        case .pixelL1: .mapping(["kind": .text("pixel_l1")])
        case .mixture(let weight): .mapping(["kind": .text("mixture"), "pixel_weight": .number(weight)])
        }
    }
}

extension TrainingConfiguration.Schedule {
    fileprivate var node: ConfigurationNode {
        var iterations: ConfigurationNode?
        var stopping: ConfigurationNode?
        switch length {
        case .iterations(let count): iterations = .integer(count)
        case .earlyStopping(let rule):
            stopping = .mapping([
                "check_every": .integer(rule.checkEvery), "patience": .integer(rule.patience),
                "minimum_gain": .number(rule.minimumGain), "limit": .integer(rule.limit),
            ])
        }
        return .mapping([
            "iterations": iterations, "early_stopping": stopping, "warmup": .integer(warmup),
            "growing": growing?.node,
        ])
    }
}

extension TrainingConfiguration.Growing {
    fileprivate var node: ConfigurationNode {
        .mapping([
            "start": .integer(start), "iterations_per_stage": .integer(iterationsPerStage),
            "taps": ConfigurationNode(
                .mapping(taps.sorted { $0.key < $1.key }.map { (key: "\($0.key)", node: $0.value.node) })),
        ])
    }
}
