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
    /// Equal for normal images that must stay together.
    let setOfNormal: [Int]
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
        digest = Self.digest(images, digests, anomalies, division, sets: sets)
        setOfNormal = Array(sets.prefix(listing.images.count))
        remarks = listing.remarks + DataRemark.groups(of: images)
    }

    /// What lies on both sides of a division of the manifest itself.
    private static func refuseLeaks(
        _ listing: ImageListing, _ rows: LabeledListing, _ images: [ImageListing.Image], _ digests: [String?],
        workers: Int
    ) async throws {
        let tests = rows.images.filter { $0.part == .test }.map(\.image)
        try HoldOut.checkGroups(listing)
        // The anomalies of each part by themselves: they may be of slides whose normal rows are of the other part.
        for isValidation in [false, true] {
            let part = images.filter { $0.isValidation == isValidation }
            try HoldOut.checkGroups(ImageListing(images: part, test: tests))
        }
        try refuseContradictions(images, digests, normals: listing.images.count)
        let suspects = ContentDigests.ofEqualSize(tests, as: images)
        let testDigests = try await ContentDigests.of(suspects, workers: workers)
        let names = zip(testDigests, suspects).compactMap { digest, image in digest.map { ($0, image.name) } }
        try HoldOut.checkCopies(images, digests, of: Dictionary(names) { first, _ in first })
    }

    /// The same picture as a normal and as an abnormal one.
    private static func refuseContradictions(
        _ images: [ImageListing.Image], _ digests: [String?], normals: Int
    ) throws(SearchDataError) {
        let known = Dictionary(
            zip(digests.prefix(normals), images.prefix(normals)).compactMap { digest, image in
                digest.map { ($0, image.name) }
            }
        ) { first, _ in first }
        for (image, digest) in zip(images, digests).dropFirst(normals) {
            guard let digest, let normal = known[digest] else { continue }
            throw .contradiction(normal: normal, abnormal: image.name)
        }
    }

    /// The images that a fold's model is trained on.
    public func training(_ fold: Int) -> [Int] { normals.indices.filter { foldOfNormal[$0] != fold } }

    /// The normal images that it has not seen.
    public func heldOut(_ fold: Int) -> [Int] { normals.indices.filter { foldOfNormal[$0] == fold } }

    /// The images that a fold's model is trained on, and whole groups of them that tell when to stop: the fold's own
    /// images must not decide that, since they judge it.
    ///
    /// - Throws: `HoldOutError` if they are all of one group.
    func stopping(_ fold: Int, fraction: Double, seed: UInt64) throws(HoldOutError) -> (
        training: [Int], stopping: [Int]
    ) {
        let all = training(fold)
        let chosen = try HoldOut.choose(all.map { setOfNormal[$0] }, fraction: fraction, seed: seed)
        return (
            all.filter { !chosen.contains(setOfNormal[$0]) }, all.filter { chosen.contains(setOfNormal[$0]) }
        )
    }

    /// The anomalies that it may be judged by.
    public func judging(_ fold: Int) -> [Int] {
        anomalies.indices.filter { foldOfAnomaly[$0].map { $0 == fold } ?? true }
    }
}

/// Why there is nothing to search with.
public enum SearchDataError: Error, Equatable, CustomStringConvertible {
    case folder(path: String)
    case noAnomalies(path: String)
    /// Two files of the same bytes with different labels.
    case contradiction(normal: String, abnormal: String)
    /// Fewer groups of normal images than folds.
    case tooFewGroups(groups: Int, folds: Int)

    public var description: String {
        switch self {
        case .folder(let path):
            "'\(path)' is a folder: a search needs to know which images are abnormal, so give a manifest with the "
                + "columns file, label, split and group"
        case .contradiction(let normal, let abnormal):
            "'\(normal)', which the manifest calls normal, and '\(abnormal)', which it calls abnormal, are the same picture: "
                + "take one of the rows out"
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
