public import Foundation
public import Networks
internal import Records

/// The frozen network that training compares features of, and how the model file refers to it.
public struct ExtractorSource: Sendable {
    private let file: SafetensorsFile
    private let family: ExtractorRecord.Family
    private let blocks: [[Int]]?
    /// Of VGG19's file, which is not copied into models.
    private let sha256: String?

    /// Header key under which the file of a distilled extractor describes it.
    static let recordKey = "wsi_screen_extractor"

    /// VGG19 from a file of the user's; or the small extractor of the built-in model, or one like it from a
    /// file that `model distill` wrote.
    public static func load(
        _ weights: TrainingConfiguration.Extractor.Weights, file url: URL?
    ) throws(ExtractorError) -> ExtractorSource {
        switch weights {
        case .vgg19:
            guard let url else { throw .vgg19Needed }
            do {
                // Checked against the file's size before memory is taken; the digest needs none.
                let file = try SafetensorsFile(contentsOf: url)
                let digest = try Checksum.sha256(ofFile: url.path)
                return ExtractorSource(
                    file: file, family: .vgg19, blocks: nil, sha256: digest, identity: digest)
            } catch {
                throw .unreadable(path: url.path, reason: Self.clause(error))
            }
        case .builtIn:
            do {
                let source = try url ?? BuiltInModels.url(BuiltInModels.source)
                return try small(source)
            } catch {
                throw .unreadable(path: url?.path ?? BuiltInModels.source, reason: Self.clause(error))
            }
        }
    }

    /// What is wrong with the file, as a clause.
    private static func clause(_ error: any Error) -> String {
        switch error {
        // The sentence around this names the path.
        case SafetensorsError.cannotRead(_, let reason): reason.prefix(1).lowercased() + reason.dropFirst()
        case let error as SafetensorsError: error.description
        case let error as ModelFileError: error.description
        case let error as FileError: error.description
        case is DecodingError: "what its header says about the extractor is not understood; make it again"
        default: "the system does not let it be read; check that it is a file"
        }
    }

    /// The extractor inside a model file, or in a file of its own.
    private static func small(_ url: URL) throws -> ExtractorSource {
        let file = try SafetensorsFile(contentsOf: url)
        let found: ExtractorRecord? =
            if let text = file.metadata[recordKey] {
                try JSONDecoder().decode(ExtractorRecord.self, from: Data(text.utf8))
            } else {
                try ModelFile.record(file).extractor
            }
        guard let record = found else {
            throw ModelFileError.contradiction("it compares pixels alone and holds no extractor")
        }
        return ExtractorSource(
            file: file, family: record.family, blocks: record.blocks, sha256: nil,
            identity: try Checksum.sha256(ofFile: url.path))
    }

    /// Refuses an extractor that ends before a layer that a training needs.
    ///
    /// - Throws: ``ExtractorError/lacksLayer(_:last:)``.
    package func check(_ configuration: TrainingConfiguration) throws(ExtractorError) {
        guard family == .perceptualNet, let blocks, let last = blocks.indices.last else { return }
        let taps = configuration.stages.flatMap { $0.taps + $0.lowerTaps } + configuration.extractor.taps
        for tap in taps.sorted()
        where !blocks.indices.contains(tap.block - 1) || tap.convolution > blocks[tap.block - 1].count {
            throw .lacksLayer(tap, last: FeatureTap(block: last + 1, convolution: blocks[last].count))
        }
    }

    /// The extractor up to the deepest of `taps`.
    public func extractor(taps: [FeatureTap]) throws(ModelFileError) -> PerceptualExtractor {
        switch family {
        case .vgg19: try .vgg19(file, taps: taps)
        case .perceptualNet: try .stack(file, prefix: "extractor.", widths: blocks ?? [], taps: taps)
        }
    }

    /// What the model file says about the extractor: of one that it carries, the layers up to the deepest of `taps`.
    func record(taps: [FeatureTap]) -> ExtractorRecord {
        ExtractorRecord(
            family: family, blocks: blocks.map { Self.used($0, by: taps) }, taps: taps, sha256: sha256)
    }

    /// Widths of the layers up to the deepest of `taps`.
    private static func used(_ blocks: [[Int]], by taps: [FeatureTap]) -> [[Int]] {
        guard let deepest = taps.max() else { return blocks }
        var used = Array(blocks.prefix(deepest.block))
        if used.count == deepest.block {
            used[deepest.block - 1] = Array(used[deepest.block - 1].prefix(deepest.convolution))
        }
        return used
    }

    /// Lower-case SHA-256 of the file that the weights come from.
    package let identity: String

    /// The tensors that a model file carries: those of the layers in its record.
    func tensors(taps: [FeatureTap]) throws(SafetensorsError) -> NamedTensors {
        guard sha256 == nil, let blocks else { return [:] }
        let layers = Self.used(blocks, by: taps).reduce(0) { $0 + $1.count }
        var result: NamedTensors = [:]
        for (name, tensor) in try file.tensors(under: "extractor.") {
            // Numbered through all blocks: `0.weight`, `0.bias`, `1.weight`, …
            guard let number = name.split(separator: ".").first.flatMap({ Int($0) }), number < layers else {
                continue
            }
            result["extractor.\(name)"] = tensor
        }
        return result
    }
}

/// Why there is no extractor.
public enum ExtractorError: Error, Equatable, CustomStringConvertible {
    case vgg19Needed
    case unreadable(path: String, reason: String)
    /// The extractor has layers up to `last` only.
    case lacksLayer(FeatureTap, last: FeatureTap)

    public var description: String {
        switch self {
        case .vgg19Needed:
            "the configuration compares features of VGG19: give its weights with --extractor FILE "
                + "(safetensors with torchvision's names), or set extractor.weights to built-in"
        case .lacksLayer(let tap, let last):
            "the extractor has layers up to \(last) and the configuration needs \(tap): give the extractor that it was taken "
                + "from with --extractor, or name other layers in extractor.taps"
        case .unreadable(let path, let reason): "the extractor '\(path)' cannot be used: \(reason)"
        }
    }
}
