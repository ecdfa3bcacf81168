/// A slide of the data set as it lies on this disk.
public struct CamelyonSlide: Sendable, Equatable {
    public let name: CamelyonSlideName
    /// Path of the image; of the first one if there are several.
    public let path: String
    /// What the slide shows: said by its name in the training part and by the reference table in the test
    /// part; nil if nothing says it.
    public let label: CamelyonLabel?
    /// Path of the XML file with the outlines of its tumors.
    public let annotationPath: String?
    public let standing: Standing

    public var part: CamelyonPart { name.part }

    /// Whether a slide takes part in a run. Those that do not are listed all the same.
    public enum Standing: Sendable, Equatable {
        case usable
        /// Left out for a known reason; the caller may take it in.
        case excluded(KnownSlideDefect)
        /// Cannot be used as it lies there.
        case failed(Failure)
    }

    /// Why a slide cannot be used. The raw value is the stable code of tables.
    public enum Failure: String, Sendable, Hashable {
        case duplicateSlide = "duplicate_slide"
        case duplicateAnnotation = "duplicate_annotation"
        case notRegular = "not_regular"
        case cannotOpen = "cannot_open"

        /// What is wrong and what to do.
        public var sentence: String {
            switch self {
            case .duplicateSlide:
                "two different files have the name of this slide: keep one of them"
            case .duplicateAnnotation:
                "two different annotation files have the name of this slide: keep one of them"
            case .notRegular: "it is no file: put the image in its place"
            case .cannotOpen: "the file cannot be reached: check the link and the permissions"
            }
        }
    }

    public var isUsable: Bool { standing == .usable }

    /// The stable code of why the slide takes no part; nil if it does.
    public var reasonCode: String? {
        switch standing {
        case .usable: nil
        case .excluded(let defect): defect.reason.rawValue
        case .failed(let failure): failure.rawValue
        }
    }

    /// Why the slide takes no part, in a sentence; nil if it does.
    public var reasonSentence: String? {
        switch standing {
        case .usable: nil
        case .excluded(let defect): defect.sentence
        case .failed(let failure): failure.sentence
        }
    }
}
