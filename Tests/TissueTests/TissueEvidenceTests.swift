import Foundation
import ImageFiles
import Kernels
import Pixels
import Slides
import SyntheticSlides
import TestSupport
import Testing
import Tissue

/// Where to write the numbers and pictures of `Tissue.md`; unset in ordinary runs.
private let folder = ProcessInfo.processInfo.environment["WSI_SCREEN_EVIDENCE"].map {
    URL(fileURLWithPath: $0, isDirectory: true)
}

/// A quantity of a pixel, 0...255, larger in tissue, and nothing else: what Otsu alone makes of it.
private enum Channel: String, CaseIterable {
    case saturation, luma, density

    func plane(_ image: RGBImage) -> Plane<UInt8> {
        let values = (0..<image.pixelCount).map { index -> UInt8 in
            let (red, green, blue) = (
                Double(image.pixels[index * 3]), Double(image.pixels[index * 3 + 1]),
                Double(image.pixels[index * 3 + 2])
            )
            let high = max(red, green, blue)
            switch self {
            case .saturation: return UInt8(high > 0 ? 255 * (high - min(red, green, blue)) / high : 0)
            case .luma: return UInt8(255 - (0.2125 * red + 0.7154 * green + 0.0721 * blue))
            case .density:
                let sum = [red, green, blue].reduce(0) { $0 - log(max($1, 1) / 255) }
                return UInt8(min(255, sum / 3 * 85))
            }
        }
        return Plane(width: image.width, height: image.height, values: values)
    }

    func mask(of overview: SlideOverview) -> TissueMask {
        let plane = plane(overview.image)
        var histogram = [Int](repeating: 0, count: 256)
        for value in plane.values { histogram[Int(value)] += 1 }
        let threshold = Otsu.threshold(histogram: histogram) ?? 255
        let tissue = Plane(
            width: plane.width, height: plane.height, values: plane.values.map { $0 > threshold })
        return TissueMask(
            plane: tissue, scaleX: overview.scaleX, scaleY: overview.scaleY,
            evidence: TissueEvidence(
                method: .otsu, channel: rawValue, otsuThreshold: Double(threshold),
                appliedThreshold: Double(threshold), micronsPerMaskPixel: overview.micronsPerPixel,
                tissueFraction: 0))
    }
}

@Suite(.enabled(if: folder != nil, "writes files where WSI_SCREEN_EVIDENCE says"))
struct `Evidence for the tissue rule` {
    @Test func `numbers of every channel and slide`() throws {
        let folder = try #require(folder)
        var lines: [String] = []
        for variant in SyntheticSlideVariant.allCases where !isLarge(variant) {
            let slide = try ScreenedSlide(variant)
            let mask = TissueDetector().detect(on: slide.overview)
            lines.append("\(variant.name) detector: \(TruthComparison(mask, slide.truth)) \(mask.evidence)")
            for channel in Channel.allCases {
                let plain = channel.mask(of: slide.overview)
                lines.append(
                    "\(variant.name) \(channel): fraction \(plain.fraction), "
                        + "\(TruthComparison(plain, slide.truth))")
            }
            if variant == .demo { try write(slide, into: folder) }
        }
        for (name, overview) in try realOverviews() {
            let mask = TissueDetector().detect(on: overview)
            lines.append("\(name) detector: \(mask.evidence)")
            for channel in Channel.allCases {
                let plain = channel.mask(of: overview)
                lines.append("\(name) \(channel): \(plain.fraction) \(plain.evidence.appliedThreshold)")
            }
            if ProcessInfo.processInfo.environment["WSI_SCREEN_EVIDENCE_REAL"] != nil {
                try Data(PNGFile.encode(overview.image))
                    .write(to: folder.appendingPathComponent("\(name).png"))
                try Data(PNGFile.encode(panel(mask, overview)))
                    .write(to: folder.appendingPathComponent("\(name)-mask.png"))
            }
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8)
            .write(to: folder.appendingPathComponent("numbers.txt"))
    }

    private func isLarge(_ variant: SyntheticSlideVariant) -> Bool {
        [.largeSparse, .width5000, .width50000].contains(variant)
    }

    /// Real tissue, where there is any: the Aperio slide, and a photograph of a slide taken as 4 µm a pixel.
    private func realOverviews() throws -> [(String, SlideOverview)] {
        guard SharedData.isPresent else { return [] }
        let reader = try SlideReader(path: SharedData.url("data/wsi/CMU-1-Small-Region.svs").path)
        let small = try OverviewReader(reader.description, calibration: MicronsPerPixel(0.499))
            .read(from: reader, onBlock: {})
        let image = try JPEGFile.read(SharedData.url("data/he/histoprep_slide.jpeg"))
        let large = SlideOverview(
            image: image, unread: Plane(width: image.width, height: image.height, filledWith: false),
            scaleX: 1, scaleY: 1, micronsPerPixel: 4)
        return [("CMU-1-Small-Region", small), ("histoprep_slide", large)]
    }

    /// The slide with what `mask` takes in its own color and the rest washed out.
    private func panel(_ mask: TissueMask, _ overview: SlideOverview) -> RGBImage {
        var image = overview.image
        for y in 0..<image.height {
            for x in 0..<image.width {
                let isTaken = mask.isTissue(
                    x: (Double(x) + 0.5) * overview.scaleX, y: (Double(y) + 0.5) * overview.scaleY)
                if isTaken { image[x, y] = RGBColor(red: 40, green: 90, blue: 190) }
            }
        }
        return image
    }

    private func write(_ slide: ScreenedSlide, into folder: URL) throws {
        let factor = max(1, slide.overview.image.width / 380)
        let masks = Channel.allCases.map { $0.mask(of: slide.overview) }
        let panels =
            [slide.overview.image]
            + (masks + [TissueDetector().detect(on: slide.overview)]).map {
                panel($0, slide.overview)
            }
        let small = panels.map { $0.areaAveraged(by: factor) }
        let (width, height, gap) = (small[0].width, small[0].height, 6)
        var sheet = RGBImage(width: small.count * (width + gap) - gap, height: height)
        for (index, image) in small.enumerated() {
            for y in 0..<height {
                for x in 0..<width { sheet[index * (width + gap) + x, y] = image[x, y] }
            }
        }
        try Data(PNGFile.encode(sheet)).write(to: folder.appendingPathComponent("demo-masks.png"))
    }
}
