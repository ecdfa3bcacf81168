/// Writes PNG files of every kind, uncompressed, from samples: so that the reader is tested on what the writer of this
/// program never makes.
struct PNGBuilder {
    /// PNG's color types.
    enum Kind: UInt8, CaseIterable, Sendable {
        case grey = 0
        case rgb = 2
        case palette = 3
        case greyAlpha = 4
        case rgbAlpha = 6

        var channels: Int {
            switch self {
            case .grey, .palette: 1
            case .greyAlpha: 2
            case .rgb: 3
            case .rgbAlpha: 4
            }
        }

        var depths: [Int] {
            switch self {
            case .grey: [1, 2, 4, 8, 16]
            case .palette: [1, 2, 4, 8]
            default: [8, 16]
            }
        }
    }

    var kind: Kind
    var depth: Int
    var width: Int
    var height: Int
    var isInterlaced = false
    /// Chunks between the header and the pixels.
    var chunks: [(name: String, bytes: [UInt8])] = []
    /// Samples of a pixel, each below 2^depth.
    var sample: (_ x: Int, _ y: Int, _ channel: Int) -> Int

    func bytes() -> [UInt8] {
        var file = header()
        for chunk in chunks { file += Self.chunk(chunk.name, chunk.bytes) }
        return file + Self.chunk("IDAT", Self.stored(scanlines())) + Self.chunk("IEND", [])
    }

    /// Signature and header, 33 bytes.
    func header() -> [UInt8] {
        let form = [UInt8(depth), kind.rawValue, 0, 0, isInterlaced ? 1 : 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + Self.chunk("IHDR", Self.number(width) + Self.number(height) + form)
    }

    /// Where each of Adam7's passes begins, and its steps (PNG specification, section 8.2).
    private static let passes = [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ]

    private func scanlines() -> [UInt8] {
        let passes = isInterlaced ? Self.passes : [(0, 0, 1, 1)]
        var result: [UInt8] = []
        for (left, top, across, down) in passes where left < width {
            for y in stride(from: top, to: height, by: down) {
                result.append(0)
                result += packed(
                    stride(from: left, to: width, by: across).flatMap { x in
                        (0..<kind.channels).map { sample(x, y, $0) }
                    })
            }
        }
        return result
    }

    /// Samples with the highest bit first; a line ends with a whole byte.
    private func packed(_ samples: [Int]) -> [UInt8] {
        if depth == 16 { return samples.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } }
        var bytes = [UInt8](repeating: 0, count: (samples.count * depth + 7) / 8)
        for (index, sample) in samples.enumerated() {
            let bit = index * depth
            bytes[bit / 8] |= UInt8(sample << (8 - depth - bit % 8))
        }
        return bytes
    }

    static func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        let content = Array(name.utf8) + bytes
        return number(bytes.count) + content + number(Int(checksum(content)))
    }

    private static func number(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    /// zlib's format with stored blocks.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        var rest = bytes[...]
        repeat {
            let part = rest.prefix(65_535)
            rest = rest.dropFirst(part.count)
            let (low, high) = (UInt8(part.count & 255), UInt8(part.count >> 8))
            result += [rest.isEmpty ? 1 : 0, low, high, ~low, ~high] + part
        } while !rest.isEmpty
        var (first, second): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            first = (first + UInt32(byte)) % 65_521
            second = (second + first) % 65_521
        }
        return result + number(Int(second << 16 | first))
    }

    /// CRC-32 (PNG specification, annex D).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { rest, _ in
                rest & 1 == 1 ? 0xEDB8_8320 ^ (rest >> 1) : rest >> 1
            }
        }
    }
}
