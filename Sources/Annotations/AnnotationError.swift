public import Records

/// Why an annotation file cannot be used. There is no way to use a part of one: a polygon lost is a wrong
/// label.
public struct AnnotationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, without the place.
    public enum Problem: Error, Sendable, Equatable {
        case unreadable(FileError)
        /// Neither UTF-8 nor ASCII; the text says what was found.
        case encoding(String)
        /// A DOCTYPE or ENTITY declaration, with which a file can refer to other files or grow without bound.
        case declaration
        /// Not well-formed; the code is libxml2's.
        case malformed(code: Int)
        case notAnnotations(root: String?)
        case tooMuch(AnnotationLimits.Quantity, limit: Int)
        case misplaced(element: String)
        case missing(attribute: String, element: String)
        case ambiguous(attribute: String, element: String)
        case notANumber(attribute: String, text: String)
        case decimalComma(attribute: String, text: String)
        case outOfRange(attribute: String, text: String)
        case partialOrder(annotation: String)
        /// A curve through its points, whose area would depend on how the curve is drawn.
        case spline(annotation: String)
        case unknownType(String, annotation: String)
        case unknownGroup(String, annotation: String, known: [String])
        case groupNesting(String)
        case repeatedGroup(String)
    }

    public let problem: Problem
    /// Line of the file, from 1, where known.
    public let line: Int?

    public init(_ problem: Problem, line: Int? = nil) {
        self.problem = problem
        self.line = line
    }

    /// A stable name for tables and manifests.
    public var reason: String { "bad_annotation" }

    public var description: String {
        line.map { "line \($0): \(problem)" } ?? problem.description
    }
}

extension AnnotationError.Problem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let error): error.description
        case .encoding(let found): "the annotation file has \(found); only UTF-8 and ASCII are read"
        case .declaration: "the annotation file has a DOCTYPE or ENTITY declaration, which is refused"
        case .malformed(let code): "the annotation file is not well-formed XML (libxml2 error \(code))"
        case .notAnnotations(let root):
            root.map { "the file's root is \(quoted($0)) in place of ASAP_Annotations" }
                ?? "the annotation file is empty"
        case .tooMuch(let quantity, let limit):
            "the annotation file exceeds the limit of \(limit) \(quantity.rawValue)"
        case .misplaced(let element): "element \(quoted(element)) stands where it may not"
        default: detail
        }
    }

    /// For problems of a single annotation, attribute or group.
    private var detail: String {
        switch self {
        case .missing(let attribute, let element): "element \(element) has no attribute \(attribute)"
        case .ambiguous(let attribute, let element): "element \(element) has attribute \(attribute) twice"
        case .notANumber(let attribute, let text): "\(attribute) is \(quoted(text)), which is not a number"
        case .decimalComma(let attribute, let text):
            "\(attribute) is \(quoted(text)) with a decimal comma; a decimal point is expected"
        case .outOfRange(let attribute, let text): "\(attribute) is \(quoted(text)), beyond one billion"
        case .partialOrder(let annotation):
            "annotation \(quoted(annotation)) numbers some of its vertices but not all"
        case .spline(let annotation):
            "annotation \(quoted(annotation)) is a Spline, whose area is not defined; convert it to a Polygon"
        case .unknownType(let type, let annotation):
            "annotation \(quoted(annotation)) has the unknown type \(quoted(type))"
        case .unknownGroup(let group, let annotation, let known):
            "annotation \(quoted(annotation)) is in group \(quoted(group)), which is neither tumor nor hole"
                + " (known: \(known.joined(separator: ", ")))"
        case .groupNesting(let group): "the groups around \(quoted(group)) are nested in a circle or too deep"
        case .repeatedGroup(let group): "group \(quoted(group)) is defined twice with different parents"
        default: "the annotation file cannot be used"
        }
    }
}

/// A text from a file as it may appear in a message: on one line and not too long.
func quoted(_ text: String) -> String {
    let limit = 80
    let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit).map(printable)))
    return "'\(start)\(text.unicodeScalars.count > limit ? "..." : "")'"
}

private func printable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: "?"
    default: scalar
    }
}
