import ONNXExport
import Testing

@Suite struct `Wire format` {
    private func bytes(_ fill: (inout ProtobufMessage) -> Void) -> [UInt8] {
        var message = ProtobufMessage()
        fill(&message)
        return message.bytes
    }

    /// The first three are the examples of the format's description.
    @Test func `known messages have the known bytes`() {
        #expect(bytes { $0.add(1, 150) } == [0x08, 0x96, 0x01])
        #expect(bytes { $0.add(2, "testing") } == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67])
        var inner = ProtobufMessage()
        inner.add(1, 150)
        #expect(bytes { $0.add(3, inner) } == [0x1A, 0x03, 0x08, 0x96, 0x01])
        #expect(bytes { $0.add(5, Float(1)) } == [0x2D, 0x00, 0x00, 0x80, 0x3F])
        #expect(bytes { $0.add(20, 7) } == [0xA0, 0x01, 0x07])
        #expect(bytes { $0.add(4, "") } == [0x22, 0x00])
        #expect(bytes { $0.add(6, [UInt8](repeating: 9, count: 300)) }.prefix(4) == [0x32, 0xAC, 0x02, 9])
    }

    @Test(
        arguments: [
            (0, [0x00]), (127, [0x7F]), (128, [0x80, 0x01]), (16_384, [0x80, 0x80, 0x01]),
            (-1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
            (.max, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
        ] as [(Int, [UInt8])])
    func `integers take seven bits a byte, lowest first`(value: Int, expected: [UInt8]) {
        #expect(bytes { $0.add(1, value) } == [0x08] + expected)
    }

    @Test func `what is written is read back, in order and with repetitions`() throws {
        var inner = ProtobufMessage()
        inner.add(7, -5)
        inner.add(7, 1 << 40)
        let message = bytes {
            $0.add(3, "µm")
            $0.add(1, inner)
            $0.add(2, -0.25 as Float)
            $0.add(1, inner)
        }
        let reader = try ProtobufReader(message)
        #expect(reader.fields.map(\.number) == [3, 1, 2, 1])
        #expect(try reader.texts(3) == ["µm"])
        #expect(try reader.reals(2) == [-0.25])
        #expect(try reader.messages(1).map { try $0.integers(7) } == [[-5, 1 << 40], [-5, 1 << 40]])
        #expect(throws: ProtobufReader.Damage.self) { try ProtobufReader([UInt8](message.dropLast())) }
    }
}
