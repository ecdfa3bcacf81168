import Foundation
import ImageFiles
import Kernels
import Networks
import Pixels
import Radiographs
import Staining
import SyntheticFilms
import TestSupport
import Testing
import Training

@Suite struct `The steps of preparing a film` {
    private static let film = SyntheticFilm(seed: 8, side: 333, isAbnormal: true).render()

    /// What training does with a color file of the same film.
    private static func recipe(crop: Int, equalize: Bool) throws -> [UInt8] {
        let recipe = Recipe(
            tile: 300, tileResolution: nil, crop: crop, input: 64, resampling: .pillowBilinear, stain: nil,
            color: .grey, equalization: equalize)
        let image = RGBImage(width: 333, height: 333, pixels: film.values.flatMap { [$0, $0, $0] })
        var scratch = DensitySample()
        let input = try ImagePreparation(recipe: recipe, target: nil).scored(image, scratch: &scratch)
        return stride(from: 0, to: input.pixels.count, by: 3).map { input.pixels[$0] }
    }

    @Test(arguments: [224, 300], [true, false])
    func `they are those of the recipe that models are trained with`(crop: Int, equalize: Bool) throws {
        let steps = RadiographSteps(size: 300, crop: crop, equalize: equalize, input: 64)
        #expect(try steps.prepare(Self.film).values == Self.recipe(crop: crop, equalize: equalize))
    }

    @Test func `a grey plane is equalized as a color image is`() {
        let image = RGBImage(width: 333, height: 333, pixels: Self.film.values.flatMap { [$0, $0, $0] })
        let colors = image.equalized().pixels
        #expect(Self.film.equalized().values == stride(from: 0, to: colors.count, by: 3).map { colors[$0] })
        let flat = Plane<UInt8>(width: 4, height: 4, filledWith: 9)
        #expect(flat.equalized() == flat)
    }

    @Test func `the center of the film is cropped`() {
        var film = Plane<UInt8>(width: 300, height: 300, filledWith: 0)
        for y in 38..<262 { for x in 38..<262 { film[x, y] = 200 } }
        let crop = RadiographSteps(size: 300, crop: 224).prepare(film)
        #expect(crop.width == 224 && crop.values.allSatisfy { $0 == 200 })
    }
}
