/// A slide of which more is known than its file says.
public struct KnownSlideDefect: Sendable, Equatable {
    /// The raw value is the stable code of tables.
    public enum Reason: String, Sendable, Hashable {
        case leftOutByPaper = "left_out_by_paper"
        case notExhaustivelyAnnotated = "not_exhaustively_annotated"
        case officialDuplicate = "official_duplicate"
        case mislabeled = "mislabeled"
        case renamed = "renamed"
    }

    public let slide: CamelyonSlideName
    public let reason: Reason
    /// One sentence for reports.
    public let sentence: String
    /// Whether a run leaves the slide out unless the caller takes it in.
    public let isExcludedByDefault: Bool
    /// What the slide shows, where that differs from its name.
    let trueLabel: CamelyonLabel?

    private init(
        _ slide: CamelyonSlideName, _ reason: Reason, _ sentence: String, isExcludedByDefault: Bool = true,
        trueLabel: CamelyonLabel? = nil
    ) {
        self.slide = slide
        self.reason = reason
        self.sentence = sentence
        self.isExcludedByDefault = isExcludedByDefault
        self.trueLabel = trueLabel
    }

    /// All of them, sorted by name.
    public static let all: [KnownSlideDefect] =
        [27, 45].map { leftOut($0) } + [mislabeled] + [108, 144, 150, 158].map { leftOut($0) } + [
            KnownSlideDefect(
                CamelyonSlideName(.test, 49), .officialDuplicate,
                "the organizers removed it from the test set as a duplicate of another slide"),
            KnownSlideDefect(
                CamelyonSlideName(.test, 114), .notExhaustivelyAnnotated,
                "not all of its metastases are outlined, and the paper leaves it out"),
            KnownSlideDefect(
                CamelyonSlideName(.tumor, 111), .renamed,
                "it was normal_086 until a tumor was found on it; releases of 2016 have it under that name",
                isExcludedByDefault: false),
        ]

    /// What is known of a slide; nil for nearly all.
    public static func of(_ slide: CamelyonSlideName) -> KnownSlideDefect? { table[slide] }

    private static let table = Dictionary(uniqueKeysWithValues: all.map { ($0.slide, $0) })

    private static let mislabeled = KnownSlideDefect(
        CamelyonSlideName(.normal, 86), .mislabeled,
        "a tumor was found on it after the first release; later releases have it as tumor_111",
        trueLabel: .tumor)

    private static func leftOut(_ number: Int16) -> KnownSlideDefect {
        KnownSlideDefect(
            CamelyonSlideName(.normal, number), .leftOutByPaper,
            "the paper leaves it out of its normal training slides, and its lists have no tile of it")
    }
}
