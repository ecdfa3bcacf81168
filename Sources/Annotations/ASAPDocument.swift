import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// What the XML parser reports of an ASAP file, checked and collected.
///
/// The parser's calls cannot throw: the first problem is kept, ends the parsing, and nothing after it is
/// looked at.
final class ASAPDocument: NSObject, XMLParserDelegate {
    /// Elements that ASAP writes and whose own attributes are of no use here.
    private static let plainElements: Set = [
        "asap_annotations", "annotations", "coordinates", "annotationgroups", "attributes", "attribute",
    ]

    private let limits: AnnotationLimits
    private let groups: AnnotationGroups
    private var depth = 0
    private var root: String?
    private var current: OutlinedAnnotation?
    private var outlines: [(name: String, group: String, line: Int, polygon: Polygon)] = []
    private var annotationCount = 0
    private var pointCount = 0
    private var nesting = GroupNesting()
    private var unknownElements: Set<String> = []
    private(set) var warnings: [AnnotationWarning] = []
    private(set) var problem: AnnotationError?

    init(groups: AnnotationGroups, limits: AnnotationLimits) {
        self.groups = groups
        self.limits = limits
    }

    /// Whether everything that was opened has been closed; the parser reports success for some truncated
    /// files.
    var isClosed: Bool { depth == 0 }

    /// The annotations that enclose an area, in the sequence of the file. To be asked after parsing.
    func annotations() throws(AnnotationError) -> [LesionAnnotation] {
        guard root != nil else { throw AnnotationError(.notAnnotations(root: nil)) }
        var result: [LesionAnnotation] = []
        result.reserveCapacity(outlines.count)
        for outline in outlines {
            let label = try label(of: outline.group, annotation: outline.name, line: outline.line)
            if outline.polygon.hasThreeDistinctVertices {
                result.append(LesionAnnotation(name: outline.name, label: label, polygon: outline.polygon))
            }
        }
        return result
    }

    private func label(of group: String, annotation: String, line: Int) throws(AnnotationError) -> LesionLabel
    {
        do throws(AnnotationError.Problem) {
            if let label = try nesting.label(of: group, by: groups) { return label }
            throw .unknownGroup(group, annotation: annotation, known: groups.known)
        } catch {
            throw AnnotationError(error, line: line)
        }
    }

    // MARK: - Calls of the parser

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        let list = AttributeList(attributes, of: element)
        attempt(parser) { line throws(AnnotationError.Problem) in
            try begin(element.lowercased(), as: element, list, line: line)
        }
    }

    func parser(
        _ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?
    ) {
        attempt(parser) { _ throws(AnnotationError.Problem) in
            depth -= 1
            if element.lowercased() == "annotation" { try endAnnotation() }
        }
    }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
        attempt(parser) { _ throws(AnnotationError.Problem) in throw .malformed(code: (error as NSError).code)
        }
    }

    private func attempt(
        _ parser: XMLParser, _ step: (_ line: Int) throws(AnnotationError.Problem) -> Void
    ) {
        guard problem == nil else { return }
        let line = parser.lineNumber
        do throws(AnnotationError.Problem) {
            try step(line)
        } catch {
            problem = AnnotationError(error, line: line)
            parser.abortParsing()
        }
    }

    // MARK: - Elements

    private func begin(
        _ element: String, as spelling: String, _ attributes: AttributeList, line: Int
    ) throws(AnnotationError.Problem) {
        depth += 1
        try check(depth, .depth, limits.depth)
        try check(attributes.longest, .attributeBytes, limits.attributeBytes)
        if root == nil {
            guard element == "asap_annotations" else { throw .notAnnotations(root: spelling) }
            root = spelling
        }
        switch element {
        case "annotation": try beginAnnotation(attributes, as: spelling, line: line)
        case "coordinate": try addPoint(attributes, as: spelling)
        case "group": try defineGroup(attributes)
        default: if !Self.plainElements.contains(element) { try noteUnknown(spelling, line: line) }
        }
    }

    private func beginAnnotation(
        _ attributes: AttributeList, as spelling: String, line: Int
    ) throws(AnnotationError.Problem) {
        guard current == nil else { throw .misplaced(element: spelling) }
        annotationCount += 1
        try check(annotationCount, .annotations, limits.annotations)
        current = try OutlinedAnnotation(attributes, line: line)
    }

    private func addPoint(_ attributes: AttributeList, as spelling: String) throws(AnnotationError.Problem) {
        guard current != nil else { throw .misplaced(element: spelling) }
        pointCount += 1
        try check(pointCount, .points, limits.points)
        try current?.addPoint(attributes)
        try check(current?.pointCount ?? 0, .pointsPerAnnotation, limits.pointsPerAnnotation)
    }

    private func endAnnotation() throws(AnnotationError.Problem) {
        guard let ended = current else { return }
        current = nil
        guard let group = ended.group else {
            warnings.append(.notAnArea(type: ended.type, annotation: ended.name, line: ended.line))
            return
        }
        let polygon = try ended.outline(&warnings)
        if !polygon.hasThreeDistinctVertices {
            warnings.append(.enclosesNothing(annotation: ended.name, line: ended.line))
        }
        outlines.append((ended.name, group, ended.line, polygon))
    }

    private func defineGroup(_ attributes: AttributeList) throws(AnnotationError.Problem) {
        try nesting.define(attributes.requiredText("Name"), in: attributes.text("PartOfGroup") ?? "None")
        try check(nesting.count, .groups, limits.groups)
    }

    private func noteUnknown(_ element: String, line: Int) throws(AnnotationError.Problem) {
        guard unknownElements.insert(element).inserted else { return }
        try check(unknownElements.count, .unknownElements, limits.unknownElements)
        warnings.append(.unknownElement(element, line: line))
    }

    private func check(
        _ count: Int, _ quantity: AnnotationLimits.Quantity, _ limit: Int
    ) throws(AnnotationError.Problem) {
        if count > limit { throw .tooMuch(quantity, limit: limit) }
    }
}
