import Foundation
import ImageFiles
import Kernels
import Pixels
import TestSupport
import Testing

@Suite struct Resampling {
    /// The filter's definition in floating point: a triangle as wide as the shrink factor, normalized.
    private func naive(_ image: RGBImage, width: Int, height: Int) -> [Double] {
        func weights(_ input: Int, _ output: Int, _ index: Int) -> [(Int, Double)] {
            let scale = Double(input) / Double(output)
            let support = max(scale, 1)
            let center = (Double(index) + 0.5) * scale
            let raw = (0..<input).map { ($0, max(0, 1 - abs((Double($0) + 0.5 - center) / support))) }
            let total = raw.reduce(0) { $0 + $1.1 }
            return raw.map { ($0.0, $0.1 / total) }.filter { $0.1 > 0 }
        }
        var result: [Double] = []
        for y in 0..<height {
            for x in 0..<width {
                for channel in 0..<3 {
                    var sum = 0.0
                    for (row, wy) in weights(image.height, height, y) {
                        for (column, wx) in weights(image.width, width, x) {
                            sum += wy * wx * Double(image.pixels[(row * image.width + column) * 3 + channel])
                        }
                    }
                    result.append(sum)
                }
            }
        }
        return result
    }

    private func noise(width: Int, height: Int, seed: UInt64) -> RGBImage {
        var random = SeededGenerator(seed: seed)
        return RGBImage(
            width: width, height: height,
            pixels: (0..<(width * height * 3)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }

    @Test(arguments: [(28, 12), (12, 28), (16, 4), (7, 7), (9, 1)])
    func `follows the widened triangle filter within rounding`(input: Int, output: Int) {
        let image = noise(width: input, height: input + 3, seed: 7)
        let resampler = BilinearResampler(
            inputWidth: input, inputHeight: input + 3, outputWidth: output, outputHeight: output)
        let expected = naive(image, width: output, height: output)
        let difference =
            zip(resampler.resample(image).pixels, expected).map { abs(Double($0) - $1) }.max() ?? .nan
        #expect(difference <= 1.01)
    }

    @Test func `a flat image stays flat`() {
        let gray = RGBColor(red: 77, green: 200, blue: 3)
        let flat = RGBImage(width: 31, height: 17, filledWith: gray)
        let resampler = BilinearResampler(inputWidth: 31, inputHeight: 17, outputWidth: 8, outputHeight: 40)
        #expect(resampler.resample(flat) == RGBImage(width: 8, height: 40, filledWith: gray))
    }

    @Test func `area averaging keeps the mean of whole blocks`() {
        let image = noise(width: 12, height: 8, seed: 3)
        let small = image.areaAveraged(by: 4)
        #expect(small.width == 3 && small.height == 2)
        var sum = 0
        for y in 4..<8 {
            for x in 8..<12 { sum += Int(image[x, y].green) }
        }
        #expect(small[2, 1].green == UInt8((sum + 8) / 16))
        #expect(image.areaAveraged(by: 5).width == 3)
    }

    @Test(arguments: [(17, 11, 5, 4), (300, 200, 64, 64), (5, 7, 13, 9), (8, 8, 8, 8), (40, 1, 3, 1)])
    func `a grey plane becomes what an image of three such channels becomes`(
        width: Int, height: Int, newWidth: Int, newHeight: Int
    ) {
        var generator = SeededGenerator(seed: 8)
        let values = (0..<(width * height)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let resampler = BilinearResampler(
            inputWidth: width, inputHeight: height, outputWidth: newWidth, outputHeight: newHeight)
        let grey = resampler.resample(Plane(width: width, height: height, values: values))
        let colors = resampler.resample(
            RGBImage(width: width, height: height, pixels: values.flatMap { [$0, $0, $0] }))
        #expect(grey.width == newWidth && grey.height == newHeight)
        #expect(colors.pixels == grey.values.flatMap { [$0, $0, $0] })
    }

    private struct Golden: Decodable {
        struct Case: Decodable {
            let file: String
            let box_row_col_h_w: [Int]
            let size: [Int]
            let output_hwc_uint8: [[[UInt8]]]
        }
        let pillow_bilinear_antialias: Case
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `equals Pillow on the golden picture`() throws {
        let data = try Data(contentsOf: SharedData.url("golden/dpa/resize_roc.json"))
        let golden = try JSONDecoder().decode(Golden.self, from: data).pillow_bilinear_antialias
        let box = golden.box_row_col_h_w
        let image = try PNGFile.read(SharedData.url(golden.file))
            .cropped(to: PixelRect(x: box[1], y: box[0], width: box[3], height: box[2]))
        let resampler = BilinearResampler(
            inputWidth: box[3], inputHeight: box[2], outputWidth: golden.size[1], outputHeight: golden.size[0]
        )
        #expect(resampler.resample(image).pixels == golden.output_hwc_uint8.flatMap { $0.flatMap { $0 } })
    }
}
