/// How many images may turn out bad before preparation gives up.
public enum BadImageAllowance: Sendable, Equatable {
    case count(Int)
    /// Part of all images.
    case fraction(Double)

    package func allows(_ bad: Int, of total: Int) -> Bool {
        switch self {
        case .count(let most): bad <= most
        case .fraction(let most): Double(bad) <= most * Double(total)
        }
    }
}

/// How far preparation is.
public struct PreparationProgress: Sendable, Equatable {
    public let done: Int
    public let total: Int
    /// Images left out so far.
    public let bad: Int

    public init(done: Int, total: Int, bad: Int) {
        self.done = done
        self.total = total
        self.bad = bad
    }
}

/// Why images cannot be prepared.
public enum PreparationError: Error, Equatable, CustomStringConvertible {
    case tooLarge(bytes: Int, limit: Int, images: Int)
    case tooManyBad(count: Int, total: Int, first: [BadImage])
    case nothingLeft(total: Int, bad: [BadImage])

    public var description: String {
        switch self {
        case .tooLarge(let bytes, let limit, let images):
            "\(images) images take \(Self.mebibytes(bytes)) of memory, more than the limit of "
                + "\(Self.mebibytes(limit)): use fewer images, a smaller field, or a higher limit"
        case .tooManyBad(let count, let total, let first):
            "\(count) of \(total) images cannot be used, such as \(Self.list(first))"
        case .nothingLeft(let total, let bad):
            "none of \(total) images can be used" + (bad.isEmpty ? "" : ", such as ")
                + Self.list(bad.prefix(3))
        }
    }

    private static func list(_ images: some Sequence<BadImage>) -> String {
        images.map { "'\($0.name)' (\($0.defect))" }.joined(separator: "; ")
    }

    private static func mebibytes(_ bytes: Int) -> String { "\((bytes + (1 << 20) - 1) >> 20) MiB" }
}
