/// Tells whether bytes that come one after the other are UTF-8 (RFC 3629): no overlong forms, no surrogates.
///
/// The XML parser would take a stray byte for Latin-1 and go on.
struct UTF8Check {
    private var awaited = 0
    private var allowed = UTF8Check.continuation

    private static let continuation: ClosedRange<UInt8> = 0x80...0xBF

    /// Whether `byte` can follow what came before.
    mutating func accepts(_ byte: UInt8) -> Bool {
        if awaited == 0 { return byte < 0x80 || begins(with: byte) }
        guard allowed.contains(byte) else { return false }
        awaited -= 1
        allowed = Self.continuation
        return true
    }

    private mutating func begins(with byte: UInt8) -> Bool {
        switch byte {
        case 0xC2...0xDF: awaited = 1
        case 0xE0...0xEF: awaited = 2
        case 0xF0...0xF4: awaited = 3
        default: return false
        }
        switch byte {
        case 0xE0: allowed = 0xA0...0xBF
        case 0xED: allowed = 0x80...0x9F
        case 0xF0: allowed = 0x90...0xBF
        case 0xF4: allowed = 0x80...0x8F
        default: allowed = Self.continuation
        }
        return true
    }
}
