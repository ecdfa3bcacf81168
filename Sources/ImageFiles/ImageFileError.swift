/// What can go wrong when an image file is read or written. Payloads are values; the sentence is
/// `description`.
public enum ImageFileError: Error, Equatable, CustomStringConvertible {
    /// The operating system refused: its own text says why.
    case cannotRead(path: String, reason: String)
    case cannotWrite(path: String, reason: String)
    /// The bytes are not a valid file of the format that was expected.
    case corrupt(path: String, format: String, reason: String)
    /// Larger than this program takes from an image file.
    case tooLarge(path: String, width: Int, height: Int, limit: Int)

    public var description: String {
        switch self {
        case .cannotRead(let path, let reason): "cannot read '\(path)': \(reason)"
        case .cannotWrite(let path, let reason): "cannot write '\(path)': \(reason)"
        case .corrupt(let path, let format, let reason): "'\(path)' is not a valid \(format) file: \(reason)"
        case .tooLarge(let path, let width, let height, let limit):
            "'\(path)' is \(width) x \(height) pixels; at most \(limit) on a side are accepted"
        }
    }
}
