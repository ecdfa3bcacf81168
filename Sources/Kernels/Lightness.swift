internal import Foundation

/// CIE L* of an sRGB color (D65) on the scale 0 to 255, in the integer arithmetic of OpenCV's 8-bit
/// conversion.
///
/// The tissue rule of StainTools is stated on this number, and rounding decides at the border, so the
/// fixed-point tables are reproduced exactly: linear light in 1/2040, the cube root in 1/32768.
public enum Lightness {
    /// A pixel is tissue when its lightness is below this: L* / 255 < 0.8.
    public static let tissueLimit = 204

    /// The lightness of one color, 0 (black) to 255 (white).
    public static func of(red: UInt8, green: UInt8, blue: UInt8) -> Int {
        lightness(ofLuminance: (weighted(red, green, blue) + luminanceUnit / 2) / luminanceUnit)
    }

    /// Whether ``of(red:green:blue:)`` is below ``tissueLimit``, without the detour over the cube root.
    public static func isTissue(red: UInt8, green: UInt8, blue: UInt8) -> Bool {
        weighted(red, green, blue) < tissueWeightLimit
    }

    /// Each channel's share of the luminance for the values 0 to 255: red, then green, then blue (768
    /// values).
    static let weights: [Int32] = luminanceShares.flatMap { share in
        linearLight.map { Int32(share * $0) }
    }

    /// The rule L* < ``tissueLimit`` on sums of ``weights``: lightness never falls with luminance, so one
    /// comparison with this limit says the same.
    static let tissueWeightLimit: Int = {
        let brightest =
            (0..<cubeRoots.count).first { lightness(ofLuminance: $0) >= tissueLimit } ?? cubeRoots.count
        return brightest * luminanceUnit - luminanceUnit / 2
    }()

    /// Shares of red, green and blue in the luminance, in 1/4096 (second row of the sRGB to XYZ matrix).
    private static let luminanceShares = [871, 2929, 296]
    private static let luminanceUnit = 4096
    private static let lightScale = 2040.0
    private static let rootScale = 32768.0

    private static func weighted(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Int {
        luminanceShares[0] * linearLight[Int(red)] + luminanceShares[1] * linearLight[Int(green)]
            + luminanceShares[2] * linearLight[Int(blue)]
    }

    /// L* = 116 f(Y) - 16, times 255 / 100, in 1/32768 and rounded.
    private static func lightness(ofLuminance luminance: Int) -> Int {
        (296 * cubeRoots[luminance] - 1_336_934 + 16384) >> 15
    }

    /// The inverse of the sRGB transfer curve for the values 0 to 255.
    private static let linearLight: [Int] = (0...255).map { value in
        let encoded = Double(value) / 255
        let linear = encoded <= 0.04045 ? encoded / 12.92 : pow((encoded + 0.055) / 1.055, 2.4)
        return Int((lightScale * linear).rounded(.toNearestOrEven))
    }

    /// CIE's f: the cube root with a straight piece near black.
    private static let cubeRoots: [Int] = (0..<3072).map { value in
        let luminance = Double(value) / lightScale
        let root = luminance < 0.008856 ? luminance * 7.787 + 16.0 / 116 : cbrt(luminance)
        return Int((rootScale * root).rounded(.toNearestOrEven))
    }
}
