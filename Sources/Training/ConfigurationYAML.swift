internal import Yams

extension ConfigurationNode {
    /// Reads YAML text.
    ///
    /// Plain scalars are numbers where they look like numbers to anybody: YAML 1.1 itself would call `1e-3` text.
    package init(yaml text: String) throws(ConfigurationError) {
        try YAMLGuard.check(text)
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw error.configurationError
        } catch {
            throw .syntax(line: nil, reason: "\(error)")
        }
        guard let root else {
            self.init(.mapping([]))
            return
        }
        try self.init(root)
    }

    private init(_ node: Node) throws(ConfigurationError) {
        let line = node.mark?.line
        switch node {
        case .scalar(let scalar):
            self.init(scalar.style == .plain ? Self.plain(scalar.string) : .text(scalar.string), line: line)
        case .sequence(let sequence):
            var nodes: [ConfigurationNode] = []
            for item in sequence { nodes.append(try ConfigurationNode(item)) }
            self.init(.list(nodes), line: line)
        case .mapping(let mapping):
            var pairs: [(key: String, node: ConfigurationNode)] = []
            for (key, value) in mapping {
                guard let name = key.scalar?.string else {
                    throw .syntax(line: key.mark?.line, reason: "a key must be a word")
                }
                let node = try ConfigurationNode(value)
                pairs.append((name, ConfigurationNode(node.value, line: key.mark?.line)))
            }
            self.init(.mapping(pairs), line: line)
        case .alias: throw YAMLGuard.references(line: line)
        }
    }

    /// What a word without quotes means.
    static func plain(_ text: String) -> Value {
        switch text {
        case "", "~", "null": return .null
        case "true", "True", "yes": return .flag(true)
        case "false", "False", "no": return .flag(false)
        default: break
        }
        // Keeps `nan` and `infinity`, which Swift would take for numbers, as text.
        let looksNumeric = text.first.map { $0.isNumber || "+-.".contains($0) } ?? false
        guard looksNumeric else { return .text(text) }
        if let integer = Int(text) { return .integer(integer) }
        if let number = Double(text), number.isFinite { return .number(number) }
        return .text(text)
    }
}

extension YamlError {
    fileprivate var configurationError: ConfigurationError {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return .syntax(line: mark.line, reason: problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "\($0)" }.sorted().joined(separator: ", ")
            return .syntax(line: context.mark.line, reason: "a key stands there twice: \(names)")
        case .reader(let problem, _, _, _): return .syntax(line: nil, reason: problem)
        default: return .syntax(line: nil, reason: "\(self)")
        }
    }
}
