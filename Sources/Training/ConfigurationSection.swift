/// A mapping of the document while it is read: every access checks type and range, and keys nobody knows are
/// refused at once.
package struct ConfigurationSection {
    /// Keys from the root, joined by dots; empty for the root.
    package let path: String
    package let line: Int?
    private let fields: [String: ConfigurationNode]

    /// - Parameter known: all keys that this section may have; nil for any (the caller checks them).
    package init(_ node: ConfigurationNode, path: String, known: [String]?) throws(ConfigurationError) {
        self.path = path
        line = node.line
        guard case .mapping(let pairs) = node.value else {
            throw .wrongType(
                key: path.isEmpty ? "the configuration" : path, line: node.line,
                expected: "a section with keys of its own", found: node.kind)
        }
        fields = Dictionary(pairs.map { ($0.key, $0.node) }, uniquingKeysWith: { first, _ in first })
        guard let known else { return }
        for (key, node) in pairs where !known.contains(key) {
            throw .unknownKey(
                Self.join(path, key), line: node.line, nearest: Spelling.nearest(to: key, among: known),
                known: known)
        }
    }

    /// Keys in the order of their letters.
    package var keys: [String] { fields.keys.sorted() }

    package func path(_ key: String) -> String { Self.join(path, key) }

    private static func join(_ path: String, _ key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }

    /// The value of a key; nil if it is absent or null.
    package func node(_ key: String) -> ConfigurationNode? {
        guard let node = fields[key] else { return nil }
        if case .null = node.value { return nil }
        return node
    }

    package func section(_ key: String, known: [String]?) throws(ConfigurationError) -> ConfigurationSection?
    {
        guard let node = node(key) else { return nil }
        return try ConfigurationSection(node, path: path(key), known: known)
    }

    package func integer(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
        guard let node = node(key) else { return nil }
        return try integer(node, key: key, in: range)
    }

    private func integer(
        _ node: ConfigurationNode, key: String, in range: ClosedRange<Int>
    ) throws(ConfigurationError) -> Int {
        guard case .integer(let integer) = node.value else {
            throw .wrongType(key: path(key), line: node.line, expected: "a whole number", found: node.kind)
        }
        guard range.contains(integer) else {
            throw .outOfRange(
                key: path(key), line: node.line, found: "\(integer)",
                range: range.upperBound == .max
                    ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    /// One whole number or a list of them.
    package func integers(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> [Int]? {
        guard let node = node(key) else { return nil }
        guard case .list(let items) = node.value else { return [try integer(node, key: key, in: range)] }
        guard !items.isEmpty else {
            throw .wrongType(
                key: path(key), line: node.line, expected: "whole numbers", found: "an empty list")
        }
        var values: [Int] = []
        for item in items { values.append(try integer(item, key: key, in: range)) }
        return values
    }

    package func number(_ key: String, in range: ClosedRange<Double>) throws(ConfigurationError) -> Double? {
        guard let node = node(key) else { return nil }
        let number: Double
        switch node.value {
        case .integer(let integer): number = Double(integer)
        case .number(let value): number = value
        default:
            throw .wrongType(key: path(key), line: node.line, expected: "a number", found: node.kind)
        }
        guard range.contains(number) else {
            throw .outOfRange(
                key: path(key), line: node.line, found: "\(number)",
                range: "\(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    package func flag(_ key: String) throws(ConfigurationError) -> Bool? {
        guard let node = node(key) else { return nil }
        guard case .flag(let flag) = node.value else {
            throw .wrongType(key: path(key), line: node.line, expected: "true or false", found: node.kind)
        }
        return flag
    }

    /// Text; a number without quotes is taken as it would be read.
    package func text(_ key: String) throws(ConfigurationError) -> String? {
        guard let node = node(key) else { return nil }
        return try text(node, key: key)
    }

    private func text(_ node: ConfigurationNode, key: String) throws(ConfigurationError) -> String {
        switch node.value {
        case .text(let text): return text
        case .integer(let integer): return String(integer)
        default: throw .wrongType(key: path(key), line: node.line, expected: "text", found: node.kind)
        }
    }

    /// One text or a list of texts.
    package func texts(_ key: String) throws(ConfigurationError) -> [String]? {
        guard let node = node(key) else { return nil }
        guard case .list(let items) = node.value else { return [try text(node, key: key)] }
        var values: [String] = []
        for item in items { values.append(try text(item, key: key)) }
        return values
    }

    package func choice<Choice>(_ key: String, _ type: Choice.Type) throws(ConfigurationError) -> Choice?
    where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
        guard let text = try text(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue)
            throw .unknownValue(
                key: path(key), line: node(key)?.line, found: text,
                nearest: Spelling.nearest(to: text, among: known), known: known)
        }
        return choice
    }
}
