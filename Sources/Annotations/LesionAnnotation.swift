/// What the pixels inside of an annotation are.
public enum LesionLabel: String, Sendable, Hashable {
    case tumor
    /// Not tumor although a tumor polygon contains it.
    case hole
}

/// One area that a pathologist has outlined.
public struct LesionAnnotation: Sendable, Hashable {
    /// As in the file; may be empty, and is not unique.
    public let name: String
    public let label: LesionLabel
    public let polygon: Polygon

    public init(name: String, label: LesionLabel, polygon: Polygon) {
        self.name = name
        self.label = label
        self.polygon = polygon
    }
}

/// Something in an annotation file that was read over or taken in one of two possible ways. None changes the
/// tumor region silently: an area that is left out encloses nothing.
public enum AnnotationWarning: Sendable, Hashable, CustomStringConvertible {
    /// The polygon has fewer than three different vertices and encloses nothing; it is left out.
    case enclosesNothing(annotation: String, line: Int)
    /// Annotations of this type (Dot, PointSet, Measurement) are no areas; it is left out.
    case notAnArea(type: String, annotation: String, line: Int)
    /// Vertices have no Order; they are taken as they stand in the file.
    case noOrder(annotation: String, line: Int)
    /// Several vertices have the same Order; these are taken as they stand in the file.
    case repeatedOrder(annotation: String, line: Int)
    /// An element that ASAP does not write; it is passed over. Told once for every name.
    case unknownElement(String, line: Int)

    public var description: String {
        switch self {
        case .enclosesNothing(let annotation, let line):
            "line \(line): annotation \(quoted(annotation)) has fewer than three different points"
                + " and is left out"
        case .notAnArea(let type, let annotation, let line):
            "line \(line): annotation \(quoted(annotation)) of type \(quoted(type)) is no area"
                + " and is left out"
        case .noOrder(let annotation, let line):
            "line \(line): annotation \(quoted(annotation)) numbers no vertex; they are taken as they stand"
        case .repeatedOrder(let annotation, let line):
            "line \(line): annotation \(quoted(annotation)) has several vertices with the same Order;"
                + " these are taken as they stand"
        case .unknownElement(let name, let line):
            "line \(line): element \(quoted(name)) is unknown and passed over"
        }
    }
}
