import Foundation
import Records

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The outlined areas of an ASAP annotation file (`ASAP_Annotations`), as Camelyon16 has one for every slide
/// with tumor.
///
/// Polygons and rectangles of the groups in an ``AnnotationGroups`` are areas; a group without a label of its
/// own has that of the group it is part of. Names of elements, attributes, types and groups are compared
/// without case. A file with anything that could change an area's meaning or shape (an unknown group or type,
/// a Spline, a number that is none, a declaration, another encoding) is refused; what encloses nothing is in
/// ``warnings``.
public struct ASAPAnnotationFile: Sendable {
    /// In the sequence of the file, each with at least three different vertices.
    public let annotations: [LesionAnnotation]
    public let warnings: [AnnotationWarning]

    /// Reads a file, of which only a small piece is in memory at any time.
    public init(
        path: String, groups: AnnotationGroups = .camelyon16, limits: AnnotationLimits = .standard
    ) throws(AnnotationError) {
        try self.init(path: path, groups: groups, limits: limits, pieceLimit: 1 << 16)
    }

    /// - Parameter pieceLimit: bytes that are read at once.
    package init(
        path: String, groups: AnnotationGroups, limits: AnnotationLimits, pieceLimit: Int
    ) throws(AnnotationError) {
        let stream: InspectedStream
        do throws(FileError) {
            stream = try InspectedStream(path: path, limits: limits, pieceLimit: pieceLimit)
        } catch {
            throw AnnotationError(.unreadable(error))
        }
        let document = ASAPDocument(groups: groups, limits: limits)
        let parser = XMLParser(stream: stream)
        parser.delegate = document
        let isWellFormed = parser.parse()
        // The stream ends early at its own problem, which the parser can only take for a broken file.
        if let problem = stream.problem ?? document.problem { throw problem }
        guard isWellFormed, document.isClosed else {
            let code = (parser.parserError as NSError?)?.code ?? 0
            throw AnnotationError(.malformed(code: code), line: parser.lineNumber)
        }
        annotations = try document.annotations()
        warnings = document.warnings
    }
}
