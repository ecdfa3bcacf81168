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

    /// The labeled rows of a manifest.
    ///
    /// - Parameter part: only rows of this part; nil: all rows.
    public static func list(
        manifest path: String, part: ImagePart?, columns: ManifestColumns = ManifestColumns()
    ) throws(ListingError) -> [LabeledImage] {
        try ImageManifest(contentsOf: path, columns: columns).labeled(part)
    }
}
