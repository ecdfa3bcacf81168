/// Something about the data set on this disk that its user should know, with the fix.
public enum CamelyonFinding: Sendable, Equatable {
    /// No slide of a series is there.
    case missingSlides(CamelyonSlideName.Series)
    /// Tumor slides, sorted, that have no outlines of their tumors.
    case missingAnnotations([CamelyonSlideName])
    /// Outlines are missing and a packed file has them.
    case packedAnnotations(path: String)
    /// There is no reference table, so the labels of all test slides are unknown.
    case noReference(testSlides: Int, haveAnnotations: Bool)
    case unusableReference(path: String, reason: String)
    /// Lines of a reference table that name no slide or have no known label.
    case badReferenceRows(path: String, lines: [Int])
    /// Slides that reference tables call both normal and tumor.
    case conflictingReference([CamelyonSlideName])
    /// Training slides that the reference table labels otherwise than their names do.
    case referenceContradictsName([CamelyonSlideName])
    case referenceWithoutSlide([CamelyonSlideName])
    case testSlidesWithoutReference([CamelyonSlideName])
    /// Normal slides with outlines of tumors.
    case annotatedNormalSlides([CamelyonSlideName])
    case duplicateSlide(CamelyonSlideName, paths: [String])
    case duplicateAnnotation(CamelyonSlideName, paths: [String])
    /// A slide, annotation or table that is no file or cannot be reached.
    case notAFile(path: String)
    case unreadableFolder(path: String, reason: String)
    /// Names that the caller takes in, sorted, of which there is no slide.
    case unknownInclusions([String])
    /// How much of the release is there.
    case totals(CamelyonTotals)

    /// Whether nothing has to be done about it.
    public var isInformation: Bool {
        switch self {
        case .totals: true
        default: false
        }
    }

    /// The stable code for tables.
    public var code: String {
        switch self {
        case .missingSlides: "missing_slides"
        case .missingAnnotations: "missing_annotations"
        case .packedAnnotations: "packed_annotations"
        case .noReference: "no_reference"
        case .unusableReference: "unusable_reference"
        case .badReferenceRows: "bad_reference_rows"
        case .conflictingReference: "conflicting_reference"
        case .referenceContradictsName: "reference_contradicts_name"
        case .referenceWithoutSlide: "reference_without_slide"
        case .testSlidesWithoutReference: "test_slides_without_reference"
        case .annotatedNormalSlides: "annotated_normal_slides"
        case .duplicateSlide: "duplicate_slide"
        case .duplicateAnnotation: "duplicate_annotation"
        case .notAFile: "not_a_file"
        case .unreadableFolder: "unreadable_folder"
        case .unknownInclusions: "unknown_inclusions"
        case .totals: "totals"
        }
    }
}

extension CamelyonFinding: CustomStringConvertible {
    /// A sentence, and the fix.
    public var description: String {
        switch self {
        case .missingSlides(let series): Self.missing(series)
        case .missingAnnotations(let slides):
            "\(Self.counted(slides, "tumor slide")) without an annotation: put tumor_001.xml and so on into "
                + "a folder lesion_annotations beside the slides; without them no tumor tile can be cut"
        case .packedAnnotations(let path):
            "the annotations are still packed in '\(path)': unpack it into a folder beside it"
        case .noReference(let count, let haveAnnotations):
            "there is no reference.csv, so the labels of the test slides (\(count)) are unknown: put the "
                + "file into the folder testing or evaluation"
                + (haveAnnotations
                    ? "; the annotations that are there do not say which slides are normal" : "")
        case .unusableReference(let path, let reason):
            "the reference table '\(path)' cannot be used: \(reason); download it again"
        case .badReferenceRows(let path, let lines):
            "the reference table '\(path)' has rows (\(lines.count)) without a slide's name or a known label "
                + "(normal, negative, tumor, micro, macro), in line \(Self.listed(lines)): correct or "
                + "remove them"
        case .conflictingReference(let slides):
            "\(Self.counted(slides, "slide")) with two different labels in the reference table, so the "
                + "label is unknown: keep the right row"
        case .referenceContradictsName(let slides):
            "\(Self.counted(slides, "training slide")) with another label in the reference table than in "
                + "the name, which is followed: check the table"
        case .referenceWithoutSlide(let slides):
            "\(Self.counted(slides, "slide")) of the reference table not found: download the rest if they "
                + "are needed"
        case .testSlidesWithoutReference(let slides):
            "\(Self.counted(slides, "test slide")) without a row in the reference table, so the label is "
                + "unknown: complete the table"
        case .annotatedNormalSlides(let slides):
            "\(Self.counted(slides, "normal slide")) with an annotation, which is not used: check the "
                + "reference table and the annotation's name"
        case .duplicateSlide(let slide, let paths), .duplicateAnnotation(let slide, let paths):
            "\(slide) has several different files: \(Self.listed(paths.map { "'\($0)'" })); keep one of them"
        case .notAFile(let path):
            "'\(path)' is no file or cannot be reached: check the link and the permissions"
        case .unreadableFolder(let path, let reason):
            "the folder '\(path)' cannot be listed (\(reason)): give read permission or move it away"
        case .unknownInclusions(let names):
            "\(Self.listed(names.map { "'\($0)'" })) cannot be taken in: there is no such slide"
        case .totals(let totals): totals.description
        }
    }

    private static func missing(_ series: CamelyonSlideName.Series) -> String {
        switch series {
        case .normal:
            "there are no normal training slides: put normal_001.tif and so on into training/normal or images"
        case .tumor:
            "there are no tumor training slides: put tumor_001.tif and so on into training/tumor or images"
        case .test: "there are no test slides: put test_001.tif and so on into testing/images or images"
        }
    }

    private static func counted(_ slides: [CamelyonSlideName], _ noun: String) -> String {
        "\(slides.count) \(noun)\(slides.count == 1 ? "" : "s") (\(listed(slides)))"
    }

    /// The first ones, and how many more there are.
    private static func listed(_ values: [some CustomStringConvertible]) -> String {
        let first = values.prefix(12).map(\.description).joined(separator: ", ")
        return values.count > 12 ? first + " and \(values.count - 12) more" : first
    }
}
