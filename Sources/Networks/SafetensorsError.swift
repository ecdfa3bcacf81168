/// Why a safetensors file was refused. Payloads are values; the sentence with the fix is `description`.
public enum SafetensorsError: Error, Equatable, CustomStringConvertible {
    case cannotRead(path: String, reason: String)
    case cannotWrite(path: String, reason: String)
    /// Fewer than the eight bytes that state the header's length.
    case tooShort(bytes: Int)
    case headerTooLong(length: UInt64, limit: Int)
    case headerBeyondFile(length: UInt64, available: Int)
    case headerNotAnObject
    case malformedHeader(reason: String, offset: Int)
    case malformedEntry(tensor: String, reason: String)
    case unknownType(tensor: String, type: String)
    case zeroDimension(tensor: String, shape: [Int])
    /// The number of bytes that the shape implies does not fit in an integer.
    case sizeOverflow(tensor: String, shape: [Int])
    case sizeMismatch(tensor: String, expected: Int, found: Int)
    /// Ranges leave a hole or overlap: `begin` should have been `expected`.
    case notContiguous(tensor: String, begin: Int, expected: Int)
    case dataSizeMismatch(expected: Int, found: Int)
    case notFinite(tensor: String, index: Int)
    case noSuchTensor(String)
    /// The element type cannot be read as numbers of 32 bits.
    case notReadableAsFloat(tensor: String, type: String)

    public var description: String {
        "not a usable safetensors file: \(detail)"
    }

    private var detail: String {
        switch self {
        case .cannotRead(let path, let reason): "cannot read '\(path)': \(reason)"
        case .cannotWrite(let path, let reason): "cannot write '\(path)': \(reason)"
        case .tooShort(let bytes): "it has only \(bytes) bytes; \(Self.again)"
        case .headerTooLong(let length, let limit):
            "its header claims \(length) bytes, more than the \(limit) accepted"
        case .headerBeyondFile(let length, let available):
            "its header claims \(length) bytes but \(available) follow; \(Self.again)"
        case .headerNotAnObject: "its header does not begin with '{'; check that this is a safetensors file"
        case .malformedHeader(let reason, let offset):
            "header byte \(offset): \(reason); write the file again"
        case .malformedEntry(let tensor, let reason): "entry '\(tensor)': \(reason); write the file again"
        case .unknownType(let tensor, let type): "'\(tensor)' has the unknown type '\(type)'; save it as F32"
        case .zeroDimension(let tensor, let shape): "'\(tensor)' of shape \(shape) is empty; leave it out"
        case .sizeOverflow(let tensor, let shape): "shape \(shape) of '\(tensor)' is impossibly large"
        case .sizeMismatch(let tensor, let expected, let found):
            "'\(tensor)' needs \(expected) bytes but its range has \(found); write the file again"
        case .notContiguous(let tensor, let begin, let expected):
            "'\(tensor)' begins at byte \(begin) instead of \(expected): ranges overlap or leave a hole"
        case .dataSizeMismatch(let expected, let found):
            "its tensors fill \(expected) bytes but \(found) are there; \(Self.again)"
        case .notFinite(let tensor, let index):
            "value \(index) of '\(tensor)' is not a finite number; the training run went wrong"
        case .noSuchTensor(let name): "there is no tensor '\(name)'"
        case .notReadableAsFloat(let tensor, let type):
            "'\(tensor)' of type \(type) cannot be read; save it as F32"
        }
    }

    private static let again = "copy or download it again"
}
