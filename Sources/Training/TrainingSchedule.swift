public import Networks

extension TrainingConfiguration {
    /// How long is trained, and at which resolutions.
    public struct Schedule: Sendable, Equatable {
        public var length: Length
        /// Iterations with pixel L1 alone before everything else.
        public var warmup: Int
        public var growing: Growing?

        public init(length: Length, warmup: Int = 0, growing: Growing? = nil) {
            self.length = length
            self.warmup = warmup
            self.growing = growing
        }
    }

    /// When training at the full resolution ends.
    public enum Length: Sendable, Equatable {
        case iterations(Int)
        case earlyStopping(EarlyStopping)
    }

    /// Ends training when the held-out images gain nothing any more.
    public struct EarlyStopping: Sendable, Equatable {
        /// Iterations between looks at the held-out images.
        public var checkEvery: Int
        /// Looks without gain after which training ends.
        public var patience: Int
        /// Smaller falls of the loss are no gain (absolute).
        public var minimumGain: Double
        /// Most iterations.
        public var limit: Int

        public init(
            checkEvery: Int = 1_000, patience: Int = 4, minimumGain: Double = 0.001, limit: Int = 100_000
        ) {
            self.checkEvery = checkEvery
            self.patience = patience
            self.minimumGain = minimumGain
            self.limit = limit
        }
    }

    /// Progressive growing: training starts at a low resolution, which is doubled again and again.
    public struct Growing: Sendable, Equatable {
        /// First resolution in pixels.
        public var start: Int
        /// Length of each stage but the last.
        public var iterationsPerStage: Int
        /// Layers whose features are compared, by resolution.
        public var taps: [Int: [FeatureTap]]

        public init(start: Int, iterationsPerStage: Int, taps: [Int: [FeatureTap]]) {
            self.start = start
            self.iterationsPerStage = iterationsPerStage
            self.taps = taps
        }

        func contradiction(with extractor: Extractor, size: Int, lowest: Int, loss: Loss) -> String? {
            guard start >= lowest, start < size, size % start == 0, (size / start).nonzeroBitCount == 1 else {
                return
                    "growing starts at \(start) px, but \(lowest) px (the lowest resolution of the network) "
                    + "to half of \(size) px (its input), in doublings, is possible"
            }
            let resolutions = TrainingStage.resolutions(from: start, to: size)
            if let surplus = taps.keys.sorted().first(where: { !resolutions.contains($0) }) {
                return "growing.taps names \(surplus) px, but the stages are "
                    + resolutions.map(String.init).joined(separator: ", ")
            }
            if loss == .pixelL1 { return nil }
            for resolution in resolutions {
                guard let taps = taps[resolution] else { return "growing.taps lacks \(resolution) px" }
                if let clause = Extractor.contradiction(taps, of: extractor.weights, at: resolution) {
                    return "growing.taps at \(resolution) px: \(clause)"
                }
            }
            if taps[size] != extractor.taps {
                return "growing.taps at \(size) px and extractor.taps must be the same layers"
            }
            return nil
        }
    }
}

/// A part of the training at one resolution.
public struct TrainingStage: Sendable, Equatable {
    /// Side of the images in pixels.
    public let resolution: Int
    /// Whether the resolution is being blended in: alpha rises from 0 to 1 over ``iterations``.
    public let isFade: Bool
    /// Nil: until early stopping.
    public let iterations: Int?
    /// Layers whose features are compared at ``resolution``.
    public let taps: [FeatureTap]
    /// Layers that are compared at half the resolution while the stage fades; else empty.
    public let lowerTaps: [FeatureTap]

    /// Such as `32` and `fade 64`.
    public var name: String { isFade ? "fade \(resolution)" : "\(resolution)" }

    static func resolutions(from start: Int, to size: Int) -> [Int] {
        Array(sequence(first: start) { $0 < size ? $0 * 2 : nil })
    }
}

extension TrainingConfiguration {
    /// The stages behind the warm-up, in their order: one without growing; else steady, fade, steady, … up to
    /// the full resolution.
    public var stages: [TrainingStage] {
        let last: Int? = if case .iterations(let count) = schedule.length { count } else { nil }
        guard let growing = schedule.growing else {
            return [
                TrainingStage(
                    resolution: input.size, isFade: false, iterations: last, taps: extractor.taps,
                    lowerTaps: [])
            ]
        }
        return TrainingStage.resolutions(from: growing.start, to: input.size).flatMap { resolution in
            let taps = growing.taps[resolution] ?? extractor.taps
            let steady = TrainingStage(
                resolution: resolution, isFade: false,
                iterations: resolution == input.size ? last : growing.iterationsPerStage, taps: taps,
                lowerTaps: [])
            guard resolution > growing.start else { return [steady] }
            let fade = TrainingStage(
                resolution: resolution, isFade: true, iterations: growing.iterationsPerStage, taps: taps,
                lowerTaps: growing.taps[resolution / 2] ?? extractor.taps)
            return [fade, steady]
        }
    }

    /// Iterations of all stages and the warm-up, at most.
    public var iterationLimit: Int {
        let open: Int = if case .earlyStopping(let rule) = schedule.length { rule.limit } else { 0 }
        return schedule.warmup + stages.reduce(0) { $0 + ($1.iterations ?? open) }
    }
}
