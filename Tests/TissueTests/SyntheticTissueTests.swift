import Kernels
import Pixels
import SyntheticSlides
import Testing
import Tissue

@Suite struct `Tissue of synthetic slides` {
    @Test(
        arguments: [
            SyntheticSlideVariant.demo, .oddSize, .singleLevel, .twentyfold, .noResolution, .tinyNormal,
            .tinyAbnormal, .tinyGeneric,
        ])
    func `the mask is the tissue and neither pen nor border`(_ variant: SyntheticSlideVariant) throws {
        let slide = try ScreenedSlide(variant)
        let mask = TissueDetector().detect(on: slide.overview)
        let comparison = TruthComparison(mask, slide.truth)
        #expect(comparison.intersectionOverUnion >= 0.95, "\(comparison)")
        #expect(comparison.penOnGlassTaken <= 0.01, "\(comparison)")
        #expect(max(comparison.penTaken, comparison.penOnTissueTaken) <= 0.05, "\(comparison)")
        #expect(comparison.borderTaken == 0, "\(comparison)")
        #expect(mask.evidence.method == .otsu && mask.evidence.unreadFraction == 0)
        #expect((mask.evidence.inkFraction > 0) == !slide.truth.pens.isEmpty)
        #expect((mask.evidence.blackFraction > 0) == (slide.truth.border != nil))
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `bare glass has no tissue`(seed: UInt64) throws {
        let slide = try ScreenedSlide(.blank, seed: seed)
        #expect(TissueDetector().detect(on: slide.overview).plane.trueCount == 0)
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `noise on bare glass is no tissue`(seed: UInt64) {
        // What JPEG leaves on glass: grain of every pixel, and blocks of slightly wrong color.
        var random = SeededGenerator(seed: seed)
        let (width, height) = (600, 400)
        var image = RGBImage(width: width, height: height)
        let tints = (0..<(75 * 50 * 3)).map { _ in random.next(in: -3..<4) }
        for y in 0..<height {
            for x in 0..<width {
                let block = (y / 8 * 75 + x / 8) * 3
                let gray = random.next(in: -6..<7)
                func value(_ base: Int, _ channel: Int) -> UInt8 {
                    UInt8(min(255, max(0, base + gray + tints[block + channel] + random.next(in: -2..<3))))
                }
                image[x, y] = RGBColor(red: value(243, 0), green: value(242, 1), blue: value(245, 2))
            }
        }
        let mask = TissueDetector().detect(on: overview(of: image))
        #expect(mask.plane.trueCount == 0, "\(mask.evidence)")
    }

    @Test(arguments: [0.05, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16])
    func `stain under or about the floor is found by the fallback`(strength: Double) throws {
        var recipe = SyntheticSlideVariant.faint.recipe
        recipe.stainStrength = strength
        let slide = try ScreenedSlide(SyntheticSlide(recipe: recipe, seed: 1))
        let mask = TissueDetector().detect(on: slide.overview)
        let comparison = TruthComparison(mask, slide.truth)
        #expect(comparison.intersectionOverUnion >= 0.85, "\(comparison) \(mask.evidence)")
        #expect(mask.evidence.method == .faintTissueFallback)
        #expect(mask.evidence.appliedThreshold < TissueDetector.floor)
    }

    @Test(arguments: [0.3, 0.5])
    func `weak stain above the floor is found by Otsu`(strength: Double) throws {
        var recipe = SyntheticSlideVariant.faint.recipe
        recipe.stainStrength = strength
        let slide = try ScreenedSlide(SyntheticSlide(recipe: recipe, seed: 1))
        let mask = TissueDetector().detect(on: slide.overview)
        let comparison = TruthComparison(mask, slide.truth)
        #expect(comparison.intersectionOverUnion >= 0.95, "\(comparison) \(mask.evidence)")
        #expect(mask.evidence.method == .otsu)
    }

    @Test(arguments: [UInt64(2), 3])
    func `pens over other tissue are left out too`(seed: UInt64) throws {
        let slide = try ScreenedSlide(.demo, seed: seed)
        let comparison = TruthComparison(TissueDetector().detect(on: slide.overview), slide.truth)
        #expect(comparison.intersectionOverUnion >= 0.95, "\(comparison)")
        #expect(max(comparison.penOnGlassTaken, comparison.penOnTissueTaken) <= 0.05, "\(comparison)")
    }

    @Test func `levels and stated resolution do not change the mask`() throws {
        let masks = try [SyntheticSlideVariant.singleLevel, .noResolution].map {
            TissueDetector().detect(on: try ScreenedSlide($0).overview)
        }
        let twentyfold = try ScreenedSlide(.twentyfold)
        #expect(masks[0].plane.width == masks[1].plane.width)
        let differing = zip(masks[0].plane.values, masks[1].plane.values).filter { $0 != $1 }.count
        #expect(Double(differing) <= 0.005 * Double(masks[0].plane.values.count))
        // A field twice as wide at half the resolution: as much of it is tissue as its own truth says.
        let mask = TissueDetector().detect(on: twentyfold.overview)
        #expect(abs(mask.evidence.micronsPerMaskPixel / masks[0].evidence.micronsPerMaskPixel - 1) < 0.05)
    }
}

/// An overview that shows `image` at `microns` a pixel, of a slide of 0.25 µm.
func overview(of image: RGBImage, microns: Double = 4) -> SlideOverview {
    SlideOverview(
        image: image, unread: Plane(width: image.width, height: image.height, filledWith: false),
        scaleX: microns / 0.25, scaleY: microns / 0.25, micronsPerPixel: microns)
}
