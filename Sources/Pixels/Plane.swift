/// One channel of an image: `height` rows of `width` values, row-major.
///
/// Used for grey images and histograms' sources (`UInt8`), masks (`Bool`) and float maps.
public struct Plane<Value: Sendable>: Sendable {
    public let width: Int
    public let height: Int
    public var values: [Value]

    public init(width: Int, height: Int, filledWith value: Value) {
        precondition(width >= 0 && height >= 0, "plane of negative size \(width) x \(height)")
        self.width = width
        self.height = height
        self.values = [Value](repeating: value, count: width * height)
    }

    /// Takes over existing values. Traps when their number is not `width * height`.
    public init(width: Int, height: Int, values: [Value]) {
        precondition(
            values.count == width * height, "\(values.count) values for a plane of \(width) x \(height)")
        self.width = width
        self.height = height
        self.values = values
    }

    /// The value at column `x`, row `y`.
    @inlinable
    public subscript(x: Int, y: Int) -> Value {
        get { values[y * width + x] }
        set { values[y * width + x] = newValue }
    }
}

extension Plane: Equatable where Value: Equatable {}
