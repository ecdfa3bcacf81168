public import Pixels

/// The physical size of a slide's pixels and where the number came from. Never guessed.
public struct Calibration: Sendable, Equatable, Codable {
    /// Where a resolution came from; the raw value is recorded.
    public enum Source: String, Sendable, Codable {
        /// `openslide.mpp-x` and `-y`.
        case slide = "openslide.mpp"
        /// XResolution, YResolution and ResolutionUnit of a TIFF.
        case tiffTags = "tiff_resolution_tags"
        /// `--mpp`.
        case flag = "mpp_flag"
        /// `--mpp-csv`.
        case table = "mpp_csv"
    }

    public let micronsPerPixel: MicronsPerPixel
    public let source: Source

    public init(micronsPerPixel: MicronsPerPixel, source: Source) {
        self.micronsPerPixel = micronsPerPixel
        self.source = source
    }

    /// Scanners make pixels of 0.1 to 1 µm; single levels exported from a pyramid are coarser. What lies
    /// outside is a screen resolution (72 dpi is 353 µm) or nonsense.
    public static let plausible = 0.05...20.0

    /// Both directions of a microscope scan agree; a larger difference means that one of them is wrong.
    public static let largestAnisotropy = 0.05

    /// The resolution of a slide by the rules of the product: the slide's own, else `flag`, else `table`.
    ///
    /// - Throws: ``SlideFailure`` `missing_resolution`, saying what the slide did state if that was unusable.
    public static func resolve(
        _ properties: CalibrationProperties, flag: Double?, table: Double?, path: String
    ) throws(SlideFailure) -> Calibration {
        var rejected: [String] = []
        let candidates: [(Source, (Double, Double)?)] = [
            (.slide, microns(properties.mppX, properties.mppY)),
            (.tiffTags, tiffMicrons(properties)),
        ]
        for (source, pair) in candidates {
            guard let (x, y) = pair else { continue }
            if let value = checked(x, y) { return Calibration(micronsPerPixel: value, source: source) }
            rejected.append(
                "\(source.rawValue) = \(Self.rounded(x)) x \(Self.rounded(y)) µm is not plausible")
        }
        if let flag { return Calibration(micronsPerPixel: MicronsPerPixel(flag), source: .flag) }
        if let table { return Calibration(micronsPerPixel: MicronsPerPixel(table), source: .table) }
        let found =
            rejected.isEmpty ? "the slide does not state its resolution" : rejected.joined(separator: ", ")
        throw SlideFailure(.missingResolution, path: path, detail: found)
    }

    private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

    private static func checked(_ x: Double, _ y: Double) -> MicronsPerPixel? {
        guard plausible.contains(x), plausible.contains(y), abs(x - y) <= largestAnisotropy * max(x, y) else {
            return nil
        }
        return MicronsPerPixel(x: x, y: y)
    }

    private static func microns(_ x: String?, _ y: String?) -> (Double, Double)? {
        guard let x = x.flatMap(number) else { return nil }
        return (x, y.flatMap(number) ?? x)
    }

    private static func tiffMicrons(_ properties: CalibrationProperties) -> (Double, Double)? {
        let unitInMicrons: Double
        switch properties.tiffResolutionUnit {
        case "centimeter": unitInMicrons = 10_000
        case "inch": unitInMicrons = 25_400
        default: return nil
        }
        guard let x = properties.tiffXResolution.flatMap(number),
            let y = properties.tiffYResolution.flatMap(number), x > 0, y > 0
        else { return nil }
        return (unitInMicrons / x, unitInMicrons / y)
    }

    /// A number with a decimal point, or the decimal comma that some scanners' software writes.
    private static func number(_ text: String) -> Double? {
        guard let value = Double(text.replacing(",", with: ".")), value.isFinite else { return nil }
        return value
    }
}
