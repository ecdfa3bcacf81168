import Testing

/// An ONNX file read back: what `onnx.proto` of the ONNX project says about the field numbers, as far as the
/// exporter goes.
struct ParsedModel {
    struct Node {
        let inputs: [String]
        let output: String
        let operation: String
        let attributes: [String: Attribute]
    }

    enum Attribute: Equatable {
        case real(Float)
        case integer(Int)
        case text(String)
        case integers([Int])
    }

    struct Value: Equatable {
        let name: String
        let elementType: Int
        /// Digits, or the name of a free extent.
        let shape: [String]
        let documentation: String
    }

    let formatVersion: Int
    let operatorSet: Int
    let producer: [String]
    let documentation: String
    let metadata: [String: String]
    let nodes: [Node]
    let initializers: [String: NumberArray]
    let inputs: [Value]
    let outputs: [Value]

    init(_ bytes: [UInt8]) throws {
        let model = try ProtobufReader(bytes)
        formatVersion = try #require(model.integers(1).first)
        producer = try model.texts(2) + model.texts(3)
        documentation = try #require(model.texts(6).first)
        let operators = try #require(model.messages(8).first)
        try #require(operators.texts(1) == [""])
        operatorSet = try #require(operators.integers(2).first)
        metadata = try Dictionary(
            uniqueKeysWithValues: model.messages(14).map {
                (try #require($0.texts(1).first), try #require($0.texts(2).first))
            })
        let graph = try #require(model.messages(7).first)
        nodes = try graph.messages(1).map(Self.node)
        initializers = try Dictionary(uniqueKeysWithValues: graph.messages(5).map(Self.initializer))
        inputs = try graph.messages(11).map(Self.value)
        outputs = try graph.messages(12).map(Self.value)
    }

    private static func node(_ message: ProtobufReader) throws -> Node {
        let attributes = try message.messages(5).map { attribute in
            let name = try #require(attribute.texts(1).first)
            let value: Attribute =
                switch try attribute.integers(20) {
                case [1]: .real(try #require(attribute.reals(2).first))
                case [2]: .integer(try #require(attribute.integers(3).first))
                case [3]: .text(try #require(attribute.texts(4).first))
                case [7]: .integers(try attribute.integers(8))
                default: throw ProtobufReader.Damage.wrongKind(field: 20)
                }
            return (name, value)
        }
        let outputs = try message.texts(2)
        try #require(outputs.count == 1)
        return Node(
            inputs: try message.texts(1), output: outputs[0], operation: try #require(message.texts(4).first),
            attributes: Dictionary(uniqueKeysWithValues: attributes))
    }

    private static func initializer(_ message: ProtobufReader) throws -> (String, NumberArray) {
        let raw = try #require(message.byteStrings(9).first)
        let values: [Double] =
            switch try message.integers(2) {
            case [1]: words(raw, size: 4).map { Double(Float(bitPattern: UInt32($0))) }
            case [7]: words(raw, size: 8).map { Double(Int64(bitPattern: $0)) }
            default: throw ProtobufReader.Damage.wrongKind(field: 2)
            }
        let shape = try message.integers(1)
        try #require(values.count == shape.reduce(1, *))
        return (try #require(message.texts(8).first), NumberArray(shape: shape, values: values))
    }

    /// Little-endian words of `size` bytes.
    private static func words(_ bytes: [UInt8], size: Int) -> [UInt64] {
        stride(from: 0, to: bytes.count, by: size).map { start in
            bytes[start..<(start + size)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    private static func value(_ message: ProtobufReader) throws -> Value {
        let type = try #require(message.messages(2).first)
        let tensor = try #require(type.messages(1).first)
        let shape = try #require(tensor.messages(2).first)
        return Value(
            name: try #require(message.texts(1).first), elementType: try #require(tensor.integers(1).first),
            shape: try shape.messages(1).map { dimension in
                try dimension.texts(2).first ?? "\(try #require(dimension.integers(1).first))"
            },
            documentation: try #require(message.texts(3).first))
    }
}

/// Numbers in row-major order of a shape.
struct NumberArray {
    let shape: [Int]
    var values: [Double]

    init(shape: [Int], values: [Double]) {
        precondition(values.count == shape.reduce(1, *))
        self.shape = shape
        self.values = values
    }

    init(shape: [Int], _ values: [Float]) {
        self.init(shape: shape, values: values.map { Double($0) })
    }

    /// Number of numbers between neighbors along each axis.
    var strides: [Int] {
        shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    }
}
