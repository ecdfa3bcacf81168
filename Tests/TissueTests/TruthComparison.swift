import Foundation
import Pixels
import Slides
import SyntheticSlides
import TestSupport
import Tissue

/// A synthetic slide as the product sees it: through a file, OpenSlide and the overview.
struct ScreenedSlide {
    let truth: SyntheticTruth
    let overview: SlideOverview
    let width: Int
    let height: Int

    init(_ variant: SyntheticSlideVariant, seed: UInt64? = nil) throws {
        try self.init(variant.slide(seed: seed), fileName: variant.fileName)
    }

    init(_ slide: SyntheticSlide, fileName: String = "slide.svs") throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent(fileName)
        try slide.write(to: url)
        truth = slide.truth
        let reader = try SlideReader(path: url.path)
        let slide = reader.description
        // The variant without resolution gets it from outside, as with --mpp.
        let calibration = try Calibration.resolve(
            slide.calibrationProperties, flag: truth.micronsPerPixel, table: nil, path: url.path)
        overview = try OverviewReader(slide, calibration: calibration.micronsPerPixel)
            .read(from: reader, onBlock: {})
        (width, height) = (slide.width, slide.height)
    }
}

/// How a mask agrees with the truth of a synthetic slide, by level-0 points on a regular grid.
struct TruthComparison: CustomStringConvertible {
    private struct Share {
        var hits = 0
        var total = 0
        var value: Double { total == 0 ? 0 : Double(hits) / Double(total) }

        mutating func add(_ isHit: Bool) {
            total += 1
            if isHit { hits += 1 }
        }
    }

    /// Distance of the points in level-0 pixels.
    private static let step = 10

    private var union = 0
    private var both = 0
    private var found = Share()
    private var wrong = Share()
    private var penOnGlass = Share()
    private var penOnTissue = Share()
    private var black = Share()

    /// Intersection over union with the tissue, outside pens, black border and fat (which a mask may take or
    /// leave).
    var intersectionOverUnion: Double { union == 0 ? 1 : Double(both) / Double(union) }
    /// Part of the tissue that the mask has.
    var sensitivity: Double { found.value }
    /// Part of the glass that the mask has.
    var glassTaken: Double { wrong.value }
    /// Part of the pen strokes that the mask has: on bare glass, over tissue, together.
    var penOnGlassTaken: Double { penOnGlass.value }
    var penOnTissueTaken: Double { penOnTissue.value }
    var penTaken: Double {
        Double(penOnGlass.hits + penOnTissue.hits) / Double(max(1, penOnGlass.total + penOnTissue.total))
    }
    /// Part of the black border that the mask has.
    var borderTaken: Double { black.value }

    init(_ mask: TissueMask, _ truth: SyntheticTruth) {
        for y in stride(from: Self.step / 2, to: truth.height, by: Self.step) {
            for x in stride(from: Self.step / 2, to: truth.width, by: Self.step) {
                let (px, py) = (Double(x) + 0.5, Double(y) + 0.5)
                let isTaken = mask.isTissue(x: px, y: py)
                if let border = truth.border, x >= border.x { black.add(isTaken); continue }
                let isTissue = truth.isTissue(x: x, y: y)
                if truth.pens.contains(where: { $0.outline.contains(x: px, y: py) }) {
                    if isTissue { penOnTissue.add(isTaken) } else { penOnGlass.add(isTaken) }
                    continue
                }
                if isTissue, !truth.isTissue(x: x, y: y, includingFat: false) { continue }
                if isTissue || isTaken { union += 1 }
                if isTissue && isTaken { both += 1 }
                if isTissue { found.add(isTaken) } else { wrong.add(isTaken) }
            }
        }
    }

    private static func percent(_ value: Double) -> String {
        "\((value * 1_000).rounded() / 10) %"
    }

    var description: String {
        "IoU \((intersectionOverUnion * 1_000).rounded() / 1_000), tissue found \(Self.percent(sensitivity)), "
            + "glass taken \(Self.percent(glassTaken)), pen on glass \(Self.percent(penOnGlassTaken)), "
            + "pen on tissue \(Self.percent(penOnTissueTaken)), all pen \(Self.percent(penTaken)), border \(Self.percent(borderTaken))"
    }
}
