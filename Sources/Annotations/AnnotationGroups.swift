/// Which groups of annotations are tumor and which are holes. Names are compared without case.
public struct AnnotationGroups: Sendable {
    private let labels: [String: LesionLabel]
    /// All names, as given, for messages.
    public let known: [String]

    public init(tumor: [String], hole: [String]) {
        labels = Dictionary(
            tumor.map { ($0.lowercased(), LesionLabel.tumor) } + hole.map { ($0.lowercased(), .hole) },
            uniquingKeysWith: { first, _ in first })
        known = tumor + hole
    }

    /// The groups of Camelyon16 and of its later releases.
    public static let camelyon16 = AnnotationGroups(tumor: ["Tumor", "_0", "_1"], hole: ["_2", "Exclusion"])

    func label(of group: String) -> LesionLabel? { labels[group.lowercased()] }
}

/// The groups that a file defines, each with the group that it is part of.
struct GroupNesting {
    /// Deeper nesting than this is taken for a circle.
    private static let depthLimit = 16

    /// How the file says that a group is not part of another one.
    private static let noParent = "none"

    private var parents: [String: String] = [:]

    var count: Int { parents.count }

    /// - Throws: `.repeatedGroup` if the group has another parent already.
    mutating func define(_ group: String, in parent: String) throws(AnnotationError.Problem) {
        let (key, parent) = (group.lowercased(), parent.lowercased())
        if let earlier = parents[key], earlier != parent { throw .repeatedGroup(group) }
        parents[key] = parent
    }

    /// The label of the nearest group, from `group` outward, that has one. Nil if none has: no label is
    /// guessed from a name that nobody has agreed on.
    func label(of group: String, by groups: AnnotationGroups) throws(AnnotationError.Problem) -> LesionLabel?
    {
        var current = group
        for _ in 0..<Self.depthLimit {
            if let label = groups.label(of: current) { return label }
            guard let parent = parents[current.lowercased()], parent != Self.noParent else { return nil }
            current = parent
        }
        throw .groupNesting(group)
    }
}
