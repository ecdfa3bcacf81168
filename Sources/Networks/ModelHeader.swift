public import Foundation

/// What a model file says about itself, readable without the extractor that it may need.
public struct ModelHeader: Sendable {
    public let record: ModelRecord
    /// The configuration that it was trained with, as JSON; nil if the model was not made by `train`.
    public let configuration: String?
    /// SHA-256 of everything that decided the training; nil if the model was not made by `train`.
    public let trainingIdentity: String?
    public let normalScores: ScoreDistribution

    public init(contentsOf url: URL) throws(ModelFileError) {
        let file: SafetensorsFile
        do throws(SafetensorsError) { file = try SafetensorsFile(contentsOf: url) } catch {
            throw .safetensors(error)
        }
        record = try ModelFile.record(file)
        configuration = file.metadata[ModelFile.configurationKey]
        trainingIdentity = file.metadata[ModelFile.trainingIdentityKey]
        normalScores = try ModelFile.normalScores(file)
    }
}
