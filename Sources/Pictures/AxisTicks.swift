#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Round numbers for scales.
public enum AxisTicks {
    /// The largest of 1, 2, 5 times a power of ten that is not above `limit`. `limit` must be positive.
    public static func roundNumber(notAbove limit: Double) -> Double {
        precondition(limit > 0 && limit.isFinite, "no round number below \(limit)")
        let power = pow(10, log10(limit).rounded(.down))
        for factor in [5.0, 2.0] where factor * power <= limit * (1 + 1e-12) { return factor * power }
        return power <= limit * (1 + 1e-12) ? power : power / 2
    }

    /// Round values within the range, about `count` of them.
    public static func values(from low: Double, to high: Double, count: Int) -> [Double] {
        guard high > low, count > 0 else { return [] }
        let step = roundNumber(notAbove: (high - low) / Double(count))
        let first = (low / step).rounded(.up)
        return stride(from: first, through: (high / step).rounded(.down), by: 1).map { $0 * step }
    }

    /// A decimal with the given number of places, independent of the locale.
    public static func text(_ value: Double, places: Int) -> String {
        let scale = pow(10, Double(places))
        let scaled = Int((abs(value) * scale).rounded())
        let whole = scaled / Int(scale)
        let sign = value < 0 && scaled != 0 ? "-" : ""
        guard places > 0 else { return sign + String(whole) }
        let fraction = String(scaled % Int(scale))
        return sign + "\(whole)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
