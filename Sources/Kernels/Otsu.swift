/// Otsu's threshold (IEEE Trans. SMC 9(1), 1979), with the conventions of scikit-image's `threshold_otsu`, so
/// that both give the same number.
public enum Otsu {
    /// The grey level that splits a 256-bin histogram with the largest variance between both classes.
    ///
    /// The dark class holds the values `<=` the result. Of equal maxima the lowest wins. The threshold of a
    /// histogram with one occupied bin is that bin.
    /// - Parameter histogram: counts of the values 0...255.
    /// - Returns: nil for an empty histogram.
    public static func threshold(histogram: [Int]) -> UInt8? {
        precondition(histogram.count == 256, "a histogram of \(histogram.count) bins")
        guard let first = histogram.firstIndex(where: { $0 > 0 }),
            let last = histogram.lastIndex(where: { $0 > 0 })
        else { return nil }
        let counts = histogram[first...last].map(Double.init)
        let centers = (first...last).map(Double.init)
        guard let index = splitIndex(counts: counts, centers: centers) else { return UInt8(first) }
        return UInt8(first + index)
    }

    /// The threshold of floating-point values through a histogram of 256 equal bins between their minimum and
    /// maximum; the result is the center of the chosen bin.
    ///
    /// - Returns: nil for no values; the value itself if all are equal.
    public static func threshold(values: [Double]) -> Double? {
        guard let low = values.min(), let high = values.max() else { return nil }
        guard low < high else { return low }
        let edges = (0...256).map { low + (high - low) * (Double($0) / 256) }
        var counts = [Double](repeating: 0, count: 256)
        let scale = 256 / (high - low)
        for value in values {
            var bin = min(Int((value - low) * scale), 255)
            // Rounding in the product can put a value that lies on an edge into the neighboring bin.
            if value < edges[bin] { bin -= 1 } else if bin < 255, value >= edges[bin + 1] { bin += 1 }
            counts[bin] += 1
        }
        let centers = (0..<256).map { (edges[$0] + edges[$0 + 1]) / 2 }
        return splitIndex(counts: counts, centers: centers).map { centers[$0] }
    }

    /// Index of the last bin of the lower class, or nil for fewer than two bins.
    private static func splitIndex(counts: [Double], centers: [Double]) -> Int? {
        guard counts.count > 1 else { return nil }
        let total = counts.reduce(0, +)
        let weightedTotal = zip(counts, centers).reduce(0) { $0 + $1.0 * $1.1 }
        var best: (index: Int, variance: Double)?
        var weight = 0.0
        var weighted = 0.0
        for index in 0..<(counts.count - 1) {
            weight += counts[index]
            weighted += counts[index] * centers[index]
            let rest = total - weight
            guard weight > 0, rest > 0 else { continue }
            let distance = weighted / weight - (weightedTotal - weighted) / rest
            let variance = weight * rest * distance * distance
            if variance > best?.variance ?? -1 { best = (index, variance) }
        }
        return best?.index
    }
}
