#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif
public import Pixels

/// A perceptually uniform color scale, dark violet through red and orange to light yellow.
///
/// It is a path in OKLab (Ottosson 2020, "A perceptual color space for image processing") whose lightness
/// rises linearly and whose hue and chroma turn evenly, so equal steps of the value look equally large and
/// the order survives printing in gray and the common color vision deficiencies.
public struct ColorRamp: Sendable {
    private let colors: [RGBColor]

    public init() {
        colors = (0...255).map { Self.color(Double($0) / 255) }
    }

    /// The color of a value in 0...1; what lies outside takes the end's color.
    public func color(at value: Double) -> RGBColor {
        colors[Int((min(1, max(0, value.isNaN ? 0 : value)) * 255).rounded())]
    }

    private static func color(_ t: Double) -> RGBColor {
        let lightness = 0.28 + 0.65 * t
        let hue = (-75 + 180 * t) * .pi / 180
        let chroma = 0.13 + 0.08 * sin(.pi * min(1, t * 1.15))
        return sRGB(lightness: lightness, a: chroma * cos(hue), b: chroma * sin(hue))
    }

    /// OKLab to 8-bit sRGB, clipped to the gamut.
    private static func sRGB(lightness: Double, a: Double, b: Double) -> RGBColor {
        func cube(_ value: Double) -> Double { value * value * value }
        let l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
        let m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
        let s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
        func encode(_ linear: Double) -> UInt8 {
            let value = min(1, max(0, linear))
            let gamma = value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055
            return UInt8((gamma * 255).rounded())
        }
        return RGBColor(
            red: encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
            green: encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
            blue: encode(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s))
    }
}
