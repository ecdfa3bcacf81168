public import Records

/// The Camelyon16 data set on this disk: its slides, and what is wrong with it.
///
/// Every slide found is in ``slides`` exactly once, also those that take no part in a run, with the reason.
/// Nothing is read but folders and the reference table.
public struct CamelyonDataset: Sendable {
    public let root: String
    /// All slides found, sorted by name.
    public let slides: [CamelyonSlide]
    /// What the user should know, in a fixed order; the totals are last.
    public let findings: [CamelyonFinding]

    /// - Parameters:
    ///   - root: a folder with the data set in any of its releases' layouts, or with all files flat.
    ///   - including: names of slides, in any case, to take in although they are excluded by default
    ///     (``KnownSlideDefect``).
    /// - Throws: ``CamelyonDatasetError``; all else is a finding.
    public init(root: String, including: Set<String> = []) throws(CamelyonDatasetError) {
        let walk = try CamelyonFolderWalk(root: root)
        let files = CamelyonFiles(walk.files)
        guard !files.slides.isEmpty else { throw .noSlides(root: root) }
        var inspection = CamelyonInspection(files, including: including)
        for folder in walk.unreadable {
            inspection.note(.unreadableFolder(path: folder.path, reason: folder.reason))
        }
        self.root = root
        slides = inspection.slides()
        findings = inspection.findings
    }

    /// The slides that take part in a run, sorted by name.
    public var usable: [CamelyonSlide] { slides.filter(\.isUsable) }

    /// The slide of a name, if it was found; ``slides`` is sorted, so halving finds it.
    public subscript(name: CamelyonSlideName) -> CamelyonSlide? {
        var low = 0
        var high = slides.count
        while low < high {
            let middle = (low + high) / 2
            if slides[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low < slides.count && slides[low].name == name ? slides[low] : nil
    }
}

/// Why a folder is not taken for the data set.
public enum CamelyonDatasetError: Error, Equatable, CustomStringConvertible {
    case unreadable(FileError)
    case noSlides(root: String)
    case tooManyEntries(limit: Int)

    public var description: String {
        switch self {
        case .unreadable(let error): error.description
        case .noSlides(let root):
            "there is no slide of Camelyon16 below '\(root)': files called normal_001.tif, tumor_001.tif or "
                + "test_001.tif are looked for; give the folder into which the data set was downloaded"
        case .tooManyEntries(let limit):
            "there are more than \(limit) files below the folder: give that of the data set alone"
        }
    }
}
