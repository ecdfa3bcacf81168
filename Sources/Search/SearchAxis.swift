package import Training

/// A parameter that a search varies.
public struct SearchAxis: Sendable {
    /// As the grid names it: a key such as `network.latent_channels`, or any name if its values say what they set.
    public let name: String
    public let values: [Value]

    /// One of the values: what it sets.
    public struct Value: Sendable {
        /// For tables and pictures.
        public let label: String
        package let settings: [(path: String, value: ConfigurationNode)]
    }

    /// The axes of the section `grid`, in the order of their names.
    static func axes(_ root: ConfigurationSection) throws(ConfigurationError) -> [SearchAxis] {
        guard let grid = try root.section("grid", known: nil) else {
            throw .contradiction(
                "there is no section grid; add one, such as grid: {extractor.taps: [[r22], [r32]]}")
        }
        guard !grid.keys.isEmpty else { throw .contradiction("the grid names no parameter") }
        var axes: [SearchAxis] = []
        for name in grid.keys {
            guard let node = grid.node(name), case .list(let items) = node.value, !items.isEmpty else {
                throw .wrongType(
                    key: grid.path(name), line: grid.node(name)?.line, expected: "a list of values",
                    found: grid.node(name)?.kind ?? "nothing")
            }
            var values: [Value] = []
            for item in items { values.append(Value(item, axis: name)) }
            let labels = values.map(\.label)
            guard Set(labels).count == labels.count else {
                throw .contradiction("the grid lists a value of \(name) twice")
            }
            if let value = values.first(where: { $0.settings.isEmpty }) {
                throw .contradiction("the value \(value.label) of \(name) sets nothing")
            }
            axes.append(SearchAxis(name: name, values: values))
        }
        try refuseConflicts(axes)
        return axes
    }

    /// Two parameters that set the same key: the table would say of one what the other decided.
    private static func refuseConflicts(_ axes: [SearchAxis]) throws(ConfigurationError) {
        let reserved = ["rank", "trial", "status", "auc", "auc_sd", "loss_kind", "updates", "reason"]
        for (index, axis) in axes.enumerated() {
            // The key `loss` has its column under the name `loss_kind`.
            if reserved.contains(axis.name) {
                throw .contradiction(
                    "a parameter cannot be called \(axis.name), which is a column of the results")
            }
            let keys = Set(axis.values.flatMap { $0.settings.map(\.path) })
            if let key = ["hold_out", "name"].first(where: keys.contains) {
                throw .contradiction(
                    "\(axis.name) varies \(key), which decides nothing that the folds could compare")
            }
            for other in axes.dropFirst(index + 1) {
                for key in Set(other.values.flatMap { $0.settings.map(\.path) }).sorted() {
                    let conflict = keys.sorted().first {
                        $0 == key || $0.hasPrefix(key + ".") || key.hasPrefix($0 + ".")
                    }
                    guard let conflict else { continue }
                    throw .contradiction(
                        "\(axis.name) sets \(conflict) and \(other.name) sets \(key); let one parameter set both"
                    )
                }
            }
        }
    }

    /// All combinations, the last axis fastest.
    static func places(_ axes: [SearchAxis]) -> [[Int]] {
        axes.reduce([[]]) { combinations, axis in
            combinations.flatMap { places in axis.values.indices.map { places + [$0] } }
        }
    }
}

extension SearchAxis.Value {
    /// A value of the key that the axis is named after; or a section with dotted keys, which are set together, and
    /// `label` for what it is called.
    fileprivate init(_ node: ConfigurationNode, axis: String) {
        // A section such as `{method: vahadane}` is the value of a key whose values are sections.
        guard case .mapping(let pairs) = node.value,
            pairs.contains(where: { $0.key.contains(".") || $0.key == "label" })
        else {
            self.init(label: node.label, settings: [(axis, node)])
            return
        }
        let settings = pairs.filter { $0.key != "label" }
        let given = pairs.first { $0.key == "label" }?.node.label
        self.init(
            label: given ?? settings.map(\.node.label).joined(separator: ", "),
            settings: settings.map { ($0.key, $0.node) })
    }
}

extension ConfigurationNode {
    /// The value in few letters.
    var label: String {
        switch value {
        case .null: "none"
        case .flag(let flag): "\(flag)"
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .text(let text): text
        case .list(let nodes): nodes.map(\.label).joined(separator: "+")
        case .mapping(let pairs): pairs.map { "\($0.key) \($0.node.label)" }.joined(separator: ", ")
        }
    }

    /// The document with another value at a dotted path; sections on the way are made where there are none.
    func setting(_ path: String, to new: ConfigurationNode) throws(ConfigurationError) -> ConfigurationNode {
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        guard let key = parts.first, !path.hasPrefix(".") else {
            throw .contradiction("the grid's key '\(path)' names nothing")
        }
        let pairs: [(key: String, node: ConfigurationNode)]
        switch value {
        case .mapping(let known): pairs = known
        // `loss: perceptual` is a section in few words; what is set replaces it.
        case .text, .null: pairs = []
        default:
            throw .wrongType(
                key: path, line: new.line, expected: "a section with keys of its own", found: kind)
        }
        let inner = pairs.first { $0.key == key }?.node
        let node =
            parts.count == 1
            ? new : try (inner ?? ConfigurationNode(.mapping([]))).setting(parts[1], to: new)
        return ConfigurationNode(
            .mapping(pairs.filter { $0.key != key } + [(key: key, node: node)]), line: line)
    }
}
