/// The `fraction`-quantile (0 to 1) of `values` with linear interpolation between the two nearest ranks:
/// exactly what sorting everything and interpolating at rank fraction * (count - 1) gives, in two passes and
/// without sorting.
///
/// - Precondition: there is at least one value, and none is NaN.
public func linearQuantile(_ values: borrowing Span<Float>, _ fraction: Double) -> Double {
    precondition(
        !values.isEmpty && (0...1).contains(fraction), "quantile \(fraction) of \(values.count) values")
    let rank = fraction * Double(values.count - 1)
    let lower = min(Int(rank), values.count - 1)
    return values.withUnsafeBufferPointer { buffer in
        let (low, high) = neighbors(of: lower, in: buffer)
        return Double(low) + (Double(high) - Double(low)) * (rank - Double(lower))
    }
}

/// The values of ranks `rank` and `rank + 1` (or the last) of `values` in ascending order.
private func neighbors(of rank: Int, in values: UnsafeBufferPointer<Float>) -> (Float, Float) {
    var counts = [Int](repeating: 0, count: 1 << bucketBits)
    counts.withUnsafeMutableBufferPointer { counts in
        for value in values { counts[bucket(of: value)] += 1 }
    }
    // The bucket that holds `rank`, and with it the next occupied one when `rank` is the bucket's last.
    var first = 0
    var below = 0
    while below + counts[first] <= rank {
        below += counts[first]
        first += 1
    }
    var last = first
    var through = below + counts[first]
    while through <= rank + 1 && last + 1 < counts.count {
        last += 1
        through += counts[last]
    }
    var candidates = [Float]()
    candidates.reserveCapacity(through - below)
    for value in values where (first...last).contains(bucket(of: value)) { candidates.append(value) }
    candidates.sort()
    let position = rank - below
    return (candidates[position], candidates[min(position + 1, candidates.count - 1)])
}

/// Sign, exponent and four bits of the significand.
private let bucketBits = 13

/// Buckets ascend with their values: the bit patterns of floats do, once the negative ones are turned round.
@inline(__always)
private func bucket(of value: Float) -> Int {
    let bits = value.bitPattern
    let ascending = bits ^ (bits >> 31 == 0 ? 0x8000_0000 : 0xFFFF_FFFF)
    return Int(ascending >> UInt32(32 - bucketBits))
}
