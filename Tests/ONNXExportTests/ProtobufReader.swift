/// Takes a message of Protocol Buffers apart, written from the format's description and independent of the
/// writer under test.
struct ProtobufReader {
    enum Value: Equatable {
        case varint(UInt64)
        case bytes([UInt8])
        case fourBytes(UInt32)
    }

    enum Damage: Error {
        case truncated
        case unknownWireType(UInt64)
        case wrongKind(field: Int)
    }

    /// Number and value of every field, in the order of the bytes.
    let fields: [(number: Int, value: Value)]

    init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        var fields: [(number: Int, value: Value)] = []
        while !rest.isEmpty {
            let key = try Self.varint(&rest)
            let value: Value =
                switch key & 7 {
                case 0: .varint(try Self.varint(&rest))
                case 2: .bytes([UInt8](try Self.take(Int(try Self.varint(&rest)), from: &rest)))
                case 5:
                    .fourBytes(try Self.take(4, from: &rest).reversed().reduce(0) { $0 << 8 | UInt32($1) })
                default: throw Damage.unknownWireType(key & 7)
                }
            fields.append((Int(key >> 3), value))
        }
        self.fields = fields
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw Damage.truncated }
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return result }
        }
        throw Damage.truncated
    }

    private static func take(_ count: Int, from rest: inout ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw Damage.truncated }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    func integers(_ number: Int) throws -> [Int] {
        try all(number) { if case .varint(let bits) = $0 { Int(Int64(bitPattern: bits)) } else { nil } }
    }

    func reals(_ number: Int) throws -> [Float] {
        try all(number) { if case .fourBytes(let bits) = $0 { Float(bitPattern: bits) } else { nil } }
    }

    func byteStrings(_ number: Int) throws -> [[UInt8]] {
        try all(number) { if case .bytes(let bytes) = $0 { bytes } else { nil } }
    }

    func texts(_ number: Int) throws -> [String] {
        try byteStrings(number).map { String(decoding: $0, as: UTF8.self) }
    }

    func messages(_ number: Int) throws -> [ProtobufReader] {
        try byteStrings(number).map(ProtobufReader.init)
    }

    private func all<Element>(_ number: Int, _ convert: (Value) -> Element?) throws -> [Element] {
        try fields.filter { $0.number == number }.map { field in
            guard let element = convert(field.value) else { throw Damage.wrongKind(field: number) }
            return element
        }
    }
}
