public import Foundation

/// JSON documents with sorted snake_case keys and one trailing newline, so that equal values are equal bytes.
public enum JSONText {
    /// The document as UTF-8 bytes. Throws what the encoder throws, for example for NaN, which JSON
    /// cannot express.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return [UInt8](try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }

    /// A document that ``encode(_:)`` wrote. Throws if the file cannot be read or does not fit the
    /// type.
    public static func decode<Value: Decodable>(_ type: Value.Type, from url: URL) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(contentsOf: url))
    }
}
