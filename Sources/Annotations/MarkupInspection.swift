/// Inspects the bytes of an XML file, piece by piece, before a parser sees them: their number and encoding,
/// and that there is no declaration with which the file could refer to other files or grow without bound.
///
/// Foundation's parser leaves external entities out silently, so what it makes of a file with declarations
/// cannot be trusted even where it reports success.
struct MarkupInspection {
    /// How far the bytes `<!` and a letter have been seen. A comment (`<!--`) and a CDATA section (`<![`) go
    /// on otherwise; every declaration, in any case of letters, so.
    private enum Declaration { case none, bracket, exclamation }

    private let limits: AnnotationLimits
    private var bytes = 0
    private var bytesWithoutMarkup = 0
    private var declaration = Declaration.none
    private var utf8 = UTF8Check()
    private var prolog = XMLProlog()
    /// Line of the byte inspected last, from 1.
    private(set) var line = 1

    init(limits: AnnotationLimits) {
        self.limits = limits
    }

    mutating func inspect(_ piece: UnsafeBufferPointer<UInt8>) throws(AnnotationError.Problem) {
        bytes += piece.count
        if bytes > limits.bytes { throw .tooMuch(.bytes, limit: limits.bytes) }
        for byte in piece {
            try prolog.inspect(byte)
            try inspect(byte)
        }
    }

    private mutating func inspect(_ byte: UInt8) throws(AnnotationError.Problem) {
        if byte == 0 { throw .encoding("NUL bytes, as UTF-16 has") }
        if !utf8.accepts(byte) { throw .encoding("bytes that are not UTF-8") }
        if byte == UInt8(ascii: "\n") { line += 1 }
        try followDeclaration(byte)
        let isBracket = byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
        bytesWithoutMarkup = isBracket ? 0 : bytesWithoutMarkup + 1
        if bytesWithoutMarkup > limits.bytesWithoutMarkup {
            throw .tooMuch(.bytesWithoutMarkup, limit: limits.bytesWithoutMarkup)
        }
    }

    private mutating func followDeclaration(_ byte: UInt8) throws(AnnotationError.Problem) {
        switch (declaration, byte) {
        case (_, UInt8(ascii: "<")): declaration = .bracket
        case (.bracket, UInt8(ascii: "!")): declaration = .exclamation
        case (.exclamation, UInt8(ascii: "a")...UInt8(ascii: "z")),
            (.exclamation, UInt8(ascii: "A")...UInt8(ascii: "Z")):
            throw .declaration
        default: declaration = .none
        }
    }
}
