/// Refuses YAML that is small to write and huge to read, before the parser sees it, which follows references and
/// nesting without a limit: nine lists of nine references, one within the other, make four hundred million nodes.
///
/// It looks at characters alone, so that it also takes references in comments and quotes for references.
enum YAMLGuard {
    /// A configuration has some hundred bytes.
    static let mostBytes = 1_000_000
    /// Opening brackets, each of which may be one level of nesting.
    private static let mostBrackets = 500
    /// Longest run of spaces and of the signs that open a level in a line: `- - - -`.
    private static let longestRun = 256

    /// - Throws: ``ConfigurationError/syntax(line:reason:)``.
    static func check(_ text: String) throws(ConfigurationError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= mostBytes else {
            throw .syntax(line: nil, reason: "it has more than \(mostBytes) bytes")
        }
        var (line, brackets, run) = (1, 0, 0)
        var (anchor, reference): (Int?, Int?) = (nil, nil)
        for (index, byte) in bytes.enumerated() {
            let isOpening = " \t-?:".utf8.contains(byte)
            run = isOpening ? run + 1 : 0
            switch UnicodeScalar(byte) {
            case "\n": line += 1
            case "[", "{": brackets += 1
            case "&" where beginsName(bytes, index): anchor = anchor ?? line
            case "*" where beginsName(bytes, index): reference = reference ?? line
            default: break
            }
            guard brackets <= mostBrackets, run <= longestRun else {
                throw .syntax(line: line, reason: "it is nested too deeply")
            }
        }
        if anchor != nil, let reference { throw references(line: reference) }
    }

    /// References are of no use in a configuration of one page.
    static func references(line: Int?) -> ConfigurationError {
        .syntax(
            line: line,
            reason: "references to other parts of the file (&name, *name) are not supported; write them out")
    }

    /// Whether the sign at `index` may be the first of a token and has a name behind it: `&a`, not `H&E`.
    private static func beginsName(_ bytes: [UInt8], _ index: Int) -> Bool {
        guard index + 1 < bytes.count, !" \t\r\n".utf8.contains(bytes[index + 1]) else { return false }
        guard index > 0 else { return true }
        let before = Character(UnicodeScalar(bytes[index - 1]))
        return !(before.isASCII && (before.isLetter || before.isNumber))
    }
}
