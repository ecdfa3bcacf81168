internal import Networks
internal import Staining

extension TrainingConfiguration {
    /// Reads and checks a document. What is absent takes the value of ``tissue``, except where absence has a
    /// meaning of its own or the published settings are one number for all.
    package init(_ node: ConfigurationNode) throws(ConfigurationError) {
        let root = try ConfigurationSection(
            node, path: "",
            known: [
                "detector", "name", "seed", "input", "augmentation", "network", "extractor", "loss",
                "optimizer", "schedule", "fit", "hold_out",
            ])
        let input = try Input(root)
        try self.init(
            detector: try root.choice("detector", DetectorKind.self) ?? .dpa,
            name: try root.text("name"),
            seed: UInt64(try root.integer("seed", in: 0...Int.max) ?? 1),
            input: input,
            augmentation: try Augmentation(root, hasScale: input.tileResolution != nil),
            network: try Network(root),
            extractor: try Extractor(root),
            loss: try Loss(root),
            optimizer: try Optimizer(root),
            schedule: try Schedule(root),
            fit: try Fit(root),
            holdOut: try root.number("hold_out", in: 0.001...0.5) ?? TrainingConfiguration.tissue.holdOut)
    }

}

extension TrainingConfiguration.Input {
    fileprivate init(_ root: ConfigurationSection) throws(ConfigurationError) {
        let standard = TrainingConfiguration.tissue.input
        let known = ["color", "tile", "tile_resolution_um", "crop", "size", "equalize", "stain"]
        guard let section = try root.section("input", known: known) else {
            self = standard
            return
        }
        let tile = try section.integer("tile", in: 4...Recipe.sideLimit) ?? standard.tile
        self.init(
            color: try section.choice("color", ColorMode.self) ?? .rgb, tile: tile,
            tileResolution: try section.number("tile_resolution_um", in: 0.01...100),
            crop: try section.integer("crop", in: 4...Recipe.sideLimit) ?? tile,
            size: try section.integer("size", in: 4...AutoencoderArchitecture.resolutionLimit)
                ?? standard.size,
            equalize: try section.flag("equalize") ?? false, stain: try TrainingConfiguration.Stain(section))
    }
}

extension TrainingConfiguration.Stain {
    fileprivate init?(_ input: ConfigurationSection) throws(ConfigurationError) {
        if case .text("none")? = input.node("stain")?.value { return nil }
        let known = ["method", "match", "scope", "dictionary_step", "target"]
        guard let section = try input.section("stain", known: known) else { return nil }
        let target = try section.text("target") ?? "built-in"
        self.init(
            method: try section.choice("method", StainRecipe.Method.self) ?? .vahadane,
            match: try section.choice("match", StainMatch.self) ?? .vahadane,
            scope: try section.choice("scope", StainScope.self) ?? .tile,
            dictionaryStep: try section.integer("dictionary_step", in: 1...64) ?? 2,
            target: target == "built-in" ? .builtIn : .image(target))
    }
}

extension TrainingConfiguration.Augmentation {
    /// Tissue, which images with a physical scale show, has no preferred direction; chest films have.
    fileprivate init(_ root: ConfigurationSection, hasScale: Bool) throws(ConfigurationError) {
        let section = try root.section("augmentation", known: ["crop", "flips"])
        self.init(
            crop: try section?.choice("crop", TrainingConfiguration.CropChoice.self)
                ?? (hasScale ? .random : .center),
            flips: try section?.choice("flips", TrainingConfiguration.FlipChoice.self)
                ?? (hasScale ? .both : .none))
    }
}

extension TrainingConfiguration.Network {
    fileprivate init(_ root: ConfigurationSection) throws(ConfigurationError) {
        let standard = TrainingConfiguration.tissue.network
        let section = try root.section("network", known: ["widths", "latent_channels", "latent_resolution"])
        let limit = AutoencoderArchitecture.widthLimit
        self.init(
            widths: try section?.integers("widths", in: 1...limit) ?? standard.widths,
            latentChannels: try section?.integer("latent_channels", in: 1...limit) ?? standard.latentChannels,
            latentResolution: try section?.integer(
                "latent_resolution", in: 1...AutoencoderArchitecture.resolutionLimit)
                ?? standard.latentResolution)
    }
}

extension TrainingConfiguration.Extractor {
    fileprivate init(_ root: ConfigurationSection) throws(ConfigurationError) {
        let standard = TrainingConfiguration.tissue.extractor
        let known = ["weights", "taps", "deviation_floor", "calibration_images"]
        guard let section = try root.section("extractor", known: known) else {
            self = standard
            return
        }
        self.init(
            weights: try section.choice("weights", Weights.self) ?? standard.weights,
            taps: try section.taps("taps") ?? standard.taps,
            deviationFloor: try section.number("deviation_floor", in: 0...1) ?? standard.deviationFloor,
            calibrationImages: try section.integer("calibration_images", in: 1...1_000_000)
                ?? standard.calibrationImages)
    }
}

extension ConfigurationSection {
    fileprivate func taps(_ key: String) throws(ConfigurationError) -> [FeatureTap]? {
        guard let names = try texts(key) else { return nil }
        var taps: [FeatureTap] = []
        for name in names {
            guard let tap = FeatureTap(name) else {
                throw .wrongType(
                    key: path(key), line: node(key)?.line,
                    expected: "layers such as [r32, r42] (block 3, second convolution)", found: "'\(name)'")
            }
            taps.append(tap)
        }
        return taps
    }
}

extension ReconstructionLoss {
    /// `loss: {kind: perceptual}` or, where there is nothing else to say, `loss: perceptual`.
    fileprivate init(_ root: ConfigurationSection) throws(ConfigurationError) {
        var section = root
        var key = "loss"
        if case .mapping? = root.node("loss")?.value,
            let inner = try root.section("loss", known: ["kind", "pixel_weight"])
        {
            (section, key) = (inner, "kind")
        }
        let kind = try section.choice(key, Kind.self) ?? .perceptual
        let weight = key == "kind" ? try section.number("pixel_weight", in: 0.0001...1000) : nil
        switch (kind, weight) {
        case (.perceptual, nil): self = .perceptual
        case (.pixelL1, nil): self = .pixelL1
        case (.mixture, let weight?): self = .mixture(pixelWeight: weight)
        case (.mixture, nil): throw .contradiction("loss.kind is mixture, but loss.pixel_weight is not given")
        case (_, .some):
            throw .contradiction("loss.pixel_weight is given, but only the kind mixture has such a weight")
        }
    }
}

extension TrainingConfiguration.Optimizer {
    fileprivate init(_ root: ConfigurationSection) throws(ConfigurationError) {
        let standard = TrainingConfiguration.tissue.optimizer
        let section = try root.section("optimizer", known: ["learning_rate", "batch"])
        self.init(
            learningRate: try section?.number("learning_rate", in: 0.0000001...1) ?? standard.learningRate,
            batch: try section?.integer("batch", in: 1...4096) ?? standard.batch)
    }
}

extension TrainingConfiguration.Fit {
    fileprivate init(_ root: ConfigurationSection) throws(ConfigurationError) {
        let (standard, section) = (
            Self(), try root.section("fit", known: ["views", "trees", "samples_per_tree"])
        )
        self.init(
            views: try section?.integer("views", in: 1...1024) ?? standard.views,
            trees: try section?.integer("trees", in: 1...10_000) ?? standard.trees,
            samplesPerTree: try section?.integer("samples_per_tree", in: 2...1_000_000)
                ?? standard.samplesPerTree)
    }
}

extension TrainingConfiguration.Schedule {
    fileprivate static var iterationRange: ClosedRange<Int> { 1...100_000_000 }

    fileprivate init(_ root: ConfigurationSection) throws(ConfigurationError) {
        let known = ["iterations", "early_stopping", "warmup", "growing"]
        let section = try root.section("schedule", known: known)
        let iterations = try section?.integer("iterations", in: Self.iterationRange)
        let stopping = try section.flatMap { section throws(ConfigurationError) in
            try TrainingConfiguration.EarlyStopping(section)
        }
        let length: TrainingConfiguration.Length
        switch (iterations, stopping) {
        case (let iterations?, nil): length = .iterations(iterations)
        case (nil, let stopping?): length = .earlyStopping(stopping)
        case (nil, nil): length = TrainingConfiguration.tissue.schedule.length
        case (.some, .some):
            throw .contradiction(
                "schedule has both iterations and early_stopping; early_stopping has a limit")
        }
        self.init(
            length: length, warmup: try section?.integer("warmup", in: 0...100_000_000) ?? 0,
            growing: try section.flatMap { section throws(ConfigurationError) in
                try TrainingConfiguration.Growing(section)
            })
    }
}

extension TrainingConfiguration.EarlyStopping {
    fileprivate init?(_ schedule: ConfigurationSection) throws(ConfigurationError) {
        let known = ["check_every", "patience", "minimum_gain", "limit"]
        guard let section = try schedule.section("early_stopping", known: known) else { return nil }
        let range = TrainingConfiguration.Schedule.iterationRange
        let standard = Self()
        self.init(
            checkEvery: try section.integer("check_every", in: range) ?? standard.checkEvery,
            patience: try section.integer("patience", in: 1...10_000) ?? standard.patience,
            minimumGain: try section.number("minimum_gain", in: 0...10) ?? standard.minimumGain,
            limit: try section.integer("limit", in: range) ?? standard.limit)
    }
}

extension TrainingConfiguration.Growing {
    fileprivate init?(_ schedule: ConfigurationSection) throws(ConfigurationError) {
        let known = ["start", "iterations_per_stage", "taps"]
        guard let section = try schedule.section("growing", known: known) else { return nil }
        guard let start = try section.integer("start", in: 4...AutoencoderArchitecture.resolutionLimit) else {
            throw .contradiction("schedule.growing lacks the resolution to start at; add start: 16")
        }
        var taps: [Int: [FeatureTap]] = [:]
        if let list = try section.section("taps", known: nil) {
            for key in list.keys {
                guard let resolution = Int(key) else {
                    throw .wrongType(
                        key: list.path(key), line: list.line, expected: "a resolution such as 32",
                        found: "'\(key)'")
                }
                taps[resolution] = try list.taps(key)
            }
        }
        self.init(
            start: start,
            iterationsPerStage: try section.integer(
                "iterations_per_stage", in: TrainingConfiguration.Schedule.iterationRange) ?? 20_000,
            taps: taps)
    }
}
