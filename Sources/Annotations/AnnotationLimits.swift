/// How much an annotation file may contain. Far more than any slide needs, and so little that no file can
/// exhaust the memory: each limit is checked before what it counts is kept.
public struct AnnotationLimits: Sendable {
    /// What is counted, in the words of a message.
    public enum Quantity: String, Sendable {
        case bytes
        case bytesWithoutMarkup = "bytes between two angle brackets"
        case attributeBytes = "bytes in an attribute"
        case depth = "nested elements"
        case annotations
        case points
        case pointsPerAnnotation = "points in an annotation"
        case groups
        case unknownElements = "unknown elements"
    }

    /// The largest files of Camelyon16 have a few megabytes.
    public var bytes = 512 << 20
    /// Bounds what the XML parser itself collects before it reports a tag or a text.
    public var bytesWithoutMarkup = 1 << 16
    public var attributeBytes = 4096
    public var depth = 16
    public var annotations = 100_000
    public var points = 20_000_000
    public var pointsPerAnnotation = 5_000_000
    public var groups = 10_000
    /// Different names of elements that are passed over.
    public var unknownElements = 100

    public static let standard = AnnotationLimits()

    public init() {}
}
