/// Where one tensor lies: `range` counts bytes from the end of the header.
public struct TensorEntry: Sendable, Equatable {
    public let name: String
    public let type: ElementType
    public let shape: [Int]
    public let range: Range<Int>

    /// Number of elements.
    public var count: Int { range.count / type.size }
}

/// The header of a safetensors file, accepted only if it describes its data exactly.
///
/// Nothing is allocated for tensors before every check has passed; sizes are computed with overflow
/// detection, since a shape such as [4194305, 4194305, 211106198978564] multiplies to 4 in 64 bits.
struct SafetensorsHeader {
    /// Entries in the order of their data.
    let entries: [TensorEntry]
    let metadata: [String: String]

    /// Longest accepted header in bytes.
    static let lengthLimit = 100_000_000
    /// Header object, entry object, list of numbers.
    private static let depthLimit = 3

    /// Reads the length field of a file of `fileSize` bytes.
    static func length(_ prefix: [UInt8], fileSize: Int) throws(SafetensorsError) -> Int {
        guard prefix.count == 8, fileSize >= 8 else { throw .tooShort(bytes: min(prefix.count, fileSize)) }
        let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(lengthLimit) else { throw .headerTooLong(length: length, limit: lengthLimit) }
        guard length <= UInt64(fileSize - 8) else {
            throw .headerBeyondFile(length: length, available: fileSize - 8)
        }
        return Int(length)
    }

    /// Parses the header's bytes for a file whose data section has `dataSize` bytes.
    init(_ bytes: [UInt8], dataSize: Int) throws(SafetensorsError) {
        guard bytes.first == UInt8(ascii: "{") else { throw .headerNotAnObject }
        var entries: [TensorEntry] = []
        var metadata: [String: String] = [:]
        for (name, value) in try Self.members(bytes) {
            if name == "__metadata__" {
                metadata = try Self.strings(value)
            } else {
                entries.append(try Self.entry(name, value))
            }
        }
        entries.sort {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        var end = 0
        for entry in entries {
            guard entry.range.lowerBound == end else {
                throw .notContiguous(tensor: entry.name, begin: entry.range.lowerBound, expected: end)
            }
            end = entry.range.upperBound
        }
        guard end == dataSize else { throw .dataSizeMismatch(expected: end, found: dataSize) }
        self.entries = entries
        self.metadata = metadata
    }

    private static func members(
        _ bytes: [UInt8]
    ) throws(SafetensorsError) -> [(name: String, value: StrictJSON)] {
        do throws(StrictJSON.SyntaxError) {
            guard case .object(let members) = try StrictJSON.parse(bytes, depth: depthLimit) else {
                return []
            }
            return members
        } catch {
            throw .malformedHeader(reason: error.reason, offset: error.offset)
        }
    }

    private static func strings(_ value: StrictJSON) throws(SafetensorsError) -> [String: String] {
        guard case .object(let members) = value else {
            throw .malformedEntry(tensor: "__metadata__", reason: "it is not an object")
        }
        var result: [String: String] = [:]
        for (name, value) in members {
            guard case .string(let text) = value else {
                throw .malformedEntry(
                    tensor: "__metadata__", reason: "the value of '\(name)' is not a string")
            }
            result[name] = text
        }
        return result
    }

    private static func entry(_ name: String, _ value: StrictJSON) throws(SafetensorsError) -> TensorEntry {
        guard case .object(let members) = value else {
            throw .malformedEntry(tensor: name, reason: "it is not an object")
        }
        let fields = Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value) })
        guard Set(fields.keys) == ["dtype", "shape", "data_offsets"] else {
            throw .malformedEntry(tensor: name, reason: "its fields are not dtype, shape and data_offsets")
        }
        guard case .string(let typeName)? = fields["dtype"] else {
            throw .malformedEntry(tensor: name, reason: "dtype is not a string")
        }
        guard let type = ElementType(rawValue: typeName) else {
            throw .unknownType(tensor: name, type: typeName)
        }
        guard let shape = counts(fields["shape"]), let offsets = counts(fields["data_offsets"]) else {
            throw .malformedEntry(tensor: name, reason: "shape or data_offsets is not a list of counts")
        }
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw .malformedEntry(tensor: name, reason: "data_offsets is not a pair [begin, end]")
        }
        let size = try byteCount(name, type, shape)
        guard size == offsets[1] - offsets[0] else {
            throw .sizeMismatch(tensor: name, expected: size, found: offsets[1] - offsets[0])
        }
        return TensorEntry(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
    }

    private static func counts(_ value: StrictJSON?) -> [Int]? {
        guard case .array(let elements)? = value else { return nil }
        let counts = elements.compactMap(\.count)
        return counts.count == elements.count ? counts : nil
    }

    private static func byteCount(
        _ name: String, _ type: ElementType, _ shape: [Int]
    ) throws(SafetensorsError) -> Int {
        guard !shape.contains(0) else { throw .zeroDimension(tensor: name, shape: shape) }
        var size = type.size
        for dimension in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
            guard !overflow else { throw .sizeOverflow(tensor: name, shape: shape) }
            size = product
        }
        return size
    }
}
