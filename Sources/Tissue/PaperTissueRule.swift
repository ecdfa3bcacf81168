internal import Kernels
internal import Pixels

/// The tissue rule of the paper's published Camelyon16 preparation (Shvetsova et al. 2021, code of the
/// authors).
///
/// At 64 µm a pixel (level 8 of a 0.25 µm slide): luma 0.2125, 0.7154, 0.0721; tissue is `<=` Otsu's
/// threshold; border removal (more than 700 rows: 100 rows at the top and bottom and 50 columns at the LEFT;
/// else 30 pixels on all sides); a 3 x 3 opening. A 768 px cell is kept only if all nine of its pixels are
/// tissue.
///
/// Two departures, both where the published code depends on accidents: pixels that were not scanned are glass
/// here (there they turn black and so become tissue), and the pixel is 64 µm on every slide instead of level
/// 8.
public struct PaperTissueRule: Sendable {
    /// Side of a mask pixel in µm: 256 pixels of 0.25 µm.
    public static let micronsPerPixel = 64.0

    public init() {}

    /// Finds the tissue on an overview. Areas that could not be read count as tissue: they may be.
    public func detect(on overview: SlideOverview) -> TissueMask {
        let factor = max(1, Int((Self.micronsPerPixel / overview.micronsPerPixel).rounded()))
        let image = overview.image.areaAveraged(by: factor)
        let luma = Self.luma(of: image)
        let threshold = Otsu.threshold(values: luma)
        // With one gray level for the whole slide there is nothing to separate.
        let limit = luma.min() == luma.max() ? -.infinity : threshold ?? -.infinity
        var plane = Plane<Bool>(width: image.width, height: image.height, values: luma.map { $0 <= limit })
        Self.removeBorder(&plane)
        plane = Morphology.open(plane, radius: 1)
        let fraction = Double(plane.trueCount) / Double(max(plane.values.count, 1))
        // What could not be read may be tissue, and must not vanish without a row.
        let unread = overview.unread.reduced(by: factor)
        plane = Plane(
            width: plane.width, height: plane.height,
            values: zip(plane.values, unread.values).map { $0 || $1 })
        return TissueMask(
            plane: plane, scaleX: overview.scaleX * Double(factor), scaleY: overview.scaleY * Double(factor),
            evidence: TissueEvidence(
                method: .paper, channel: "luma", otsuThreshold: threshold, appliedThreshold: threshold ?? 0,
                micronsPerMaskPixel: overview.micronsPerPixel * Double(factor), tissueFraction: fraction,
                inkFraction: 0, blackFraction: 0,
                unreadFraction: Double(overview.unread.trueCount)
                    / Double(max(overview.unread.values.count, 1))))
    }

    private static func luma(of image: RGBImage) -> [Double] {
        (0..<image.pixelCount).map { index in
            let red = Double(image.pixels[index * 3])
            let green = Double(image.pixels[index * 3 + 1])
            let blue = Double(image.pixels[index * 3 + 2])
            return 0.2125 * red + 0.7154 * green + 0.0721 * blue
        }
    }

    /// Part of a mask of this size that the border rule leaves. On small slides it is little or nothing: 30 pixels
    /// are 1.9 mm.
    public static func partInsideBorder(_ mask: TissueMask) -> Double {
        var plane = Plane(width: mask.plane.width, height: mask.plane.height, filledWith: true)
        removeBorder(&plane)
        return Double(plane.trueCount) / Double(max(plane.values.count, 1))
    }

    static func removeBorder(_ plane: inout Plane<Bool>) {
        let isLarge = plane.height > 700
        let (top, left, right) = isLarge ? (100, 50, 0) : (30, 30, 30)
        for y in 0..<plane.height {
            for x in 0..<plane.width
            where y < top || y >= plane.height - top || x < left || x >= plane.width - right {
                plane[x, y] = false
            }
        }
    }
}
