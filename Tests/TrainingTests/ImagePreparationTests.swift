import Foundation
import ImageFiles
import Kernels
import Networks
import Pixels
import Staining
import TestSupport
import Testing
import Training

func pngBytes(_ image: RGBImage) throws -> [UInt8] { try PNGFile.encode(image) }

private func recipe(
    tile: Int, resolution: Double? = nil, crop: Int, input: Int, stain: StainRecipe? = nil,
    color: ColorMode = .rgb, equalization: Bool = false
) -> Recipe {
    Recipe(
        tile: tile, tileResolution: resolution, crop: crop, input: input, resampling: .pillowBilinear,
        stain: stain, color: color, equalization: equalization)
}

@Suite struct `Preparing an image` {
    private struct Golden: Decodable {
        let every29: [UInt8]
        let sum: Int
    }

    private struct Goldens: Decodable {
        let equalized_40_30: Golden
        let equalized_dark_40_30: Golden
        let equalized_13_11: Golden
        let film_340_410: Golden
        let film_340_410_equalized: Golden
        let tile_224_crop_149: Golden
        let field_224_to_96: Golden
    }

    private let golden: Goldens

    init() throws {
        let url = try #require(Bundle.module.url(forResource: "pillow", withExtension: "json"))
        golden = try JSONDecoder().decode(Goldens.self, from: Data(contentsOf: url))
    }

    private func expect(
        _ bytes: [UInt8], _ golden: Golden, location: SourceLocation = #_sourceLocation
    ) {
        let sample = stride(from: 0, to: bytes.count, by: 29).map { bytes[$0] }
        #expect(sample == golden.every29, sourceLocation: location)
        #expect(bytes.reduce(0) { $0 + Int($1) } == golden.sum, sourceLocation: location)
    }

    private func grey(_ image: RGBImage) -> [UInt8] {
        stride(from: 0, to: image.pixels.count, by: 3).map { image.pixels[$0] }
    }

    @Test func `equalization equals Pillow`() {
        expect(picture(40, 30).equalized().pixels, golden.equalized_40_30)
        expect(picture(13, 11).equalized().pixels, golden.equalized_13_11)
        var dark = picture(40, 30)
        for index in dark.pixels.indices { dark.pixels[index] /= 12 }
        expect(dark.equalized().pixels, golden.equalized_dark_40_30)
    }

    @Test func `equalization keeps the order of values and leaves flat images alone`() {
        let image = picture(64, 64)
        let equal = image.equalized()
        for (a, b) in zip(image.pixels.indices, image.pixels.indices.dropFirst(3)) where a % 3 == b % 3 {
            if image.pixels[a] < image.pixels[b] { #expect(equal.pixels[a] <= equal.pixels[b]) }
        }
        let flat = RGBImage(width: 20, height: 20, filledWith: RGBColor(red: 7, green: 90, blue: 255))
        #expect(flat.equalized() == flat)
    }

    @Test func `X-rays go through the published steps in their order`() throws {
        var scratch = DensitySample()
        for (equalization, expected) in [
            (false, golden.film_340_410), (true, golden.film_340_410_equalized),
        ] {
            let preparation = ImagePreparation(
                recipe: recipe(tile: 300, crop: 224, input: 64, color: .grey, equalization: equalization),
                target: nil)
            expect(grey(try preparation.scored(picture(340, 410), scratch: &scratch)), expected)
        }
    }

    @Test func `grey is Pillow's luma`() throws {
        var scratch = DensitySample()
        let preparation = ImagePreparation(
            recipe: recipe(tile: 40, resolution: 1, crop: 40, input: 40, color: .grey), target: nil)
        let image = picture(40, 40)
        let result = grey(try preparation.scored(image, scratch: &scratch))
        for pixel in 0..<image.pixelCount {
            let (r, g, b) = (
                image.pixels[3 * pixel], image.pixels[3 * pixel + 1], image.pixels[3 * pixel + 2]
            )
            let luma = (Int(r) * 19595 + Int(g) * 38470 + Int(b) * 7471 + 32768) / 65536
            #expect(Int(result[pixel]) == luma)
        }
    }

    @Test func `a tile keeps its own pixels until the crop is resized`() throws {
        var scratch = DensitySample()
        let preparation = ImagePreparation(
            recipe: recipe(tile: 768, resolution: 0.25, crop: 512, input: 64), target: nil)
        expect(try preparation.scored(picture(224, 224), scratch: &scratch).pixels, golden.tile_224_crop_149)
        expect(
            try preparation.field(picture(224, 224), side: 96, scratch: &scratch).pixels,
            golden.field_224_to_96)
    }

    @Test func `nearly square tiles lose the ends of their longer side`() throws {
        var scratch = DensitySample()
        let preparation = ImagePreparation(
            recipe: recipe(tile: 100, resolution: 1, crop: 100, input: 90), target: nil)
        let image = picture(100, 90)
        let expected = image.cropped(to: PixelRect(x: 5, y: 0, width: 90, height: 90))
        #expect(try preparation.scored(image, scratch: &scratch) == expected)
        #expect(throws: ImageDefect.notSquare(width: 100, height: 89)) {
            try preparation.scored(picture(100, 89), scratch: &scratch)
        }
    }

    @Test func `images with nothing to judge are refused`() throws {
        var scratch = DensitySample()
        let preparation = ImagePreparation(recipe: recipe(tile: 32, crop: 32, input: 32), target: nil)
        #expect(throws: ImageDefect.tooSmall(width: 7, height: 30)) {
            try preparation.scored(picture(7, 30), scratch: &scratch)
        }
        #expect(throws: ImageDefect.uniform) {
            try preparation.scored(RGBImage(width: 40, height: 40), scratch: &scratch)
        }
    }

    @Test(arguments: StainMatch.allCases)
    func `the stain is normalized on the whole tile`(match: StainMatch) throws {
        var scratch = DensitySample()
        let target = try StainTargetSource.builtIn.load(match: match, relativeTo: nil)
        let steps = StainRecipe(method: .vahadane, match: match, scope: .tile, dictionaryStep: 2)
        let preparation = ImagePreparation(
            recipe: recipe(tile: 192, resolution: 1, crop: 128, input: 64, stain: steps), target: target)
        let image = tissue(side: 96, seed: 5)
        let estimate = try VahadaneFitter(match: match).fit(image, step: 2)
        let normal = StainNormalizer(source: estimate, target: target, match: match).normalize(image)
        let crop = normal.cropped(to: PixelRect(x: 16, y: 16, width: 64, height: 64))
        #expect(try preparation.scored(image, scratch: &scratch) == crop)
        let white = RGBImage(width: 96, height: 96)
        var almostWhite = white
        almostWhite.pixels[50] = 250
        #expect(throws: ImageDefect.self) { try preparation.scored(almostWhite, scratch: &scratch) }
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `tiles of the demonstration score as recorded`() throws {
        var scratch = DensitySample()
        struct Case: Decodable {
            let file: String
            let score: Double
        }
        struct Cases: Decodable { let cases: [Case] }
        let data = try Data(contentsOf: SharedData.url("golden/dpa/demo_scores.json"))
        let model = try GoldenDemoModel.load()
        let preparation = ImagePreparation(recipe: model.record.recipe, target: model.stainTarget)
        let scorer = model.makeScorer()
        for item in try JSONDecoder().decode(Cases.self, from: data).cases {
            let image = try ImageFile.read(SharedData.url(item.file))
            let score = try scorer.score(preparation.scored(image, scratch: &scratch))
            // The record was made by resizing the whole tile first, which moves the crop by a part of a pixel.
            #expect(abs(Double(score) - item.score) < 0.02, "\(item.file)")
        }
    }
}
