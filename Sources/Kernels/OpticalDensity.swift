internal import Foundation

/// Optical density of an 8-bit channel value by the law of Beer and Lambert, white being 255: -ln(I / 255).
///
/// Black (0) counts as 1, and no density is below ``floor``, so that every density is finite and positive.
public enum OpticalDensity {
    /// Density of the white point; StainTools' guard against logarithms of zero.
    public static let floor = 1e-6

    /// The density of one channel value.
    public static func of(_ value: UInt8) -> Double {
        max(-log(Double(max(value, 1)) / 255), floor)
    }

    /// ``of(_:)`` for the values 0 to 255, which is all that the kernels ever need.
    public static let table: [Float] = (0...255).map { Float(of(UInt8($0))) }
}
