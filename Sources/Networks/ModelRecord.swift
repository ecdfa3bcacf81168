import Foundation

/// Everything a model file says about itself: the JSON object under `wsi_screen` in its header.
public struct ModelRecord: Sendable, Equatable, Codable {
    /// Version of this record's layout: 1.
    public let format: Int
    public let name: String
    public let version: String
    public let purpose: String
    public let detector: DetectorKind
    /// Of the autoencoder; nil for detectors without one.
    public let architecture: AutoencoderArchitecture?
    /// What reconstructions are judged by; nil means ``ReconstructionLoss/perceptual`` or no reconstruction.
    public let loss: ReconstructionLoss?
    /// Nil if no features are looked at.
    public let extractor: ExtractorRecord?
    public let recipe: Recipe
    public let training: TrainingRecord
    /// Measured quality, by names such as `tile_stain_auc`.
    public let metrics: [String: Double]

    public static let currentFormat = 1

    public init(
        name: String, version: String, purpose: String, detector: DetectorKind = .dpa,
        architecture: AutoencoderArchitecture?, loss: ReconstructionLoss = .perceptual,
        extractor: ExtractorRecord?, recipe: Recipe, training: TrainingRecord, metrics: [String: Double]
    ) {
        format = Self.currentFormat
        self.name = name
        self.version = version
        self.purpose = purpose
        self.detector = detector
        self.architecture = architecture
        self.loss = loss == .perceptual ? nil : loss
        self.extractor = extractor
        self.recipe = recipe
        self.training = training
        self.metrics = metrics
    }

    /// Parses and checks the record. Format and detector are looked at first, so that a file of a later
    /// version is called that, and not malformed.
    init(json text: String) throws(ModelFileError) {
        let bytes = [UInt8](text.utf8)
        let fields: [(name: String, value: StrictJSON)]
        do throws(StrictJSON.SyntaxError) {
            guard case .object(let members) = try StrictJSON.parse(bytes, depth: 8) else {
                throw StrictJSON.SyntaxError(reason: "it is not an object", offset: 0)
            }
            fields = members
        } catch {
            throw .unreadableRecord("\(error.reason) (byte \(error.offset))")
        }
        guard let format = fields.first(where: { $0.name == "format" })?.value.count else {
            throw .unreadableRecord("the field 'format' is missing or not a count")
        }
        guard format == Self.currentFormat else {
            throw .unsupportedFormat(found: format, supported: Self.currentFormat)
        }
        guard case .string(let detector)? = fields.first(where: { $0.name == "detector" })?.value else {
            throw .unreadableRecord("the field 'detector' is missing or not a string")
        }
        guard DetectorKind(rawValue: detector) != nil else { throw .unknownDetector(detector) }
        do {
            self = try JSONDecoder().decode(ModelRecord.self, from: Data(bytes))
        } catch let error as WeightError {
            throw .weights(error)
        } catch let error as DecodingError {
            throw .unreadableRecord(error.clause)
        } catch {
            throw .unreadableRecord("\(error)")
        }
        if let clause = contradiction { throw .contradiction(clause) }
    }

    /// The first part that is missing, too much, or does not fit the others, as a clause; nil if there is none.
    private var contradiction: String? {
        let hasAutoencoder = detector == .dpa
        if hasAutoencoder != (architecture != nil) {
            return "a \(detector.rawValue) has \(hasAutoencoder ? "an" : "no") architecture"
        }
        if loss != nil, !hasAutoencoder { return "a \(detector.rawValue) has no loss" }
        let needsFeatures = loss?.isPerceptual ?? true
        if needsFeatures != (extractor != nil) {
            return "this \(detector.rawValue) has \(needsFeatures ? "an" : "no") extractor"
        }
        return recipe.contradiction(with: architecture) ?? extractor?.contradiction(at: recipe.input)
    }

    /// The record as JSON with sorted names: the same record gives the same text.
    func json() throws(ModelFileError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        } catch {
            throw .unreadableRecord("\(error)")
        }
    }
}

/// Which perceptual extractor a model was trained with.
public struct ExtractorRecord: Sendable, Hashable, Codable {
    public let family: Family
    /// Widths per block; for ``Family/perceptualNet`` only.
    public let blocks: [[Int]]?
    /// Layers whose features are compared.
    public let taps: [FeatureTap]
    /// Lower-case SHA-256 of the extractor's own file; nil if its weights are in the model file.
    public let sha256: String?

    public init(family: Family, blocks: [[Int]]? = nil, taps: [FeatureTap], sha256: String? = nil) {
        self.family = family
        self.blocks = blocks
        self.taps = taps
        self.sha256 = sha256
    }

    /// Which network the features come from.
    public enum Family: String, Sendable, Hashable, Codable {
        case vgg19
        case perceptualNet = "perceptual_net"
    }

    /// The first contradiction, within itself or for images of `side` pixels, as a clause; nil if there is
    /// none.
    package func contradiction(at side: Int) -> String? {
        if taps.isEmpty { return "the extractor names no layer to take features from" }
        if Set(taps).count != taps.count { return "the extractor names a layer twice" }
        if let tap = taps.max(), side >> (tap.block - 1) == 0 {
            return "\(tap) of a \(side) px image is empty"
        }
        if let sha256, sha256.utf8.count != 64 || !sha256.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) {
            return "the extractor's sha256 is not 64 lower-case hexadecimal digits"
        }
        switch (family, blocks) {
        case (.perceptualNet, nil): return "a perceptual_net needs the widths of its blocks"
        case (.vgg19, .some): return "vgg19 has fixed widths, but blocks are given"
        case (.vgg19, nil): return nil
        case (.perceptualNet, let blocks?):
            let widths = blocks.flatMap { $0 }
            let fits = widths.allSatisfy { (1...AutoencoderArchitecture.widthLimit).contains($0) }
            return fits && !blocks.contains([]) && (1...9).contains(blocks.count)
                ? nil : "impossible blocks \(blocks)"
        }
    }
}

/// Where a model comes from.
public struct TrainingRecord: Sendable, Hashable, Codable {
    public let data: String
    public let licence: String
    public let seed: UInt64
    public let codeVersion: String
    /// Architecture and kernels that the last digits of the weights come from, such as `x86_64 avx512`; nil in
    /// older files.
    public let processor: String?

    public init(
        data: String, licence: String, seed: UInt64, codeVersion: String, processor: String? = nil
    ) {
        self.data = data
        self.licence = licence
        self.seed = seed
        self.codeVersion = codeVersion
        self.processor = processor
    }

    private enum CodingKeys: String, CodingKey {
        case data
        case licence
        case seed
        case processor
        case codeVersion = "code_version"
    }
}

extension DecodingError {
    /// What is wrong, and where in the record.
    fileprivate var clause: String {
        switch self {
        case .keyNotFound(let key, let context):
            "the field '\(Self.path(context.codingPath + [key]))' is missing"
        case .valueNotFound(_, let context), .typeMismatch(_, let context):
            "the field '\(Self.path(context.codingPath))' has the wrong type"
        case .dataCorrupted(let context):
            "the field '\(Self.path(context.codingPath))' has an unknown value: \(context.debugDescription)"
        @unknown default: "it cannot be decoded"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map(\.stringValue).joined(separator: ".")
    }
}
