import Annotations
import TestSupport

/// Writes ASAP annotation files, good and bad.
struct ASAPText {
    struct Outline {
        var name = "Annotation 0"
        var type = "Polygon"
        var group = "Tumor"
        var points = ASAPText.triangle
    }

    /// A coordinate element of its own.
    static func point(_ x: String, _ y: String, order: String?) -> String {
        "<Coordinate \(order.map { "Order=\"\($0)\" " } ?? "")X=\"\(x)\" Y=\"\(y)\" />\n"
    }

    static func points(_ vertices: [Vertex]) -> String {
        vertices.enumerated().map { point("\($1.x)", "\($1.y)", order: "\($0)") }.joined()
    }

    static let triangle = points([Vertex(x: 0, y: 0), Vertex(x: 12.25, y: 0), Vertex(x: 0, y: 8)])

    static let heading = "<?xml version=\"1.0\"?>\n"

    static func file(_ outlines: Outline..., groups: String = "") -> String {
        file(all: outlines, groups: groups)
    }

    /// - Parameter groups: Group elements.
    static func file(all outlines: [Outline], groups: String = "") -> String {
        let annotations = outlines.map {
            """
            <Annotation Name="\($0.name)" Type="\($0.type)" PartOfGroup="\($0.group)" Color="#F4FA58">
            <Coordinates>\n\($0.points)</Coordinates></Annotation>\n
            """
        }
        return heading + "<ASAP_Annotations>\n<Annotations>\n" + annotations.joined()
            + "</Annotations>\n<AnnotationGroups>\n\(groups)</AnnotationGroups>\n</ASAP_Annotations>\n"
    }

    static func group(_ name: String, in parent: String = "None") -> String {
        "<Group Name=\"\(name)\" PartOfGroup=\"\(parent)\" Color=\"#00ff00\"><Attributes /></Group>\n"
    }
}

extension ASAPAnnotationFile {
    /// Reads a text through a temporary file.
    init(
        text: String, limits: AnnotationLimits = .standard, pieceLimit: Int = 1 << 16
    ) throws {
        try self.init(bytes: Array(text.utf8), limits: limits, pieceLimit: pieceLimit)
    }

    init(bytes: [UInt8], limits: AnnotationLimits = .standard, pieceLimit: Int = 1 << 16) throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("annotation.xml", bytes)
        try self.init(path: path, groups: .camelyon16, limits: limits, pieceLimit: pieceLimit)
    }
}

/// The error of reading a text; nil when it is read.
func refusal(
    of text: String, limits: AnnotationLimits = .standard, pieces: Int = 1 << 16
) throws -> AnnotationError? {
    try refusal(of: Array(text.utf8), limits: limits, pieces: pieces)
}

func refusal(
    of bytes: [UInt8], limits: AnnotationLimits = .standard, pieces: Int = 1 << 16
) throws -> AnnotationError? {
    do {
        _ = try ASAPAnnotationFile(bytes: bytes, limits: limits, pieceLimit: pieces)
        return nil
    } catch let error as AnnotationError {
        return error
    }
}
