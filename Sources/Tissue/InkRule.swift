#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif
package import Pixels

/// What a dark or colored pixel can be besides tissue, told from which color it absorbs.
///
/// Hematoxylin and eosin both absorb green most (Ruifrok and Johnston 2001: H 0.65, 0.70, 0.29; E 0.07, 0.99,
/// 0.11). Blue and green ink absorb red more than green; dense red ink absorbs all green and much blue but no
/// red; black ink and unlit scanner area absorb all three alike. The limits leave a margin for bluish
/// hematoxylin and for blood.
package enum InkRule {
    package enum Verdict: Equatable {
        case clear, ink, black
    }

    package static func verdict(_ color: RGBColor) -> Verdict {
        let red = density[Int(color.red)]
        let green = density[Int(color.green)]
        let blue = density[Int(color.blue)]
        let (low, high) = (min(red, green, blue), max(red, green, blue))
        // Transmission below about a third in every color, and nearly the same in all.
        if low > 1.1 && low > 0.7 * high { return .black }
        if red > 0.25 && red > ratioOfInk(red) * green { return .ink }
        // Dense blood comes close to red ink; to lose tissue is worse than to keep a red stroke.
        if green > 1.4 && red < 0.16 * green && blue > 0.6 * green { return .ink }
        return .clear
    }

    /// Red over green absorption above which a pixel is blue or green ink.
    ///
    /// Dense ink lies over tissue too, whose own green absorption pulls the ratio down; nuclei alone,
    /// averaged over 4 µm, hardly ever take so much red.
    private static func ratioOfInk(_ red: Double) -> Double {
        if red > 1.7 { return 1 }
        return red > 0.6 ? 1.12 : 1.25
    }

    /// Natural optical density of an 8-bit value against 255, with 0 taken as 1.
    private static let density: [Double] = (0...255).map { -log(Double(max($0, 1)) / 255) }
}
