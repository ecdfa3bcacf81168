#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The standard normal distribution.
enum NormalDistribution {
    /// Chance of a value at least as far from 0 as `z`, in either direction.
    static func twoSidedTail(_ z: Double) -> Double { erfc(abs(z) / 2.0.squareRoot()) }

    /// The distance from 0 within which a value lies with the chance `confidence`, between 0 and 1: 1.96 for 0.95.
    static func reach(confidence: Double) -> Double {
        precondition(confidence > 0 && confidence < 1, "a confidence of \(confidence)")
        var (low, high) = (0.0, 40.0)
        // Halved until no number lies between; the tail falls strictly.
        while true {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { return high }
            if twoSidedTail(middle) > 1 - confidence { low = middle } else { high = middle }
        }
    }
}
