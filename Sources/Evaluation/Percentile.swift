/// Percentiles of a set of numbers, with linear interpolation between ranks as numpy's default has it.
enum Percentile {
    /// - Parameters:
    ///   - percent: 0 to 100.
    ///   - sorted: ascending, not empty.
    static func value(_ percent: Double, of sorted: [Double]) -> Double {
        let rank = percent / 100 * Double(sorted.count - 1)
        let low = min(sorted.count - 1, max(0, Int(rank)))
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (rank - Double(low))
    }
}
