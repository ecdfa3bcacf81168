/// A message of Protocol Buffers in its wire format, built field by field.
///
/// A field is a key, number · 8 + wire type, and a value: 0 a varint, 2 a length with that many bytes, 5 four
/// bytes (protobuf.dev/programming-guides/encoding). Repeated fields are written one value at a time.
/// Fields are never reordered or left out, so equal calls give equal bytes.
package struct ProtobufMessage {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    private enum WireType: UInt64 {
        case varint = 0
        case delimited = 2
        case fourBytes = 5
    }

    /// An `int32`, `int64` or enumeration: negative numbers as their 64-bit two's complement.
    package mutating func add(_ field: Int, _ value: Int) {
        key(field, .varint)
        varint(UInt64(bitPattern: Int64(value)))
    }

    /// A `float`.
    package mutating func add(_ field: Int, _ value: Float) {
        key(field, .fourBytes)
        littleEndian(value.bitPattern)
    }

    /// A `string`, as UTF-8.
    package mutating func add(_ field: Int, _ text: String) {
        add(field, [UInt8](text.utf8))
    }

    /// `bytes`.
    package mutating func add(_ field: Int, _ content: [UInt8]) {
        key(field, .delimited)
        varint(UInt64(content.count))
        bytes += content
    }

    /// A message within this one.
    package mutating func add(_ field: Int, _ message: ProtobufMessage) {
        add(field, message.bytes)
    }

    private mutating func key(_ field: Int, _ type: WireType) {
        varint(UInt64(field) << 3 | type.rawValue)
    }

    /// Seven bits a byte, lowest first; the eighth bit says that more follow.
    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func littleEndian(_ bits: UInt32) {
        withUnsafeBytes(of: bits.littleEndian) { bytes += $0 }
    }
}
