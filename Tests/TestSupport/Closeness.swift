/// Largest absolute difference between two sequences of the same length, or nil if the lengths differ or any
/// value is not finite (so that a comparison can never pass on NaN).
public func maximumDifference<T: BinaryFloatingPoint>(_ left: [T], _ right: [T]) -> T? {
    guard left.count == right.count else { return nil }
    var largest: T = 0
    for (a, b) in zip(left, right) {
        guard a.isFinite, b.isFinite else { return nil }
        largest = max(largest, abs(a - b))
    }
    return largest
}

/// Largest absolute difference divided by the largest magnitude on the right: the tolerance the golden data
/// is stated in ("relative to the tensor's maximum"). Nil as for ``maximumDifference(_:_:)``.
public func maximumRelativeDifference<T: BinaryFloatingPoint>(_ left: [T], _ right: [T]) -> T? {
    guard let difference = maximumDifference(left, right) else { return nil }
    let scale = right.reduce(0) { max($0, abs($1)) }
    return scale == 0 ? difference : difference / scale
}
