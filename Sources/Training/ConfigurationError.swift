/// Why a training configuration cannot be used, as one sentence that says what to change.
public enum ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    /// Not YAML at all; `line` is where that shows.
    case syntax(line: Int?, reason: String)
    case unknownKey(String, line: Int?, nearest: String?, known: [String])
    case wrongType(key: String, line: Int?, expected: String, found: String)
    case unknownValue(key: String, line: Int?, found: String, nearest: String?, known: [String])
    case outOfRange(key: String, line: Int?, found: String, range: String)
    /// Two values that are fine alone and impossible together.
    case contradiction(String)

    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "the configuration '\(path)' cannot be read: \(reason)"
        case .syntax(let line, let reason): "this is not valid YAML\(Self.place(line)): \(reason)"
        case .unknownKey(let key, let line, let nearest, let known):
            "there is no key '\(key)'\(Self.place(line)); \(Self.hint(nearest, known))"
        case .wrongType(let key, let line, let expected, let found):
            "'\(key)'\(Self.place(line)) must be \(expected), not \(found)"
        case .unknownValue(let key, let line, let found, let nearest, let known):
            "'\(key)'\(Self.place(line)) cannot be '\(found)'; \(Self.hint(nearest, known))"
        case .outOfRange(let key, let line, let found, let range):
            "'\(key)'\(Self.place(line)) is \(found); possible is \(range)"
        case .contradiction(let clause): "the configuration contradicts itself: \(clause)"
        }
    }

    private static func place(_ line: Int?) -> String {
        if let line { " (line \(line))" } else { "" }
    }

    private static func hint(_ nearest: String?, _ known: [String]) -> String {
        if let nearest { "did you mean '\(nearest)'?" } else { "known are \(known.joined(separator: ", "))" }
    }
}
