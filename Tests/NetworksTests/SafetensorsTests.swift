import Foundation
import Networks
import Testing

/// A file from a header text and data, with the header's true length unless another is given.
private func file(_ header: String, data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
    file([UInt8](header.utf8), data: data, length: length)
}

private func file(_ header: [UInt8], data: [UInt8], length: UInt64? = nil) -> [UInt8] {
    let claimed = length ?? UInt64(header.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: claimed >> (8 * $0)) } + header + data
}

/// A header entry.
private func entry(_ name: String, type: String = "F32", _ shape: String, _ range: String) -> String {
    #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(range)}"#
}

private func refusal(_ bytes: [UInt8]) -> SafetensorsError? {
    do throws(SafetensorsError) {
        _ = try SafetensorsFile(bytes: bytes)
        return nil
    } catch {
        return error
    }
}

private let four = [UInt8](repeating: 0, count: 4)

@Suite struct `Hostile safetensors files` {
    @Test func `a file without room for the length`() {
        #expect(refusal([]) == .tooShort(bytes: 0))
        #expect(refusal([1, 2, 3]) == .tooShort(bytes: 3))
    }

    @Test func `a header longer than the file`() {
        #expect(refusal(file("{}", length: 3)) == .headerBeyondFile(length: 3, available: 2))
    }

    @Test(arguments: [100_000_001, UInt64.max, UInt64(Int64.max)])
    func `a header longer than any header`(length: UInt64) {
        #expect(refusal(file("{}", length: length)) == .headerTooLong(length: length, limit: 100_000_000))
    }

    @Test(arguments: ["", "[]", " {}", "\"{\"", "\u{FEFF}{}"])
    func `a header that does not begin with a brace`(header: String) {
        #expect(refusal(file(header)) == .headerNotAnObject)
    }

    @Test func `a header that is not UTF-8`() {
        let header = [UInt8](#"{"a"#.utf8) + [0xC3, 0x28] + [UInt8](#"":1}"#.utf8)
        #expect(
            refusal(file(header, data: []))
                == .malformedHeader(reason: "the text is not valid UTF-8", offset: 0))
    }

    @Test(arguments: [
        "{", "{}}", "{} x", #"{"a"}"#, #"{"a":1,}"#, #"{'a':1}"#, #"{"a":01}"#, #"{"a":tru}"#, #"{"a":+1}"#,
        #"{"a":1.}"#, #"{"a":NaN}"#, "{\"a\u{1}\":1}", #"{"a\x":1}"#, #"{"\ud800":1}"#,
        #"{"\ud800\u0041":1}"#,
        #"{"a\u12"#, #"{"a"#, #"{"a":"b"#,
    ])
    func `a header that is not JSON`(header: String) {
        guard case .malformedHeader = refusal(file(header)) else {
            Issue.record("accepted, or refused for another reason: \(header)")
            return
        }
    }

    @Test func `a name that occurs twice`() {
        let one = entry("a", "[1]", "[0,4]")
        let bytes = file("{\(one),\(one)}", data: four)
        guard case .malformedHeader(let reason, _) = refusal(bytes) else {
            Issue.record("accepted")
            return
        }
        #expect(reason.contains("occurs twice"))
    }

    @Test func `the same name written with an escape`() {
        let bytes = file(
            #"{\#(entry("a", "[1]", "[0,4]")),\#(entry(#"\u0061"#, "[1]", "[4,8]"))}"#, data: four + four)
        guard case .malformedHeader = refusal(bytes) else {
            Issue.record("accepted")
            return
        }
    }

    @Test func `a field that occurs twice`() {
        let bytes = file(
            #"{"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}"#, data: four)
        guard case .malformedHeader = refusal(bytes) else {
            Issue.record("accepted")
            return
        }
    }

    @Test(arguments: [4, 100, 100_000])
    func `a header nested too deeply`(depth: Int) {
        let header = #"{"a":"# + String(repeating: "[", count: depth)
        guard case .malformedHeader(let reason, _) = refusal(file(header)) else {
            Issue.record("accepted")
            return
        }
        #expect(reason == "nested too deeply")
    }

    @Test(arguments: ["F4", "f32", "C64", ""])
    func `an unknown type`(type: String) {
        let bytes = file("{\(entry("a", type: type, "[1]", "[0,4]"))}", data: four)
        #expect(refusal(bytes) == .unknownType(tensor: "a", type: type))
    }

    @Test(arguments: [
        #"{"a":1}"#, #"{"a":{"dtype":"F32","shape":[1]}}"#,
        #"{"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1}}"#,
        #"{"__metadata__":[]}"#, #"{"__metadata__":{"a":1}}"#,
    ])
    func `an entry of the wrong form`(header: String) {
        guard case .malformedEntry = refusal(file(header, data: four)) else {
            Issue.record("accepted, or refused for another reason: \(header)")
            return
        }
    }

    @Test func `a dimension of zero`() {
        let bytes = file("{\(entry("a", "[3,0]", "[0,0]"))}")
        #expect(refusal(bytes) == .zeroDimension(tensor: "a", shape: [3, 0]))
    }

    @Test func `a shape whose product overflows to something small`() {
        let shape = [4_194_305, 4_194_305, 211_106_198_978_564]
        let bytes = file("{\(entry("a", "\(shape)", "[0,16]"))}", data: four + four + four + four)
        #expect(refusal(bytes) == .sizeOverflow(tensor: "a", shape: shape))
    }

    @Test func `a range that does not fit the shape`() {
        let bytes = file("{\(entry("a", "[2]", "[0,4]"))}", data: four)
        #expect(refusal(bytes) == .sizeMismatch(tensor: "a", expected: 8, found: 4))
    }

    @Test func `ranges that overlap`() {
        let bytes = file(
            "{\(entry("a", "[2]", "[0,8]")),\(entry("b", "[2]", "[4,12]"))}", data: four + four + four)
        #expect(refusal(bytes) == .notContiguous(tensor: "b", begin: 4, expected: 8))
    }

    @Test func `two tensors that share their bytes`() {
        let bytes = file("{\(entry("a", "[1]", "[0,4]")),\(entry("b", "[1]", "[0,4]"))}", data: four)
        guard case .notContiguous(_, begin: 0, expected: 4) = refusal(bytes) else {
            Issue.record("accepted, or refused for another reason")
            return
        }
    }

    @Test func `ranges that leave a hole`() {
        let bytes = file(
            "{\(entry("a", "[1]", "[0,4]")),\(entry("b", "[1]", "[8,12]"))}", data: four + four + four)
        #expect(refusal(bytes) == .notContiguous(tensor: "b", begin: 8, expected: 4))
        let late = file("{\(entry("a", "[1]", "[4,8]"))}", data: four + four)
        #expect(refusal(late) == .notContiguous(tensor: "a", begin: 4, expected: 0))
    }

    @Test func `data that ends early or late`() {
        let header = "{\(entry("a", "[1]", "[0,4]"))}"
        #expect(refusal(file(header, data: [0, 0, 0])) == .dataSizeMismatch(expected: 4, found: 3))
        #expect(refusal(file(header, data: four + [0])) == .dataSizeMismatch(expected: 4, found: 5))
        #expect(refusal(file("{}", data: [0])) == .dataSizeMismatch(expected: 0, found: 1))
    }

    @Test(arguments: [
        ("F32", "[2]", [0, 0, 0, 0, 0, 0, 0xC0, 0x7F]), ("F32", "[2]", [0, 0, 0, 0, 0, 0, 0x80, 0xFF]),
        ("F16", "[2]", [0, 0, 0, 0x7C]), ("F16", "[2]", [0, 0, 1, 0xFE]),
        ("BF16", "[2]", [0, 0, 0x80, 0x7F]),
        ("F64", "[2]", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F]),
        // 1e300 is finite in 64 bits only.
        ("F64", "[2]", [0, 0, 0, 0, 0, 0, 0, 0, 0x9C, 0x75, 0x00, 0x88, 0x3C, 0xE4, 0x37, 0x7E]),
    ])
    func `values that are not finite`(type: String, shape: String, data: [UInt8]) {
        let bytes = file("{\(entry("a", type: type, shape, "[0,\(data.count)]"))}", data: data)
        #expect(refusal(bytes) == .notFinite(tensor: "a", index: 1))
    }
}

@Suite struct `Safetensors files` {
    @Test func `every readable type becomes Float`() throws {
        let parts: [(type: String, data: [UInt8], value: Float)] = [
            ("F64", [0, 0, 0, 0, 0, 0, 0xF8, 0x3F], 1.5), ("F32", [0, 0, 0x20, 0xC0], -2.5),
            ("F16", [0x00, 0xB8], -0.5), ("BF16", [0x40, 0x40], 3), ("U16", [0xFF, 0xFF], 65535),
            ("I16", [0xFF, 0xFF], -1), ("U8", [200], 200), ("I8", [200], -56),
        ]
        var (offset, entries, data): (Int, [String], [UInt8]) = (0, [], [])
        for part in parts {
            entries.append(entry(part.type, type: part.type, "[]", "[\(offset),\(offset + part.data.count)]"))
            offset += part.data.count
            data += part.data
        }
        let read = try SafetensorsFile(bytes: file("{\(entries.joined(separator: ","))}  ", data: data))
        for part in parts {
            #expect(try read.tensor(part.type) == Tensor(shape: [], values: [part.value]))
        }
    }

    @Test func `all finite halves widen as their definition says`() throws {
        let patterns = (UInt16.min...UInt16.max).filter { $0 >> 10 & 0x1F != 31 }
        let data = patterns.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let header = "{\(entry("h", type: "F16", "[\(patterns.count)]", "[0,\(data.count)]"))}"
        let values = try SafetensorsFile(bytes: file(header, data: data)).tensor("h").values
        let mismatch = zip(patterns, values).first { bits, value in
            let (exponent, fraction) = (Int(bits >> 10 & 0x1F), Float(bits & 0x3FF))
            let magnitude =
                exponent == 0
                ? fraction * 0x1p-24
                : (1 + fraction / 1024) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
            return value != (bits & 0x8000 == 0 ? magnitude : -magnitude)
        }
        #expect(mismatch == nil)
    }

    @Test func `what is written is read back, in the same bytes every time`() throws {
        let tensors: NamedTensors = [
            "b.weight": Tensor(shape: [2, 3], values: [1, -2, 3.5, 0, 1e-30, 7]),
            "a": Tensor(shape: [], values: [4]),
            "µ \"quoted\" \\": Tensor(shape: [1], values: [-0.125]),
        ]
        let metadata = ["z": "line\nbreak \u{1}", "a": "{\"k\":\"µ\"}"]
        let bytes = SafetensorsWriter.encode(tensors, metadata: metadata)
        let read = try SafetensorsFile(bytes: bytes)
        #expect(try read.tensors(under: "") == tensors)
        #expect(read.metadata == metadata)
        #expect(read.entries.map(\.name) == ["a", "b.weight", "µ \"quoted\" \\"])
        let headerLength = Int(bytes[0]) + Int(bytes[1]) << 8
        #expect(headerLength % 8 == 0)
        #expect(SafetensorsWriter.encode(tensors, metadata: metadata) == bytes)
    }

    @Test func `files on disk are checked alike`() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        let tensors: NamedTensors = ["a": Tensor(shape: [2], values: [1, 2])]
        try SafetensorsWriter.write(tensors, to: url)
        #expect(try SafetensorsFile(contentsOf: url).tensors(under: "") == tensors)
        let whole = try Data(contentsOf: url)
        for count in [0, 7, 20, whole.count - 1] {
            try whole.prefix(count).write(to: url)
            #expect(throws: SafetensorsError.self) { try SafetensorsFile(contentsOf: url) }
        }
        try FileManager.default.removeItem(at: url)
        #expect(throws: SafetensorsError.self) { try SafetensorsFile(contentsOf: url) }
    }

    @Test func `missing and unreadable tensors have their own errors`() throws {
        let read = try SafetensorsFile(
            bytes: file("{\(entry("a", type: "I32", "[1]", "[0,4]"))}", data: four))
        #expect(throws: SafetensorsError.noSuchTensor("b")) { try read.tensor("b") }
        #expect(throws: SafetensorsError.notReadableAsFloat(tensor: "a", type: "I32")) {
            try read.tensor("a")
        }
    }

    @Test func `an empty file of tensors is a file`() throws {
        #expect(try SafetensorsFile(bytes: file("{}")).entries.isEmpty)
    }
}
