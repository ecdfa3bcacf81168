/// Text in Markdown, with the tables that GitHub and most readers understand.
package struct MarkdownPage {
    package init() {}

    package private(set) var text = ""

    package mutating func heading(_ name: String, level: Int) {
        block(String(repeating: "#", count: level) + " " + Self.inLine(name))
    }

    package mutating func paragraph(_ words: String) { block(Self.inLine(words)) }

    /// The first column is aligned to the left, the others to the right.
    package mutating func table(_ header: [String], _ rows: [[String]]) {
        let rule = header.indices.map { $0 == 0 ? "---" : "---:" }
        let lines = [Self.row(header.map(Self.cell)), Self.row(rule)]
        block((lines + rows.map { Self.row($0.map(Self.cell)) }).joined(separator: "\n"))
    }

    /// Text as it is, in a box.
    package mutating func code(_ text: String) {
        let lines = text.split(separator: "\n").map { "    " + $0 }
        block(lines.joined(separator: "\n"))
    }

    private mutating func block(_ content: String) {
        text += (text.isEmpty ? "" : "\n") + content + "\n"
    }

    private static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

    /// Names come from file names and tables of others; none of them may end its line or open a tag.
    private static func inLine(_ words: String) -> String {
        String(
            words.flatMap { character -> [Character] in
                if character.isNewline || character == "\t" { return [" "] }
                return character == "<" ? Array("&lt;") : [character]
            })
    }

    private static func cell(_ words: String) -> String {
        inLine(words).flatMap { $0 == "|" || $0 == "\\" ? ["\\", $0] : [$0] }.reduce(into: "") {
            $0.append($1)
        }
    }
}
