/// A JSON value that keeps what a checker must see: the order of names, and numbers as they were written.
indirect enum StrictJSON: Equatable {
    case object([(name: String, value: StrictJSON)])
    case array([StrictJSON])
    case string(String)
    case number(String)
    case boolean(Bool)
    case null

    static func == (left: StrictJSON, right: StrictJSON) -> Bool {
        switch (left, right) {
        case (.object(let a), .object(let b)):
            a.elementsEqual(b) { $0.name == $1.name && $0.value == $1.value }
        case (.array(let a), .array(let b)): a == b
        case (.string(let a), .string(let b)), (.number(let a), .number(let b)): a == b
        case (.boolean(let a), .boolean(let b)): a == b
        case (.null, .null): true
        default: false
        }
    }

    /// A plain non-negative integer, without sign, fraction or exponent; nil for anything else, or if it
    /// overflows.
    var count: Int? {
        guard case .number(let text) = self, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    /// A mistake, and the byte at which it was seen.
    struct SyntaxError: Error, Equatable {
        let reason: String
        let offset: Int
    }

    /// Parses one value that fills `bytes` (white space around it is allowed). Stricter than most parsers:
    /// UTF-8 must be valid, names in one object distinct, and nesting at most `depth`.
    static func parse(_ bytes: [UInt8], depth: Int) throws(SyntaxError) -> StrictJSON {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw SyntaxError(reason: "the text is not valid UTF-8", offset: 0)
        }
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value(depth: depth)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.error("text after the end of the value") }
        return value
    }
}

/// Recursive descent over bytes that are known to be UTF-8.
private struct JSONParser {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    func error(_ reason: String) -> StrictJSON.SyntaxError {
        StrictJSON.SyntaxError(reason: reason, offset: position)
    }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    mutating func expect(_ character: Unicode.Scalar) throws(StrictJSON.SyntaxError) {
        skipSpace()
        guard next == UInt8(ascii: character) else { throw error("expected '\(character)'") }
        position += 1
    }

    mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func value(depth: Int) throws(StrictJSON.SyntaxError) -> StrictJSON {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    mutating func object(depth: Int) throws(StrictJSON.SyntaxError) -> StrictJSON {
        guard depth > 0 else { throw error("nested too deeply") }
        try expect("{")
        var members: [(name: String, value: StrictJSON)] = []
        var names: Set<String> = []
        if accept("}") { return .object(members) }
        repeat {
            skipSpace()
            let name = try string()
            guard names.insert(name).inserted else { throw error("the name '\(name)' occurs twice") }
            try expect(":")
            members.append((name, try value(depth: depth - 1)))
        } while accept(",")
        try expect("}")
        return .object(members)
    }

    mutating func array(depth: Int) throws(StrictJSON.SyntaxError) -> StrictJSON {
        guard depth > 0 else { throw error("nested too deeply") }
        try expect("[")
        var elements: [StrictJSON] = []
        if accept("]") { return .array(elements) }
        repeat {
            elements.append(try value(depth: depth - 1))
        } while accept(",")
        try expect("]")
        return .array(elements)
    }

    mutating func word(_ text: String, _ value: StrictJSON) throws(StrictJSON.SyntaxError) -> StrictJSON {
        guard bytes[position...].starts(with: text.utf8) else { throw error("expected '\(text)'") }
        position += text.utf8.count
        return value
    }

    mutating func number() throws(StrictJSON.SyntaxError) -> String {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let leading = position
        try digits()
        guard bytes[leading] != UInt8(ascii: "0") || position == leading + 1 else {
            throw error("leading zero")
        }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    mutating func digits() throws(StrictJSON.SyntaxError) {
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw error("expected a value") }
    }

    mutating func string() throws(StrictJSON.SyntaxError) -> String {
        guard next == UInt8(ascii: "\"") else { throw error("expected a string") }
        position += 1
        var text: [UInt8] = []
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw error("control character in a string") }
            position += 1
            if byte == UInt8(ascii: "\\") {
                text.append(contentsOf: String(Character(try escape())).utf8)
            } else {
                text.append(byte)
            }
        }
        guard next != nil else { throw error("a string does not end") }
        position += 1
        return String(decoding: text, as: UTF8.self)
    }

    mutating func escape() throws(StrictJSON.SyntaxError) -> Unicode.Scalar {
        guard let letter = next else { throw error("a string does not end") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw error("unknown escape")
        }
    }

    mutating func unicodeEscape() throws(StrictJSON.SyntaxError) -> Unicode.Scalar {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), bytes[position...].starts(with: "\\u".utf8) else {
            throw error("half of a surrogate pair")
        }
        position += 2
        let second = try fourHexDigits()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw error("half of a surrogate pair") }
        return scalar
    }

    mutating func fourHexDigits() throws(StrictJSON.SyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
