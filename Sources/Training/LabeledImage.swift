/// What a row of a manifest is for.
public enum ImagePart: String, Sendable, CaseIterable {
    case training = "train"
    case validation
    case test
}

/// An image whose truth is known.
public struct LabeledImage: Sendable, Equatable {
    public let image: ImageListing.Image
    public let isAbnormal: Bool
    /// What is wrong with an abnormal image, as the manifest has it: `tumor`, `Effusion|Mass`; empty for normal ones.
    public let finding: String
    /// What the manifest's row is for.
    public let part: ImagePart

    public init(
        image: ImageListing.Image, isAbnormal: Bool, finding: String = "", part: ImagePart = .test
    ) {
        self.image = image
        self.isAbnormal = isAbnormal
        self.finding = finding
        self.part = part
    }
}

/// The labeled images of a manifest, normal and abnormal ones.
public struct LabeledListing: Sendable, Equatable {
    /// In the order of their rows, each image once.
    public let images: [LabeledImage]
    public let remarks: [DataRemark]

    /// - Parameters:
    ///   - part: only images of this part; nil: all. A manifest without a column for splits is a test set as a
    ///     whole.
    ///   - columns: which columns mean what.
    /// - Throws: ``ListingError``, also if there are no such images.
    public static func read(
        manifest path: String, part: ImagePart?, columns: ManifestColumns = ManifestColumns()
    ) throws(ListingError) -> LabeledListing {
        try ImageManifest(contentsOf: path, columns: columns).labeled(part)
    }
}
