import Foundation
import Kernels
import Pixels
import Slides
import Staining
import TestSupport
import Testing

/// The part of `golden/stain/vahadane.json` that was computed on regions of a slide.
private struct SlideGolden: Decodable {
    struct Solution: Decodable {
        let matrix: [[Double]]
        let objective: Double
    }

    struct OtsuValues: Decodable {
        let grey_uint8: UInt8
        let saturation_uint8: UInt8
        let grey_float: Double
        let saturation_float: Double
        let grey_fraction_le_threshold: Double
        let saturation_fraction_gt_threshold: Double
    }

    struct Case: Decodable {
        let file: String
        let box_x_y_w_h: [Int]?
        let mean_rgb: [Double]
        let tissue_pixels_reference: Int
        let closed_form: Solution
        let otsu: OtsuValues
    }

    let images: [String: Case]

    static func load(_ name: String) throws -> Case {
        let data = try Data(contentsOf: SharedData.url("golden/stain/vahadane.json"))
        return try #require(try JSONDecoder().decode(SlideGolden.self, from: data).images[name])
    }
}

@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct `A real Aperio slide` {
    private let path = SharedData.url("data/wsi/CMU-1-Small-Region.svs").path

    @Test func `opens with its size and resolution`() throws {
        let preflight = try SlidePreflight.check(path)
        #expect(preflight.tiles == TileCensus(total: 10 * 13, beyondEnd: 0))
        let slide = try SlideReader(path: path).description
        #expect(slide.width == 2_220 && slide.height == 2_967 && slide.levels.count == 1)
        #expect(slide.vendor == "aperio")
        let calibration = try Calibration.resolve(
            slide.calibrationProperties, flag: nil, table: nil, path: path)
        #expect(calibration == Calibration(micronsPerPixel: .init(0.499), source: .slide))
    }

    private func region(_ golden: SlideGolden.Case) throws -> RGBImage {
        let box = try #require(golden.box_x_y_w_h)
        return try SlideReader(path: SharedData.url(golden.file).path)
            .read(x: box[0], y: box[1], level: .full, width: box[2], height: box[3])
    }

    @Test(arguments: ["cmu_a", "cmu_b"])
    func `regions have the pixels and the stain of the reference`(name: String) throws {
        let golden = try SlideGolden.load(name)
        let image = try region(golden)
        var sums = [0, 0, 0]
        for (index, value) in image.pixels.enumerated() { sums[index % 3] += Int(value) }
        let mean = sums.map { Double($0) / Double(image.pixelCount) }
        #expect(try #require(maximumDifference(mean, golden.mean_rgb)) < 1e-9)
        let estimate = try VahadaneFitter(tolerance: 1e-7).fit(image, step: 1)
        #expect(estimate.tissuePixels == golden.tissue_pixels_reference)
        let (h, e) = (estimate.matrix.hematoxylin, estimate.matrix.eosin)
        let entries = [h.x, h.y, h.z, e.x, e.y, e.z]
        #expect(try #require(maximumDifference(entries, golden.closed_form.matrix.flatMap { $0 })) < 1e-4)
        #expect(abs(estimate.objective - golden.closed_form.objective) < 1e-6)
    }

    @Test(arguments: ["cmu_a", "cmu_b"])
    func `regions have the Otsu thresholds of the reference`(name: String) throws {
        let golden = try SlideGolden.load(name)
        let image = try region(golden)
        // The recipe of the reference: every eighth pixel, luma and HSV saturation, as 8 bit and as floats.
        var (grays, saturations): ([Double], [Double]) = ([], [])
        for y in stride(from: 0, to: image.height, by: 8) {
            for x in stride(from: 0, to: image.width, by: 8) {
                let color = image[x, y]
                let (red, green, blue) = (Double(color.red), Double(color.green), Double(color.blue))
                grays.append(0.2125 * red + 0.7154 * green + 0.0721 * blue)
                let high = max(red, green, blue)
                saturations.append(high > 0 ? (high - min(red, green, blue)) / high : 0)
            }
        }
        func histogram(_ values: [Double]) -> [Int] {
            var counts = [Int](repeating: 0, count: 256)
            for value in values { counts[Int((value + 0.5).rounded(.down))] += 1 }
            return counts
        }
        #expect(Otsu.threshold(histogram: histogram(grays)) == golden.otsu.grey_uint8)
        #expect(
            Otsu.threshold(histogram: histogram(saturations.map { $0 * 255 }))
                == golden.otsu.saturation_uint8)
        let gray = try #require(Otsu.threshold(values: grays.map { $0 / 255 }))
        let saturation = try #require(Otsu.threshold(values: saturations))
        #expect(abs(gray - golden.otsu.grey_float) < 1e-12)
        #expect(abs(saturation - golden.otsu.saturation_float) < 1e-12)
        func fraction(_ values: [Double], _ isCounted: (Double) -> Bool) -> Double {
            Double(values.filter { isCounted(($0 + 0.5).rounded(.down)) }.count) / Double(values.count)
        }
        let darkFraction = fraction(grays) { $0 <= Double(golden.otsu.grey_uint8) }
        let colorFraction = fraction(saturations.map { $0 * 255 }) {
            $0 > Double(golden.otsu.saturation_uint8)
        }
        #expect(darkFraction == golden.otsu.grey_fraction_le_threshold)
        #expect(colorFraction == golden.otsu.saturation_fraction_gt_threshold)
    }
}
