public import Foundation
public import Networks
internal import Records

/// A model together with what identifies its file.
public struct LoadedModel: Sendable {
    public let model: ScreeningModel
    /// SHA-256 of the model file.
    public let sha256: String

    /// A built-in model by its name, or a model file by its path.
    ///
    /// - Parameter extractor: weights of the perceptual extractor, for models that do not contain it.
    public static func load(_ nameOrPath: String, extractor: URL? = nil) throws -> LoadedModel {
        let isBuiltIn = BuiltInModels.names.contains(nameOrPath)
        let url = isBuiltIn ? try BuiltInModels.url(nameOrPath) : URL(fileURLWithPath: nameOrPath)
        let model = try ModelFile.load(url, extractor: extractor)
        return LoadedModel(model: model, sha256: try Checksum.sha256(ofFile: url.path))
    }

    var identity: SlideManifest.Model {
        SlideManifest.Model(
            name: model.record.name, version: model.record.version, detector: model.record.detector.rawValue,
            sha256: sha256)
    }
}
