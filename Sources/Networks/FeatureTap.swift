/// A place in a stack of convolutions where features are taken: AFTER the ReLU of one convolution.
///
/// Written `r42` for the second convolution of block 4, as in the field (relu4_2); blocks end at a max pool.
public struct FeatureTap: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// From 1.
    public let block: Int
    /// From 1, within the block.
    public let convolution: Int

    public init(block: Int, convolution: Int) {
        self.block = block
        self.convolution = convolution
    }

    /// Reads `r42`; nil unless it is an `r` and two digits from 1 to 9.
    public init?(_ text: String) {
        let digits = text.utf8.dropFirst().map { Int($0) - 0x30 }
        guard text.utf8.first == UInt8(ascii: "r"), digits.count == 2,
            digits.allSatisfy({ (1...9).contains($0) })
        else { return nil }
        self.init(block: digits[0], convolution: digits[1])
    }

    public var description: String { "r\(block)\(convolution)" }

    /// Shallow before deep.
    public static func < (left: FeatureTap, right: FeatureTap) -> Bool {
        (left.block, left.convolution) < (right.block, right.convolution)
    }
}

extension FeatureTap: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let tap = FeatureTap(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is no layer like r42")
        }
        self = tap
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
