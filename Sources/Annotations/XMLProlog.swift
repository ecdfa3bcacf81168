/// The first bytes of an XML file, up to the end of its declaration (`<?xml ... ?>`): where it says its
/// encoding.
struct XMLProlog {
    /// No honest declaration is longer.
    private static let lengthLimit = 256
    private static let accepted = ["utf-8", "utf8", "us-ascii", "ascii"]

    private var bytes: [UInt8] = []
    private var isOver = false

    /// Takes the file's next byte; those after the declaration are not looked at.
    mutating func inspect(_ byte: UInt8) throws(AnnotationError.Problem) {
        if isOver { return }
        bytes.append(byte)
        if bytes == [0xFE] || bytes == [0xFF] { throw .encoding("a byte order mark of UTF-16") }
        if bytes.count > Self.lengthLimit { throw .encoding("an endless XML declaration") }
        if byte == UInt8(ascii: ">") {
            isOver = true
            try checkEncoding()
        } else if !couldBeDeclaration {
            isOver = true
            try checkBeginning()
        }
    }

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private var unmarked: ArraySlice<UInt8> {
        bytes.starts(with: Self.mark) ? bytes.dropFirst(3) : bytes[...]
    }

    private var couldBeDeclaration: Bool {
        let opening = Array("<?xml".utf8)
        if bytes.count <= 3, Self.mark.starts(with: bytes) { return true }
        return unmarked.starts(with: opening) || opening.starts(with: unmarked)
    }

    /// Without a declaration the file must begin with a tag: anything else is another encoding or no XML.
    private func checkBeginning() throws(AnnotationError.Problem) {
        let blanks = Array(" \t\r\n".utf8)
        guard let first = unmarked.first, first == UInt8(ascii: "<") || blanks.contains(first) || first == 0
        else {
            throw .encoding("something other than an XML tag at its beginning")
        }
    }

    private func checkEncoding() throws(AnnotationError.Problem) {
        let text = String(decoding: unmarked, as: UTF8.self)
        guard text.hasPrefix("<?xml"), let mention = text.firstRange(of: "encoding") else { return }
        let value = text[mention.upperBound...].split(whereSeparator: { "= \t\r\n".contains($0) }).first ?? ""
        let name = value.trimmingPrefix { "\"'".contains($0) }.prefix { !"\"'?>".contains($0) }
        if !Self.accepted.contains(name.lowercased()) {
            throw .encoding("the encoding \(quoted(String(name)))")
        }
    }
}
