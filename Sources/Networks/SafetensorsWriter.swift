public import Foundation

/// Writes safetensors files: the same tensors and metadata give the same bytes on every machine.
public enum SafetensorsWriter {
    /// The file as bytes: F32 tensors sorted by name (bytewise), metadata sorted by key, the header padded
    /// with spaces so that the data begins at a multiple of eight bytes.
    public static func encode(_ tensors: NamedTensors, metadata: [String: String] = [:]) -> [UInt8] {
        let sorted = tensors.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        var header = [UInt8](headerText(sorted, metadata).utf8)
        header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
        var bytes = littleEndianBytes(UInt64(header.count))
        bytes.reserveCapacity(8 + header.count + sorted.reduce(0) { $0 + 4 * $1.value.values.count })
        bytes += header
        for (_, tensor) in sorted {
            for value in tensor.values {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            }
        }
        return bytes
    }

    /// Writes the file in one step: a reader sees the whole new file or none.
    public static func write(
        _ tensors: NamedTensors, metadata: [String: String] = [:], to url: URL
    ) throws(SafetensorsError) {
        do {
            try Data(encode(tensors, metadata: metadata)).write(to: url, options: .atomic)
        } catch {
            throw .cannotWrite(path: url.path, reason: error.localizedDescription)
        }
    }

    private static func headerText(
        _ sorted: [(key: String, value: Tensor)], _ metadata: [String: String]
    ) -> String {
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            members.append(
                "\"__metadata__\":{\(pairs.map { "\(quoted($0)):\(quoted($1))" }.joined(separator: ","))}")
        }
        var offset = 0
        for (name, tensor) in sorted {
            let end = offset + 4 * tensor.values.count
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
            )
            offset = end
        }
        return "{\(members.joined(separator: ","))}"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case ..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func littleEndianBytes<Bits: FixedWidthInteger>(_ value: Bits) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) }
    }
}
