/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a small generator whose sequence depends on the seed
/// alone.
///
/// Every random choice of the product comes from one of these with a seed that is recorded, so that the same
/// input gives the same result on every machine. Not for cryptography.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    /// Uniform in [0, 1), 53 random bits.
    public mutating func nextUnit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// Uniform in `range`; the modulo bias is below 2^-40 for the ranges used here (at most 2^24).
    public mutating func next(in range: Range<Int>) -> Int {
        precondition(!range.isEmpty, "empty range")
        return range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// A hash of several integers, for choices that must not depend on the order in which they are made.
    public static func hash(_ seed: UInt64, _ values: Int...) -> UInt64 {
        var state = mix(seed &+ 0x9E37_79B9_7F4A_7C15)
        for value in values { state = absorb(value, into: state) }
        return state
    }

    /// The same hash of two integers, without the list that costs an allocation.
    public static func hash(_ seed: UInt64, first: Int, second: Int) -> UInt64 {
        absorb(second, into: absorb(first, into: mix(seed &+ 0x9E37_79B9_7F4A_7C15)))
    }

    private static func absorb(_ value: Int, into state: UInt64) -> UInt64 {
        mix(state ^ UInt64(bitPattern: Int64(value)) &+ 0x9E37_79B9_7F4A_7C15)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
