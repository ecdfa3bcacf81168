/// One value of a configuration document, whether it came as YAML or as JSON.
///
/// Both forms have the same keys: the JSON in a model file is also a configuration that can be trained again.
package struct ConfigurationNode: Sendable {
    package indirect enum Value: Sendable {
        case null
        case flag(Bool)
        case integer(Int)
        case number(Double)
        case text(String)
        case list([ConfigurationNode])
        case mapping([(key: String, node: ConfigurationNode)])
    }

    package let value: Value
    /// Line of the YAML text, from 1.
    package let line: Int?

    package init(_ value: Value, line: Int? = nil) {
        self.value = value
        self.line = line
    }

    package static func integer(_ value: Int) -> ConfigurationNode { ConfigurationNode(.integer(value)) }
    package static func number(_ value: Double) -> ConfigurationNode { ConfigurationNode(.number(value)) }
    package static func text(_ value: String) -> ConfigurationNode { ConfigurationNode(.text(value)) }
    package static func flag(_ value: Bool) -> ConfigurationNode { ConfigurationNode(.flag(value)) }
    package static func list(_ nodes: [ConfigurationNode]) -> ConfigurationNode {
        ConfigurationNode(.list(nodes))
    }

    /// A mapping without the keys whose value is nil.
    package static func mapping(_ pairs: KeyValuePairs<String, ConfigurationNode?>) -> ConfigurationNode {
        mapping(pairs.map { ($0.key, $0.value) })
    }

    package static func mapping(_ pairs: [(String, ConfigurationNode?)]) -> ConfigurationNode {
        ConfigurationNode(
            .mapping(
                pairs.compactMap { key, node in
                    if let node { (key, node) } else { nil }
                }))
    }

    /// What this is, for error texts.
    package var kind: String {
        switch value {
        case .null: "nothing"
        case .flag(let flag): "'\(flag)'"
        case .integer(let integer): "'\(integer)'"
        case .number(let number): "'\(number)'"
        case .text(let text): "'\(text)'"
        case .list: "a list"
        case .mapping: "a section of its own"
        }
    }
}

extension ConfigurationNode: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        line = nil
        if let fields = try? decoder.container(keyedBy: Key.self) {
            let keys = fields.allKeys.sorted { $0.stringValue < $1.stringValue }
            value = .mapping(
                try keys.map { ($0.stringValue, try fields.decode(ConfigurationNode.self, forKey: $0)) })
        } else if var items = try? decoder.unkeyedContainer() {
            var nodes: [ConfigurationNode] = []
            while !items.isAtEnd { nodes.append(try items.decode(ConfigurationNode.self)) }
            value = .list(nodes)
        } else {
            value = try Self.scalar(decoder.singleValueContainer())
        }
    }

    private static func scalar(_ container: any SingleValueDecodingContainer) throws -> Value {
        if container.decodeNil() { return .null }
        if let flag = try? container.decode(Bool.self) { return .flag(flag) }
        if let integer = try? container.decode(Int.self) { return .integer(integer) }
        if let number = try? container.decode(Double.self) { return .number(number) }
        return .text(try container.decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        switch value {
        case .mapping(let pairs):
            var fields = encoder.container(keyedBy: Key.self)
            for (key, node) in pairs { try fields.encode(node, forKey: Key(stringValue: key)) }
        case .list(let nodes):
            var items = encoder.unkeyedContainer()
            for node in nodes { try items.encode(node) }
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .flag(let flag):
            var container = encoder.singleValueContainer()
            try container.encode(flag)
        case .integer(let integer):
            var container = encoder.singleValueContainer()
            try container.encode(integer)
        case .number(let number):
            var container = encoder.singleValueContainer()
            try container.encode(number)
        case .text(let text):
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }
    }
}
