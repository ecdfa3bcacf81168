public import Foundation
public import Networks
internal import Staining

/// Everything that decides how a model is trained: the recipe of its input, the network, the loss, the schedule.
///
/// Read from YAML (``init(yaml:)``), kept in model files as JSON with the same keys. A value of this type has
/// been checked: each number lies in its range, and the sections fit together. The configurations published with
/// the method (Shvetsova et al. 2021) lie in `pipelines/configs`.
public struct TrainingConfiguration: Sendable, Equatable {
    public typealias Loss = ReconstructionLoss

    public let detector: DetectorKind
    public let name: String?
    /// Decides initial weights, order, crops, flips and which images are held out.
    public let seed: UInt64
    public let input: Input
    public let augmentation: Augmentation
    public let network: Network
    public let extractor: Extractor
    public let loss: Loss
    public let optimizer: Optimizer
    public let schedule: Schedule
    /// Of detectors of pooled features, which have no use for network, loss, optimizer and schedule.
    public let fit: Fit
    /// Part of the normal images, in whole groups, on which the network is not trained: their scores tell what
    /// is normal, and early stopping looks at them.
    public let holdOut: Double

    /// - Throws: ``ConfigurationError/contradiction(_:)`` if the sections do not fit together. Ranges of single
    ///   values are checked only where they are read from a file.
    public init(
        detector: DetectorKind = .dpa, name: String? = nil, seed: UInt64 = 1, input: Input,
        augmentation: Augmentation, network: Network, extractor: Extractor, loss: Loss = .perceptual,
        optimizer: Optimizer, schedule: Schedule, fit: Fit = Fit(), holdOut: Double = 0.1
    ) throws(ConfigurationError) {
        self.init(
            unchecked: detector, name: name, seed: seed, input: input, augmentation: augmentation,
            network: network, extractor: extractor, loss: loss, optimizer: optimizer, schedule: schedule,
            fit: fit, holdOut: holdOut)
        if let clause = contradiction { throw .contradiction(clause) }
    }

    /// For values that are known to fit. What a detector has no use for is as in ``tissue``, so that equal trainings
    /// have equal configurations.
    init(
        unchecked detector: DetectorKind, name: String?, seed: UInt64, input: Input,
        augmentation: Augmentation,
        network: Network, extractor: Extractor, loss: Loss, optimizer: Optimizer, schedule: Schedule,
        fit: Fit = Fit(), holdOut: Double
    ) {
        let (isNetwork, standard) = (detector == .dpa, Self.tissueNetwork)
        self.detector = detector
        self.name = name
        self.seed = seed
        self.input = input
        let seesCenters = !isNetwork && fit.views == 1
        self.augmentation = seesCenters ? Augmentation(crop: .center, flips: .none) : augmentation
        self.network = isNetwork ? network : standard.network
        self.extractor =
            isNetwork ? extractor : Extractor(weights: extractor.weights, taps: extractor.taps)
        self.loss = isNetwork ? loss : .perceptual
        self.optimizer = isNetwork ? optimizer : standard.optimizer
        self.schedule = isNetwork ? schedule : standard.schedule
        self.fit = isNetwork ? Fit() : detector == .deepIF ? fit : Fit(views: fit.views)
        self.holdOut = holdOut
    }

    /// Reads and checks YAML text (or the JSON of ``json()``, which is YAML, too).
    public init(yaml text: String) throws(ConfigurationError) {
        try self.init(ConfigurationNode(yaml: text))
    }

    /// Reads and checks a YAML file.
    public init(contentsOf url: URL) throws(ConfigurationError) {
        let bytes: Data
        do {
            let file = try FileHandle(forReadingFrom: url)
            defer { try? file.close() }
            bytes = try file.read(upToCount: YAMLGuard.mostBytes + 1) ?? Data()
        } catch {
            throw .unreadable(path: url.path, reason: error.localizedDescription)
        }
        guard let text = String(data: bytes.prefix(YAMLGuard.mostBytes + 1), encoding: .utf8) else {
            throw .unreadable(path: url.path, reason: "it is no UTF-8 text")
        }
        try self.init(yaml: text)
    }

    /// The network that is trained.
    public func architecture() throws(WeightError) -> AutoencoderArchitecture {
        try network.architecture(color: input.color, resolution: input.size)
    }

    /// The same training with another seed.
    ///
    /// - Throws: if the seed is larger than files can hold.
    public func seeded(_ seed: UInt64) throws(ConfigurationError) -> TrainingConfiguration {
        try TrainingConfiguration(
            detector: detector, name: name, seed: seed, input: input, augmentation: augmentation,
            network: network, extractor: extractor, loss: loss, optimizer: optimizer, schedule: schedule,
            fit: fit, holdOut: holdOut)
    }

    /// Side in pixels of the images from which crops are taken at random: the whole tile at the scale at which
    /// the crop has the network's size.
    public var fieldSide: Int {
        guard augmentation.crop == .random else { return input.size }
        let side = Double(input.tile) * Double(input.size) / Double(input.crop)
        return max(input.size, Int(side.rounded()))
    }

    /// The canonical form: JSON with sorted keys, without spaces. Equal configurations give equal bytes.
    public func json() throws(ConfigurationError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        } catch {
            throw .contradiction("\(error)")
        }
    }

    /// The first contradiction between sections, as a clause; nil if there is none.
    private var contradiction: String? {
        // JSON and YAML readers elsewhere have no larger whole numbers.
        if seed > UInt64(Int64.max) { return "the seed \(seed) is above \(Int64.max)" }
        var architecture: AutoencoderArchitecture?
        if detector == .dpa {
            do throws(WeightError) {
                architecture = try self.architecture()
            } catch {
                if case .invalidArchitecture(let reason) = error { return "impossible network: \(reason)" }
                return "\(error)"
            }
        }
        if let clause = input.recipe.contradiction(with: architecture) { return clause }
        if let clause = extractor.contradiction(at: input.size) { return clause }
        if input.equalize, augmentation.crop == .random {
            return "equalize spreads the histogram of the scored crop, so augmentation.crop must be center"
        }
        if input.stain?.scope == .slide {
            return "stain.scope is slide, but training images are single tiles; take tile"
        }
        guard let architecture else { return nil }
        return schedule.growing.flatMap {
            $0.contradiction(
                with: extractor, size: input.size, lowest: architecture.lowestResolution,
                loss: loss)
        }
    }
}

extension TrainingConfiguration: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(ConfigurationNode(from: decoder))
    }

    public func encode(to encoder: any Encoder) throws {
        try node.encode(to: encoder)
    }
}
