public import Foundation
internal import Records

/// A tensor in memory: `values` in row-major order of `shape` (PyTorch's order for weights).
public struct Tensor: Sendable, Equatable {
    public let shape: [Int]
    public var values: [Float]

    /// Traps when the number of values is not the product of the shape.
    public init(shape: [Int], values: [Float]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values for the shape \(shape)")
        self.shape = shape
        self.values = values
    }
}

/// Tensors by name, as a network's weights are handed over.
public typealias NamedTensors = [String: Tensor]

/// A safetensors file in memory, fully checked: header, sizes, ranges, and that no floating-point value is
/// NaN or infinite. Tensors are converted to `Float` when they are asked for.
public struct SafetensorsFile: Sendable {
    /// Tensors in the order of their data.
    public let entries: [TensorEntry]
    public let metadata: [String: String]
    private let data: [UInt8]
    private let index: [String: Int]

    /// Reads and checks a file. The header is checked against the file's size before the data is read.
    public init(contentsOf url: URL) throws(SafetensorsError) {
        let (prefix, header, data): ([UInt8], SafetensorsHeader, [UInt8])
        do {
            let file = try RegularFile.open(url.path)
            defer { try? file.close() }
            let size = Int(clamping: try file.seekToEnd())
            try file.seek(toOffset: 0)
            prefix = [UInt8](try file.read(upToCount: 8) ?? Data())
            let length = try SafetensorsHeader.length(prefix, fileSize: size)
            header = try SafetensorsHeader(
                [UInt8](try file.read(upToCount: length) ?? Data()), dataSize: size - 8 - length)
            data = [UInt8](try file.read(upToCount: size - 8 - length) ?? Data())
        } catch let error as SafetensorsError {
            throw error
        } catch let error as FileError {
            throw .cannotRead(path: url.path, reason: error.reason)
        } catch {
            throw .cannotRead(path: url.path, reason: error.localizedDescription)
        }
        try self.init(header, data: data)
    }

    /// Checks a file that is already in memory.
    public init(bytes: [UInt8]) throws(SafetensorsError) {
        let length = try SafetensorsHeader.length([UInt8](bytes.prefix(8)), fileSize: bytes.count)
        let header = try SafetensorsHeader(
            [UInt8](bytes[8..<(8 + length)]), dataSize: bytes.count - 8 - length)
        try self.init(header, data: [UInt8](bytes[(8 + length)...]))
    }

    private init(_ header: SafetensorsHeader, data: [UInt8]) throws(SafetensorsError) {
        let needed = header.entries.last?.range.upperBound ?? 0
        guard data.count == needed else { throw .dataSizeMismatch(expected: needed, found: data.count) }
        entries = header.entries
        metadata = header.metadata
        self.data = data
        index = Dictionary(uniqueKeysWithValues: header.entries.enumerated().map { ($1.name, $0) })
        for entry in entries {
            try checkFinite(entry)
        }
    }

    /// Type, shape and place of a tensor; nil if the file has none of that name.
    public func entry(_ name: String) -> TensorEntry? {
        index[name].map { entries[$0] }
    }

    /// The tensor `name`, widened to `Float` (F16, BF16, 8- and 16-bit integers exactly, F64 rounded).
    public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
        guard let entry = entry(name) else { throw .noSuchTensor(name) }
        guard entry.type.isReadableAsFloat else {
            throw .notReadableAsFloat(tensor: name, type: entry.type.rawValue)
        }
        return Tensor(shape: entry.shape, values: values(of: entry))
    }

    /// All tensors whose names begin with `prefix`, under their names without it.
    public func tensors(under prefix: String) throws(SafetensorsError) -> NamedTensors {
        var found: NamedTensors = [:]
        for entry in entries where entry.name.hasPrefix(prefix) {
            found[String(entry.name.dropFirst(prefix.count))] = try tensor(entry.name)
        }
        return found
    }

    private func values(of entry: TensorEntry) -> [Float] {
        data.withUnsafeBytes { bytes in
            let slice = UnsafeRawBufferPointer(rebasing: bytes[entry.range])
            return (0..<entry.count).map { entry.type.element($0, of: slice) }
        }
    }

    private func checkFinite(_ entry: TensorEntry) throws(SafetensorsError) {
        switch entry.type {
        case .float16, .brain16, .float32, .float64: break
        default: return
        }
        let culprit = data.withUnsafeBytes { bytes in
            let slice = UnsafeRawBufferPointer(rebasing: bytes[entry.range])
            return (0..<entry.count).first { !entry.type.element($0, of: slice).isFinite }
        }
        if let culprit { throw .notFinite(tensor: entry.name, index: culprit) }
    }
}
