#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The span of the values that a picture shows, never empty.
struct ValueRange: Sendable, Equatable {
    let low: Double
    let high: Double

    /// The value itself if it can be shown: a number of a size that occurs.
    static func shown(_ value: Double?) -> Double? {
        value.flatMap { $0.isFinite && abs($0) <= 1e30 ? $0 : nil }
    }

    /// From the lowest to the highest of the values that can be shown; around them where all are (almost) equal, and
    /// 0...1 where there are none.
    ///
    /// - Parameter margin: part of the span that is added at both ends.
    init(_ values: [Double?], margin: Double = 0) {
        let values = values.compactMap(Self.shown)
        guard let least = values.min(), let most = values.max() else {
            (low, high) = (0, 1)
            return
        }
        let size = max(abs(least), abs(most))
        let isPoint = most - least < max(1e-5 * size, 1e-30)
        let extra = isPoint ? max(0.05 * size, 1e-3) : margin * (most - least)
        (low, high) = (least - extra, most + extra)
    }

    /// 0 at the low end, 1 at the high one.
    func position(_ value: Double) -> Double { (value - low) / (high - low) }

    /// A value with three decimals if those of this span are below ten, with fewer if they are larger, and with more
    /// where that is needed to tell them apart.
    func text(_ value: Double) -> String {
        let size = max(abs(low), abs(high))
        let power = size >= 1 ? log10(size).rounded(.down) : 0
        let places = Int(max(3 - power, log10(20 / (high - low)).rounded(.up), 0))
        return size < 1e8 && places <= 6 ? AxisTicks.text(value, places: places) : Self.power(value)
    }

    /// A value in three digits and a power of ten.
    private static func power(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        let unit = pow(10, log10(abs(value)).rounded(.down) - 2)
        return "\(Float((value / unit).rounded() * unit))"
    }
}
