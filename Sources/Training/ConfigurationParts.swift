public import Networks
public import Staining

extension TrainingConfiguration {
    /// How detectors of pooled features are fitted.
    public struct Fit: Sendable, Equatable {
        /// Views of each image: 1 is its center crop, as it is scored; more are crops and flips drawn as for the
        /// training of a network.
        public var views: Int
        /// Trees of an isolation forest.
        public var trees: Int
        /// Images that each tree is grown from; all if there are fewer.
        public var samplesPerTree: Int

        /// The defaults of scikit-learn for forests.
        public init(views: Int = 1, trees: Int = 100, samplesPerTree: Int = 256) {
            self.views = views
            self.trees = trees
            self.samplesPerTree = samplesPerTree
        }
    }

    /// How an image file becomes the network's input.
    public struct Input: Sendable, Equatable {
        public var color: ColorMode
        /// Side in pixels of the tile that an image file shows.
        public var tile: Int
        /// µm per pixel of the tile; nil for images without a physical scale, which are resized to the tile.
        public var tileResolution: Double?
        /// Side in pixels of the tile of the part that is scored.
        public var crop: Int
        /// Side in pixels of the network's input.
        public var size: Int
        public var equalize: Bool
        public var stain: Stain?

        public init(
            color: ColorMode = .rgb, tile: Int, tileResolution: Double? = nil, crop: Int, size: Int,
            equalize: Bool = false, stain: Stain? = nil
        ) {
            self.color = color
            self.tile = tile
            self.tileResolution = tileResolution
            self.crop = crop
            self.size = size
            self.equalize = equalize
            self.stain = stain
        }

        /// What the model file says about its input.
        public var recipe: Recipe {
            Recipe(
                tile: tile, tileResolution: tileResolution, crop: crop, input: size,
                resampling: .pillowBilinear,
                stain: stain.map {
                    StainRecipe(
                        method: $0.method, match: $0.match, scope: $0.scope, dictionaryStep: $0.dictionaryStep
                    )
                }, color: color, equalization: equalize)
        }
    }

    /// How stains are normalized, and to which look.
    public struct Stain: Sendable, Equatable {
        public var method: StainRecipe.Method
        public var match: StainMatch
        public var scope: StainScope
        public var dictionaryStep: Int
        public var target: StainTargetSource

        public init(
            method: StainRecipe.Method = .vahadane, match: StainMatch = .vahadane, scope: StainScope = .tile,
            dictionaryStep: Int = 2, target: StainTargetSource = .builtIn
        ) {
            self.method = method
            self.match = match
            self.scope = scope
            self.dictionaryStep = dictionaryStep
            self.target = target
        }
    }

    /// How training images are varied.
    public struct Augmentation: Sendable, Equatable {
        public var crop: CropChoice
        public var flips: FlipChoice

        public init(crop: CropChoice, flips: FlipChoice) {
            self.crop = crop
            self.flips = flips
        }
    }

    /// Where crops are taken.
    public enum CropChoice: String, Sendable, CaseIterable {
        /// Anywhere in the tile.
        case random
        /// In the center, as for scoring.
        case center
    }

    /// Along which axes crops are mirrored at random.
    public enum FlipChoice: String, Sendable, CaseIterable {
        case none
        case horizontal
        case both
    }

    /// Shape of the autoencoder.
    public struct Network: Sendable, Equatable {
        /// Channels per resolution, highest resolution first; one number stands for all.
        public var widths: [Int]
        public var latentChannels: Int
        public var latentResolution: Int

        public init(widths: [Int], latentChannels: Int, latentResolution: Int) {
            self.widths = widths
            self.latentChannels = latentChannels
            self.latentResolution = latentResolution
        }

        func architecture(color: ColorMode, resolution: Int) throws(WeightError) -> AutoencoderArchitecture {
            let lowest = latentResolution == 1 ? 4 : max(1, latentResolution)
            let levels = max(1, resolution / lowest).trailingZeroBitCount + 1
            let widths = widths.count == 1 ? [Int](repeating: widths[0], count: levels) : widths
            return try AutoencoderArchitecture(
                imageChannels: color == .grey ? 1 : 3, resolution: resolution, widths: widths,
                latentChannels: latentChannels, latentResolution: latentResolution)
        }
    }

    /// Adam, with betas 0.9 and 0.999, without weight decay.
    public struct Optimizer: Sendable, Equatable {
        public var learningRate: Double
        /// Images a step.
        public var batch: Int

        public init(learningRate: Double, batch: Int) {
            self.learningRate = learningRate
            self.batch = batch
        }
    }
}

extension TrainingConfiguration {
    /// The network whose features are compared.
    public struct Extractor: Sendable, Equatable {
        public var weights: Weights
        /// Layers whose features are compared, of equal weight.
        public var taps: [FeatureTap]
        /// Least standard deviation of a channel, as a part of the median over the channels of its layer.
        public var deviationFloor: Double
        /// Training images from which means and deviations of the features are taken; all if there are fewer.
        public var calibrationImages: Int

        public init(
            weights: Weights, taps: [FeatureTap], deviationFloor: Double = 0.1, calibrationImages: Int = 1024
        ) {
            self.weights = weights
            self.taps = taps
            self.deviationFloor = deviationFloor
            self.calibrationImages = calibrationImages
        }

        /// Where the extractor's weights come from.
        public enum Weights: String, Sendable, CaseIterable {
            /// A file that the user gives.
            case vgg19
            /// The small extractor of the built-in model.
            case builtIn = "built-in"

            /// Convolutions in each block, between pools.
            var convolutions: [Int] {
                switch self {
                case .vgg19: [2, 2, 4, 4, 4]
                case .builtIn: [2, 2, 2]
                }
            }
        }

        /// The first layer that does not exist, or is empty for images of `side` pixels, as a clause.
        func contradiction(at side: Int) -> String? { Self.contradiction(taps, of: weights, at: side) }

        static func contradiction(_ taps: [FeatureTap], of weights: Weights, at side: Int) -> String? {
            for tap in taps
            where !weights.convolutions.indices.contains(tap.block - 1)
                || !(1...weights.convolutions[tap.block - 1]).contains(tap.convolution)
            {
                return "the extractor \(weights.rawValue) has no layer \(tap)"
            }
            return ExtractorRecord(
                family: weights == .vgg19 ? .vgg19 : .perceptualNet,
                blocks: weights == .vgg19 ? nil : weights.convolutions.map { [Int](repeating: 1, count: $0) },
                taps: taps
            ).contradiction(at: side)
        }
    }
}
