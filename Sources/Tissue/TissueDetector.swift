internal import Kernels
internal import Pixels

/// Which rule finds the tissue.
public enum TissueRule: String, Sendable, Codable, CaseIterable {
    /// Otsu on saturation with ink and black kept out, a floor for blank slides and a fallback for faint
    /// tissue.
    case otsu
    /// The rule of the paper's Camelyon16 preparation: Otsu on luma at 64 µm a pixel, its border removal, an
    /// opening.
    case paper
}

/// Otsu's threshold on HSV saturation.
///
/// Saturation and not brightness: glass, dust, shadows and scanner black are gray, whatever their brightness,
/// while both stains are colored, so that pale eosin counts and gray dirt does not. The comparison is in
/// `Tissue.md`.
public struct TissueDetector: Sendable {
    /// Saturation (0...255) below which nothing counts as tissue: glass and JPEG noise stay under it on blank
    /// slides, where Otsu would call half of the noise tissue.
    public static let floor = 18.0
    /// Less tissue than this part of the slide makes the detector look for faint tissue, as weak contrast
    /// does.
    public static let littleTissue = 0.002
    /// Pixels that the floor takes from Otsu's tissue, as a part of those that stay, above which stain counts
    /// as weak.
    static let cutTissue = 0.1
    /// Saturation above the glass that faint tissue must have, in standard deviations of the glass and at
    /// least ...
    static let faintDeviations = 4.0
    /// ... this much (0...255).
    static let faintContrast = 4.0

    /// Fragments smaller than this (µm²) are specks: a square of 50 µm.
    static let smallestFragment = 2_500.0
    /// Enclosed holes smaller than this (µm²) are filled: a square of 100 µm.
    static let smallestHole = 10_000.0
    /// Gaps narrower than twice this (µm) are closed.
    static let closingRadius = 12.0

    public init() {}

    /// Finds the tissue on an overview. Areas that could not be read count as tissue: they may be.
    public func detect(on overview: SlideOverview) -> TissueMask {
        let factor = max(1, Int((OverviewReader.tissueMicrons / overview.micronsPerPixel).rounded(.down)))
        let image = overview.image.areaAveraged(by: factor)
        let microns = overview.micronsPerPixel * Double(factor)
        let excluded = Exclusion(image, micronsPerPixel: microns)
        let saturation = image.saturation()
        let threshold = Self.threshold(saturation, excluding: excluded.all)
        let cleaner = MaskCleaner(micronsPerPixel: microns, excluded: excluded.all)

        var applied = max(Self.floor, threshold.otsu ?? Self.floor)
        var method = TissueEvidence.Method.otsu
        var plane = cleaner.clean(saturation.mask { Double($0) > applied })
        let isLittle = Double(plane.trueCount) < Self.littleTissue * Double(plane.values.count)
        if isLittle || threshold.isCutByFloor {
            let faint = cleaner.clean(saturation.blurred().mask { Double($0) > threshold.faint }, specks: 16)
            if faint.trueCount > plane.trueCount {
                plane = Plane(
                    width: plane.width, height: plane.height,
                    values: zip(plane.values, faint.values).map { $0 || $1 })
                applied = threshold.faint
                method = .faintTissueFallback
            }
        }
        let unread = overview.unread.reduced(by: factor)
        let readable = Double(plane.trueCount) / Double(max(plane.values.count, 1))
        plane = Plane(
            width: plane.width, height: plane.height,
            values: zip(plane.values, unread.values).map { $0 || $1 })
        return TissueMask(
            plane: plane, scaleX: overview.scaleX * Double(factor), scaleY: overview.scaleY * Double(factor),
            evidence: TissueEvidence(
                method: method, channel: "saturation", otsuThreshold: threshold.otsu,
                appliedThreshold: applied,
                micronsPerMaskPixel: microns, tissueFraction: readable, inkFraction: excluded.inkFraction,
                blackFraction: excluded.blackFraction,
                unreadFraction: Double(unread.trueCount) / Double(max(unread.values.count, 1))),
            foreign: excluded.all)
    }

    /// Otsu's threshold of the pixels that are neither ink nor black, and the threshold for faint tissue.
    private static func threshold(
        _ saturation: Plane<UInt8>, excluding excluded: Plane<Bool>
    ) -> (otsu: Double?, faint: Double, isCutByFloor: Bool) {
        var histogram = [Int](repeating: 0, count: 256)
        for (value, skip) in zip(saturation.values, excluded.values) where !skip {
            histogram[Int(value)] += 1
        }
        let glass = glassLevel(histogram)
        let faint = glass.level + max(faintContrast, faintDeviations * glass.deviation)
        guard let otsu = Otsu.threshold(histogram: histogram) else { return (nil, faint, false) }
        // Where stain is weak, the floor parts the tissue from its own strongest spots. A gap between glass
        // and strong tissue gives a low threshold too, but then nothing lies between it and the floor.
        let above = histogram[(Int(floor) + 1)...].reduce(0, +)
        let between = Int(otsu) < Int(floor) ? histogram[(Int(otsu) + 1)...Int(floor)].reduce(0, +) : 0
        return (Double(otsu), faint, Double(between) > cutTissue * Double(above))
    }

    /// Level and spread of the glass: the mode of the histogram's lower part, and the half-width of the
    /// values below it (tissue lies above and does not disturb that side).
    private static func glassLevel(_ histogram: [Int]) -> (level: Double, deviation: Double) {
        let low = histogram.prefix(64)
        guard let peak = low.max(), peak > 0, let mode = low.firstIndex(of: peak) else { return (0, 0) }
        var count = 0.0
        var squares = 0.0
        for value in 0...mode {
            let distance = Double(mode - value)
            count += Double(histogram[value])
            squares += Double(histogram[value]) * distance * distance
        }
        return (Double(mode), (squares / max(count, 1)).squareRoot())
    }
}

/// The pixels that are not candidates for tissue.
private struct Exclusion {
    /// Single dark nuclei and grains of pigment are no ink, which comes in strokes: least area in µm².
    static let smallestStroke = 800.0
    /// Half the width in µm of gaps that are closed in a stroke.
    static let strokeGap = 32.0
    /// Soft edge of a stroke in µm.
    static let softEdge = 8.0

    let all: Plane<Bool>
    let inkFraction: Double
    let blackFraction: Double

    init(_ image: RGBImage, micronsPerPixel: Double) {
        let verdicts = (0..<image.pixelCount).map { index in
            InkRule.verdict(
                RGBColor(
                    red: image.pixels[index * 3], green: image.pixels[index * 3 + 1],
                    blue: image.pixels[index * 3 + 2]))
        }
        let ink = Self.grown(verdicts.map { $0 == .ink }, like: image, micronsPerPixel)
        let black = Self.grown(verdicts.map { $0 == .black }, like: image, micronsPerPixel)
        let total = Double(max(image.pixelCount, 1))
        inkFraction = Double(ink.trueCount) / total
        blackFraction = Double(black.trueCount) / total
        all = Plane(
            width: ink.width, height: ink.height, values: zip(ink.values, black.values).map { $0 || $1 })
    }

    private static func grown(_ values: [Bool], like image: RGBImage, _ micronsPerPixel: Double) -> Plane<
        Bool
    > {
        let raw = Plane(width: image.width, height: image.height, values: values)
        let strokes = raw.withoutSpecks(
            smallerThan: Int(smallestStroke / (micronsPerPixel * micronsPerPixel)))
        // A stroke is solid: where it lies over dense nuclei it leaves gaps that look like tissue.
        let solid = Morphology.close(strokes, radius: max(1, Int((strokeGap / micronsPerPixel).rounded())))
        return Morphology.dilate(solid, radius: max(1, Int((softEdge / micronsPerPixel).rounded())))
    }
}

/// Turns a thresholded plane into fragments with an area.
private struct MaskCleaner {
    let micronsPerPixel: Double
    let excluded: Plane<Bool>

    /// - Parameter specks: how many times larger than usual a fragment must be, for noisy planes.
    func clean(_ raw: Plane<Bool>, specks: Double = 1) -> Plane<Bool> {
        let area = micronsPerPixel * micronsPerPixel
        let radius = max(1, Int((TissueDetector.closingRadius / micronsPerPixel).rounded()))
        let candidates = without(excluded, raw).withoutSpecks(smallerThan: 4)
        let fragments = Morphology.close(candidates, radius: radius)
            .withoutSpecks(smallerThan: max(2, Int(TissueDetector.smallestFragment / area * specks)))
        let filled = fragments.fillingHoles(smallerThan: Int(TissueDetector.smallestHole / area))
        return without(excluded, filled)
    }

    private func without(_ excluded: Plane<Bool>, _ plane: Plane<Bool>) -> Plane<Bool> {
        Plane(
            width: plane.width, height: plane.height,
            values: zip(plane.values, excluded.values).map { $0 && !$1 })
    }
}
