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

    /// Otsu's threshold on this channel and nothing more, or with the pixels left out that the ink rule
    /// knows.
    func mask(of overview: SlideOverview, knowingInk: Bool) -> TissueMask {
        let plane = plane(overview.image)
        let isCandidate = (0..<overview.image.pixelCount).map { index in
            !knowingInk
                || InkRule.verdict(
                    RGBColor(
                        red: overview.image.pixels[index * 3], green: overview.image.pixels[index * 3 + 1],
                        blue: overview.image.pixels[index * 3 + 2])) == .clear
        }
        var histogram = [Int](repeating: 0, count: 256)
        for (value, counts) in zip(plane.values, isCandidate) where counts { histogram[Int(value)] += 1 }
        let threshold = Otsu.threshold(histogram: histogram) ?? 255
        let tissue = Plane(
            width: plane.width, height: plane.height,
            values: zip(plane.values, isCandidate).map { $0 > threshold && $1 })
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
            lines += comparisons(variant.name, slide.overview, slide.truth)
            guard variant == .demo else { continue }
            lines += comparisons("demo, uneven light", unevenlyLit(slide.overview), slide.truth)
            try Data(PNGFile.encode(pictures(of: slide.overview)))
                .write(to: folder.appendingPathComponent("demo-masks.png"))
        }
        for strength in [0.03, 0.04, 0.05, 0.06, 0.08, 0.12, 0.16, 0.2, 0.3, 0.5] {
            var recipe = SyntheticSlideVariant.faint.recipe
            recipe.stainStrength = strength
            let slide = try ScreenedSlide(SyntheticSlide(recipe: recipe, seed: 1))
            let found = TissueDetector().detect(on: slide.overview)
            lines.append(
                "stain \(strength), detector: \(TruthComparison(found, slide.truth)) \(found.evidence)")
        }
        for seed in [UInt64(2), 3, 4] {
            let slide = try ScreenedSlide(.demo, seed: seed)
            let found = TissueDetector().detect(on: slide.overview)
            lines.append("demo, seed \(seed), detector: \(TruthComparison(found, slide.truth))")
        }
        for (name, overview) in try realOverviews() {
            let found = TissueDetector().detect(on: overview)
            lines.append("\(name), detector: \(found.evidence)")
            for channel in Channel.allCases {
                let mask = channel.mask(of: overview, knowingInk: false)
                var (only, missed) = (0, 0)
                for y in 0..<mask.plane.height {
                    for x in 0..<mask.plane.width {
                        let isFound = found.isTissue(
                            x: (Double(x) + 0.5) * mask.scaleX, y: (Double(y) + 0.5) * mask.scaleY)
                        if mask.plane[x, y] && !isFound { only += 1 }
                        if !mask.plane[x, y] && isFound { missed += 1 }
                    }
                }
                let share = 100 / Double(mask.plane.values.count)
                lines.append(
                    "\(name), \(channel): fraction \(mask.fraction), above \(mask.evidence.appliedThreshold), "
                        + "\(Double(only) * share) % of the picture beside the detector's mask, "
                        + "\(Double(missed) * share) % missing from it")
            }
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8)
            .write(to: folder.appendingPathComponent("numbers.txt"))
    }

    private func comparisons(_ name: String, _ overview: SlideOverview, _ truth: SyntheticTruth) -> [String] {
        let found = TissueDetector().detect(on: overview)
        let channels = [false, true].flatMap { knowingInk in
            Channel.allCases.map { channel in
                let mask = channel.mask(of: overview, knowingInk: knowingInk)
                return "\(name), \(channel)\(knowingInk ? " without ink and black" : ""): "
                    + "fraction \(mask.fraction), \(TruthComparison(mask, truth))"
            }
        }
        return channels + ["\(name), detector: \(TruthComparison(found, truth)) \(found.evidence)"]
    }

    /// The overview under light that falls by a quarter from left to right.
    private func unevenlyLit(_ overview: SlideOverview) -> SlideOverview {
        var image = overview.image
        for index in image.pixels.indices {
            let x = Double(index / 3 % image.width) / Double(image.width)
            image.pixels[index] = UInt8((Double(image.pixels[index]) * (1 - 0.25 * x)).rounded())
        }
        return SlideOverview(
            image: image, unread: overview.unread, scaleX: overview.scaleX, scaleY: overview.scaleY,
            micronsPerPixel: overview.micronsPerPixel)
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

    /// The slide with what `mask` takes in blue.
    private func painted(_ mask: TissueMask, on overview: SlideOverview) -> RGBImage {
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

    /// Side by side: the slide, the channels in order, the detector.
    private func pictures(of overview: SlideOverview) -> RGBImage {
        let masks =
            Channel.allCases.map { $0.mask(of: overview, knowingInk: false) }
            + [TissueDetector().detect(on: overview)]
        let panels = [overview.image] + masks.map { painted($0, on: overview) }
        let small = panels.map { $0.areaAveraged(by: max(1, overview.image.width / 200)) }
        let (width, height, gap) = (small[0].width, small[0].height, 6)
        var sheet = RGBImage(width: small.count * (width + gap) - gap, height: height)
        for (index, image) in small.enumerated() {
            for y in 0..<height {
                for x in 0..<width { sheet[index * (width + gap) + x, y] = image[x, y] }
            }
        }
        return sheet
    }
}
