internal import Networks
public import Staining

/// Everything that training needs in memory: images, frozen network, stain target.
public struct TrainingSet: Sendable {
    /// To be trained on.
    public let training: PreparedImages
    /// Center crops, not trained on.
    public let heldOut: PreparedImages
    public let extractor: ExtractorSource
    public let stainTarget: StainTarget?
    /// What the model file says about the data, such as its path and number of images.
    public let description: String
    public let licence: String

    /// How many image files have which size; see ``PreparedImages/fileSides``.
    var fileSides: [Int: Int] { training.fileSides.merging(heldOut.fileSides, uniquingKeysWith: +) }

    public init(
        training: PreparedImages, heldOut: PreparedImages, extractor: ExtractorSource,
        stainTarget: StainTarget?, description: String, licence: String
    ) {
        self.training = training
        self.heldOut = heldOut
        self.extractor = extractor
        self.stainTarget = stainTarget
        self.description = description
        self.licence = licence
    }
}
