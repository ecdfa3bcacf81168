import Foundation
import ImageFiles
import Kernels
import Pixels
import Staining
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct `Vahadane against golden values` {
    @Test(arguments: GoldenStain.names)
    func `a tight fit of all pixels gives the closed form`(_ name: String) throws {
        let golden = try #require(try GoldenStain.load().images[name])
        let estimate = try VahadaneFitter(tolerance: 1e-7).fit(golden.image(), step: 1)
        let matrix = try #require(golden.matrix)
        let difference = try #require(maximumDifference(estimate.matrix.entries, matrix.entries))
        #expect(difference < 1e-4)
        #expect(abs(estimate.objective - golden.closed_form.objective) < 1e-6)
        #expect(estimate.tissuePixels == golden.tissue_pixels_reference)
        #expect(abs(estimate.robustMaximum.x / golden.closed_form.p99[0] - 1) < 1e-3)
        #expect(abs(estimate.robustMaximum.y / golden.closed_form.p99[1] - 1) < 1e-3)
        #expect(abs(matrix.angle - golden.angle_degrees_between_stains) < 1e-6)
    }

    @Test(arguments: GoldenStain.names)
    func `a default fit explains all tissue pixels as well as SPAMS does`(_ name: String) throws {
        let golden = try #require(try GoldenStain.load().images[name])
        let image = try golden.image()
        let estimate = try VahadaneFitter().fit(image)
        let tissue = zip(image.colors, PlainStain.densities(image)).filter {
            Lightness.of(red: $0.0.red, green: $0.0.green, blue: $0.0.blue) < Lightness.tissueLimit
        }.map(\.1)
        #expect(tissue.count == golden.tissue_pixels_reference)
        let objective = PlainStain.objective(tissue, (estimate.matrix.hematoxylin, estimate.matrix.eosin))
        #expect(objective <= golden.spams.objective_of_median * (1 + 1e-4))
        // A quarter of the pixels finds colors that are worse for all of them by this much at most.
        #expect(objective - golden.closed_form.objective < 2e-6)
        #expect(objective > golden.closed_form.objective - 1e-8)
    }

    @Test func `a pair of images normalizes as in StainTools`() throws {
        let golden = try GoldenStain.load()
        let source = try #require(golden.images[golden.pair.source])
        let target = try #require(golden.images[golden.pair.target])
        let normalizer = StainNormalizer(
            source: try source.knownEstimate, target: StainTarget(try target.knownEstimate))
        let image = try normalizer.normalize(source.image())
        let (row, column, size) = (
            golden.pair.crop_row_col_size[0], golden.pair.crop_row_col_size[1],
            golden.pair.crop_row_col_size[2]
        )
        let crop = image.cropped(to: PixelRect(x: column, y: row, width: size, height: size))
        let closedForm = try PNGFile.read(SharedData.url(golden.pair.closed_form.crop))
        let stainTools = try PNGFile.read(SharedData.url(golden.pair.staintools.crop))
        #expect(crop.meanDifference(from: closedForm) < 0.001)
        #expect(crop.meanDifference(from: stainTools) < 2)
        let difference = try #require(maximumDifference(image.mean, golden.pair.closed_form.mean_rgb))
        #expect(difference < 0.001)
    }
}

extension GoldenStain.Case {
    /// The closed form's answer as an estimate, so that a fit of ours plays no part.
    var knownEstimate: StainEstimate {
        get throws {
            StainEstimate(
                matrix: try #require(matrix), robustMaximum: SIMD2(closed_form.p99[0], closed_form.p99[1]),
                tissuePixels: tissue_pixels_reference, iterations: 0, objective: closed_form.objective)
        }
    }
}

extension RGBImage {
    /// All pixels, row after row.
    var colors: [RGBColor] {
        (0..<pixelCount).map {
            RGBColor(red: pixels[$0 * 3], green: pixels[$0 * 3 + 1], blue: pixels[$0 * 3 + 2])
        }
    }
}
