public import Training

/// The images of a search: those to choose with, divided so that nothing leaks, and those that only judge the winner.
///
/// Rows of the parts train and validation choose: the normal ones are divided into folds, by whole groups (slides,
/// patients) and identical files; the abnormal ones select. An anomaly whose group also has normal images is looked at
/// only in the fold that holds the group out. Test rows are not looked at until the winner is known.
public struct SearchData: Sendable {
    /// In the order of their names.
    public let normals: [ImageListing.Image]
    /// In the order of their names.
    public let anomalies: [LabeledImage]
    /// Fold of each normal image.
    public let foldOfNormal: [Int]
    /// The only fold in which an anomaly may be looked at; nil: every fold.
    public let foldOfAnomaly: [Int?]
    public let folds: Int
    /// Number of test rows of the manifest.
    public let testCount: Int
    /// Names the images, their content and their division.
    public let digest: String
    public let remarks: [DataRemark]

    /// Reads the manifest, and every file once to compare their bytes.
    ///
    /// - Parameter needsAnomalies: whether a manifest without anomalies to choose with is refused.
    /// - Throws: `ListingError`, `HoldOutError` for a manifest whose parts share groups or images; ``SearchDataError``;
    ///   `CancellationError`.
    public init(
        manifest path: String, columns: ManifestColumns = ManifestColumns(), folds: Int, seed: UInt64,
        needsAnomalies: Bool = true, workers: Int = CoreCount.available
    ) async throws {
        let listing = try ImageListing.find(path, columns: columns)
        guard !ImageFolder.isFolder(path) else { throw SearchDataError.folder(path: path) }
        let rows = try LabeledListing.read(manifest: path, part: nil, columns: columns)
        let anomalies = rows.images.filter { $0.isAbnormal && $0.part != .test }
            .sorted { $0.image.name.utf8.lexicographicallyPrecedes($1.image.name.utf8) }
        guard !anomalies.isEmpty || !needsAnomalies else { throw SearchDataError.noAnomalies(path: path) }
        let images = listing.images + anomalies.map(\.image)
        let digests = try await ContentDigests.of(images, workers: workers)
        try await Self.refuseLeaks(listing, rows, images, digests, workers: workers)
        let sets = InseparableSets(images, digests).numbers
        let division = try FoldDivision(
            sets: sets, normals: listing.images.count, folds: folds, seed: seed)
        normals = listing.images
        self.anomalies = anomalies
        foldOfNormal = division.foldOfNormal
        foldOfAnomaly = division.foldOfAnomaly
        self.folds = folds
        testCount = listing.test.count
        digest = Self.digest(images, digests, anomalies, division)
        let hasGroups = images.contains { $0.group != nil }
        remarks = listing.remarks + (hasGroups ? [] : [.noGroups])
    }

    /// What lies on both sides of a division of the manifest itself.
    private static func refuseLeaks(
        _ listing: ImageListing, _ rows: LabeledListing, _ images: [ImageListing.Image], _ digests: [String?],
        workers: Int
    ) async throws {
        let tests = rows.images.filter { $0.part == .test }.map(\.image)
        try HoldOut.checkGroups(listing)
        try HoldOut.checkGroups(
            ImageListing(images: images.map { $0.asTraining }, test: tests))
        let suspects = ContentDigests.ofEqualSize(tests, as: images)
        let testDigests = try await ContentDigests.of(suspects, workers: workers)
        let names = zip(testDigests, suspects).compactMap { digest, image in digest.map { ($0, image.name) } }
        try HoldOut.checkCopies(images, digests, of: Dictionary(names) { first, _ in first })
    }

    /// The images that a fold's model is trained on.
    public func training(_ fold: Int) -> [Int] { normals.indices.filter { foldOfNormal[$0] != fold } }

    /// The normal images that it has not seen.
    public func heldOut(_ fold: Int) -> [Int] { normals.indices.filter { foldOfNormal[$0] == fold } }

    /// The anomalies that it may be judged by.
    public func judging(_ fold: Int) -> [Int] {
        anomalies.indices.filter { foldOfAnomaly[$0].map { $0 == fold } ?? true }
    }
}

extension ImageListing.Image {
    /// Of one side, whatever the manifest divides among those that are not for tests.
    fileprivate var asTraining: ImageListing.Image {
        ImageListing.Image(name: name, path: path, group: group)
    }
}

/// Why there is nothing to search with.
public enum SearchDataError: Error, Equatable, CustomStringConvertible {
    case folder(path: String)
    case noAnomalies(path: String)
    /// Fewer groups of normal images than folds.
    case tooFewGroups(groups: Int, folds: Int)

    public var description: String {
        switch self {
        case .folder(let path):
            "'\(path)' is a folder: a search needs to know which images are abnormal, so give a manifest with the "
                + "columns file, label, split and group"
        case .noAnomalies(let path):
            "the manifest '\(path)' has no abnormal rows of part train or validation to choose with (test rows are "
                + "never used for that); mark some, a few dozen of one kind are enough, or choose without any by "
                + "--criterion loss"
        case .tooFewGroups(let groups, let folds):
            "the normal images belong to \(groups) groups, too few for \(folds) folds; give images of more slides or "
                + "patients, or fewer folds"
        }
    }
}
