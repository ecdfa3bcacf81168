/// The normal images of a data set, found in a folder or named by a manifest, before any of them is opened.
public struct ImageListing: Sendable, Equatable {
    /// One image file.
    public struct Image: Sendable, Equatable {
        /// Path relative to the folder or the manifest; how errors and tables name the image.
        public let name: String
        /// Path to open.
        public let path: String
        /// Images of one group (slide, patient) are never divided between training and hold-out. Nil: the
        /// image is a group of its own.
        public let group: String?
        /// Whether the manifest assigns the image to validation: then to the hold-out.
        public let isValidation: Bool

        public init(name: String, path: String, group: String? = nil, isValidation: Bool = false) {
            self.name = name
            self.path = path
            self.group = group
            self.isValidation = isValidation
        }
    }

    /// Sorted by the bytes of their names.
    public let images: [Image]
    /// Images of the manifest that are not normal and not for tests.
    public let skippedAbnormal: Int
    /// Images of the manifest's test set, normal and abnormal ones: nothing like them may be trained on. Their
    /// files need not exist.
    public let test: [Image]
    public let remarks: [DataRemark]

    public init(
        images: [Image], skippedAbnormal: Int = 0, test: [Image] = [], remarks: [DataRemark] = []
    ) {
        self.images = images.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        self.skippedAbnormal = skippedAbnormal
        self.test = test
        self.remarks = remarks
    }

    /// Without the images whose path a rule excludes.
    func leavingOut(_ isExcluded: (String) -> Bool) -> ImageListing {
        ImageListing(
            images: images.filter { !isExcluded($0.path) }, skippedAbnormal: skippedAbnormal, test: test,
            remarks: remarks)
    }

    /// Lists a folder, or the manifest if `path` is a file.
    ///
    /// - Parameter columns: which columns of a manifest mean what.
    /// - Throws: ``ListingError`` if there is nothing to train on or the manifest leaves something open.
    public static func find(
        _ path: String, columns: ManifestColumns = ManifestColumns()
    ) throws(ListingError) -> ImageListing {
        if ImageFolder.isFolder(path) { return try ImageFolder(path).listing() }
        return try ImageManifest(contentsOf: path, columns: columns).listing()
    }
}

/// What to look for in a manifest, where its own names do not say it.
public struct ManifestColumns: Sendable, Equatable {
    /// Column of the group; nil: the first of the usual names.
    public var group: String?
    /// Column of the label; nil: the first of the usual names.
    public var label: String?
    /// Column of what is wrong with an abnormal image; nil: the first of the usual names, else the label.
    public var finding: String?
    /// Labels that mean normal; all others then mean abnormal. Empty: the usual words, and others are an error.
    public var normalLabels: [String]

    public init(
        group: String? = nil, label: String? = nil, finding: String? = nil, normalLabels: [String] = []
    ) {
        self.group = group
        self.label = label
        self.finding = finding
        self.normalLabels = normalLabels
    }
}

/// Why a folder or a manifest gives no images to train on, with the fix.
public enum ListingError: Error, Equatable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case noImages(path: String)
    case malformed(path: String, reason: String)
    case noColumn(path: String, meaning: String, looked: [String], found: [String])
    case unknownLabels(path: String, column: String, labels: [String])
    case unknownSplits(path: String, splits: [String])
    case missingFiles(path: String, count: Int, first: [String])
    case noNormals(path: String, abnormal: Int, test: Int)
    /// - Parameter parts: those that the manifest has rows of; none if it has no column for them.
    case noRows(path: String, part: ImagePart?, parts: [ImagePart])

    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "'\(path)' cannot be read: \(reason)"
        case .noImages(let path): "there are no PNG or JPEG images below '\(path)'"
        case .malformed(let path, let reason): "the manifest '\(path)' cannot be used: \(reason)"
        case .noColumn(let path, let meaning, let looked, let found):
            "the manifest '\(path)' has no column for the \(meaning) (\(looked.joined(separator: ", "))); "
                + "its columns are \(found.joined(separator: ", "))"
        case .unknownLabels(let path, let column, let labels):
            "the manifest '\(path)' has labels in '\(column)' that may mean anything: "
                + "\(labels.map { "'\($0)'" }.joined(separator: ", ")); "
                + "say which one is normal with --label-normal WORD"
        case .unknownSplits(let path, let splits):
            "the manifest '\(path)' has split names that are neither train, validation nor test: "
                + splits.map { "'\($0)'" }.joined(separator: ", ")
        case .missingFiles(let path, let count, let first):
            "\(count) images of the manifest '\(path)' do not exist, such as "
                + "\(first.map { "'\($0)'" }.joined(separator: ", ")); names count from the manifest's folder"
        case .noNormals(let path, let abnormal, let test):
            "the manifest '\(path)' names no normal images to train on (\(abnormal) are abnormal, \(test) for tests)"
        case .noRows(let path, let part, let parts):
            "the manifest '\(path)' has no rows" + (part.map { " of part \($0.rawValue)" } ?? "")
                + (parts.isEmpty
                    ? part == nil ? "" : "; it has no column split"
                    : "; the parts are \(parts.map(\.rawValue).joined(separator: ", "))")
        }
    }
}
