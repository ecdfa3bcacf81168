/// Sizes of a tensor's axes, outermost first; row-major. Images are batch x height x width x channels.
public struct TensorShape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
    public let sizes: [Int]

    public init(_ sizes: [Int]) {
        precondition(sizes.allSatisfy { $0 > 0 }, "a tensor with the sizes \(sizes)")
        self.sizes = sizes
    }

    public init(arrayLiteral sizes: Int...) {
        self.init(sizes)
    }

    /// A single number: no axes.
    public static let scalar = TensorShape([])

    public var rank: Int { sizes.count }
    public var count: Int { sizes.reduce(1, *) }
    public subscript(axis: Int) -> Int { sizes[axis] }

    public var description: String { sizes.map(String.init).joined(separator: "x") }

    /// The shape of an elementwise operation on tensors of both shapes: aligned at the innermost axis, where
    /// an axis of size 1, or a missing one, repeats.
    func broadcast(with other: TensorShape) -> TensorShape {
        if self == other { return self }
        let rank = max(rank, other.rank)
        let (left, right) = (padded(to: rank), other.padded(to: rank))
        return TensorShape(
            zip(left, right).map { a, b in
                precondition(a == b || a == 1 || b == 1, "shapes \(self) and \(other) do not fit together")
                return max(a, b)
            })
    }

    /// Sizes with axes of size 1 put in front.
    func padded(to rank: Int) -> [Int] {
        [Int](repeating: 1, count: rank - self.rank) + sizes
    }
}
