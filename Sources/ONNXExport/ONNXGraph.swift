/// A tensor whose values are part of the file: a weight or a constant.
struct ONNXInitializer {
    let name: String
    let shape: [Int]
    let elements: Elements

    enum Elements {
        case float32([Float])
        case int64([Int64])
    }

    /// TensorProto, with the values as little-endian bytes in row-major order (`raw_data`).
    var message: ProtobufMessage {
        var message = ProtobufMessage()
        for side in shape { message.add(1, side) }
        switch elements {
        case .float32(let values):
            message.add(2, ONNXElementType.float32.rawValue)
            message.add(8, name)
            message.add(9, Self.littleEndian(values.map(\.bitPattern)))
        case .int64(let values):
            message.add(2, ONNXElementType.int64.rawValue)
            message.add(8, name)
            message.add(9, Self.littleEndian(values))
        }
        return message
    }

    private static func littleEndian<Bits: FixedWidthInteger>(_ values: [Bits]) -> [UInt8] {
        values.map(\.littleEndian).withUnsafeBytes { [UInt8]($0) }
    }
}

/// TensorProto.DataType, as far as it is used here.
enum ONNXElementType: Int {
    case float32 = 1
    case int64 = 7
}

/// A setting of an operation.
enum ONNXAttribute {
    case integer(Int)
    case integers([Int])
    case real(Float)
    case text(String)

    /// AttributeProto; field 20 states which of the value fields counts.
    func message(name: String) -> ProtobufMessage {
        var message = ProtobufMessage()
        message.add(1, name)
        switch self {
        case .real(let value):
            message.add(2, value)
            message.add(20, 1)
        case .integer(let value):
            message.add(3, value)
            message.add(20, 2)
        case .text(let value):
            message.add(4, value)
            message.add(20, 3)
        case .integers(let values):
            for value in values { message.add(8, value) }
            message.add(20, 7)
        }
        return message
    }
}

/// One operation of a graph. It has one output, which bears the operation's own name.
struct ONNXNode {
    let operation: String
    let name: String
    let inputs: [String]
    let attributes: KeyValuePairs<String, ONNXAttribute>

    /// NodeProto.
    var message: ProtobufMessage {
        var message = ProtobufMessage()
        for input in inputs { message.add(1, input) }
        message.add(2, name)
        message.add(3, name)
        message.add(4, operation)
        for (name, value) in attributes { message.add(5, value.message(name: name)) }
        return message
    }
}

/// A float32 tensor that goes into the graph or comes out of it.
public struct ONNXValue: Sendable, Equatable {
    public let name: String
    public let dimensions: [Dimension]
    /// What the numbers are.
    public let documentation: String

    /// Extent along one axis.
    public enum Dimension: Sendable, Hashable, CustomStringConvertible {
        /// Number of images; the user decides.
        case batch
        case fixed(Int)

        public var description: String {
            switch self {
            case .batch: "N"
            case .fixed(let count): "\(count)"
            }
        }
    }

    /// ValueInfoProto.
    var message: ProtobufMessage {
        var shape = ProtobufMessage()
        for dimension in dimensions {
            var entry = ProtobufMessage()
            switch dimension {
            case .fixed(let count): entry.add(1, count)
            case .batch: entry.add(2, dimension.description)
            }
            shape.add(1, entry)
        }
        var tensor = ProtobufMessage()
        tensor.add(1, ONNXElementType.float32.rawValue)
        tensor.add(2, shape)
        var type = ProtobufMessage()
        type.add(1, tensor)
        var message = ProtobufMessage()
        message.add(1, name)
        message.add(2, type)
        message.add(3, documentation)
        return message
    }
}
