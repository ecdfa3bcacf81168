public import Foundation
internal import Yams

extension TrainingConfiguration {
    /// As YAML that `train --config` takes, one key a line, in the usual order.
    ///
    /// - Parameter folder: to which the path of a stain target is relative; the text has it whole, so that it means the
    ///   same wherever it lies.
    public func yaml(relativeTo folder: URL? = nil) throws(ConfigurationError) -> String {
        var input = input
        if case .image(let path)? = input.stain?.target {
            let url = URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL
            input.stain?.target = .image(url.path)
        }
        let whole = changed(input: input)
        do {
            return try Yams.serialize(node: whole.node.yaml)
        } catch {
            throw .contradiction("\(error)")
        }
    }
}

extension ConfigurationNode {
    /// Whether a text needs no quotes to be read as itself.
    private static func isPlain(_ text: String) -> Bool {
        guard case .text = plain(text) else { return false }
        return text.utf8.allSatisfy { byte in
            let character = Character(UnicodeScalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber || "_-".contains(character))
        } && !text.hasPrefix("-")
    }

    /// Numbers as Swift writes them; lists in one line.
    fileprivate var yaml: Node {
        switch value {
        case .null: Node("", Tag(.null), .plain)
        case .flag(let flag): Node("\(flag)", Tag(.bool), .plain)
        case .integer(let integer): Node("\(integer)", Tag(.int), .plain)
        case .number(let number): Node("\(number)", Tag(.float), .plain)
        case .text(let text): Node(text, Tag(.str), Self.isPlain(text) ? .plain : .doubleQuoted)
        case .list(let nodes): .sequence(Node.Sequence(nodes.map(\.yaml), Tag(.seq), .flow))
        case .mapping(let pairs):
            .mapping(Node.Mapping(pairs.map { (Node($0.key, Tag(.str), .plain), $0.node.yaml) }, Tag(.map)))
        }
    }
}
