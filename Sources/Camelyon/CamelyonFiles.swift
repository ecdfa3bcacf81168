/// The files of the data set by what they are for, whatever release they come from.
///
/// Names decide, so that one rule covers all layouts: `training/normal`, `training/tumor`, `testing/images`
/// with `lesion_annotations`; `images` with `annotations`; `TrainingData/Train_Normal`, `Train_Tumor`,
/// `Ground_Truth/XML` with `Testset/Images`; a flat folder. Folders count only to leave out masks, which have
/// the suffix of slides.
struct CamelyonFiles {
    private(set) var slides: [CamelyonSlideName: [FoundFile]] = [:]
    private(set) var annotations: [CamelyonSlideName: [FoundFile]] = [:]
    /// Annotations that are still packed.
    private(set) var archives: [FoundFile] = []
    /// Tables with the labels of slides.
    private(set) var references: [FoundFile] = []

    private static let slideSuffixes: Set<String> = ["tif", "tiff"]
    private static let maskFolders: Set<String> = [
        "mask", "masks", "evaluation", "evaluation_mask", "evaluation_masks", "tissue_masks",
        "background_tissue",
    ]
    /// `gt.csv` is the name in the release of 2016.
    private static let referenceNames: Set<String> = ["reference.csv", "gt.csv"]

    init(_ files: [FoundFile]) {
        for file in files { sort(file) }
    }

    static func isNamedLikeSlide(_ name: String) -> Bool {
        CamelyonSlideName(fileName: name, suffixes: slideSuffixes) != nil
    }

    private mutating func sort(_ file: FoundFile) {
        let lower = file.name.lowercased()
        if Self.referenceNames.contains(lower) {
            references.append(file)
        } else if lower.hasSuffix(".zip"), lower.contains("annotation") {
            archives.append(file)
        } else if file.folders.allSatisfy({ !Self.maskFolders.contains($0) }) {
            if let slide = CamelyonSlideName(fileName: file.name, suffixes: Self.slideSuffixes) {
                Self.add(file, to: &slides[slide, default: []])
            } else if let slide = CamelyonSlideName(fileName: file.name, suffixes: ["xml"]) {
                Self.add(file, to: &annotations[slide, default: []])
            }
        }
    }

    /// A link to a file that is there already is no second file.
    private static func add(_ file: FoundFile, to files: inout [FoundFile]) {
        if let identity = file.identity, files.contains(where: { $0.identity == identity }) { return }
        files.append(file)
    }
}
