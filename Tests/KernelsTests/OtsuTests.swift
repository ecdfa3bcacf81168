import Foundation
import ImageFiles
import Kernels
import Pixels
import TestSupport
import Testing

/// Otsu's definition by brute force: the split of the sorted values with the smallest variance within both
/// classes.
private func bruteForceThreshold(_ values: [UInt8]) -> UInt8? {
    let candidates = Set(values).sorted()
    guard candidates.count > 1 else { return candidates.first }
    func squares(_ part: [Double]) -> Double {
        let mean = part.reduce(0, +) / Double(part.count)
        return part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    let all = values.map(Double.init)
    return candidates.dropLast().min { a, b in
        let within = { (t: UInt8) in
            squares(all.filter { $0 <= Double(t) }) + squares(all.filter { $0 > Double(t) })
        }
        return within(a) < within(b) - 1e-9
    }
}

@Suite struct `Otsu threshold` {
    @Test(arguments: 0..<20)
    func `equals the split with the least variance within classes`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let values = (0..<60).map { _ in UInt8(random.next(in: 0..<2) * 90 + random.next(in: 0..<60)) }
        var histogram = [Int](repeating: 0, count: 256)
        for value in values { histogram[Int(value)] += 1 }
        #expect(Otsu.threshold(histogram: histogram) == bruteForceThreshold(values))
    }

    @Test func `an empty histogram has no threshold and a single value is its own`() {
        var histogram = [Int](repeating: 0, count: 256)
        #expect(Otsu.threshold(histogram: histogram) == nil)
        histogram[17] = 4
        #expect(Otsu.threshold(histogram: histogram) == 17)
        #expect(Otsu.threshold(values: []) == nil)
        #expect(Otsu.threshold(values: [0.25, 0.25]) == 0.25)
    }

    private struct Golden: Decodable {
        struct Image: Decodable {
            struct Otsu: Decodable {
                let grey_uint8: UInt8
                let saturation_uint8: UInt8
                let grey_float: Double
                let saturation_float: Double
            }
            let file: String
            let box_x_y_w_h: [Int]?
            let otsu: Otsu
        }
        let images: [String: Image]
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `equals scikit-image on the golden images`() throws {
        let data = try Data(contentsOf: SharedData.url("golden/stain/vahadane.json"))
        let golden = try JSONDecoder().decode(Golden.self, from: data)
        var compared = 0
        for (name, expected) in golden.images where !expected.file.hasSuffix(".svs") {
            var image = try readPicture(SharedData.url(expected.file))
            if let box = expected.box_x_y_w_h {
                image = image.cropped(to: PixelRect(x: box[0], y: box[1], width: box[2], height: box[3]))
            }
            try expectEqualThresholds(of: image, expected.otsu, name)
            compared += 1
        }
        #expect(compared == 4)
    }

    /// The recipe of the golden file: every eighth pixel, luma and HSV saturation, as 8 bit and as floats.
    private func expectEqualThresholds(of image: RGBImage, _ expected: Golden.Image.Otsu, _ name: String)
        throws
    {
        var greys: [Double] = []
        var saturations: [Double] = []
        for y in stride(from: 0, to: image.height, by: 8) {
            for x in stride(from: 0, to: image.width, by: 8) {
                let color = image[x, y]
                let (r, g, b) = (Double(color.red), Double(color.green), Double(color.blue))
                greys.append(0.2125 * r + 0.7154 * g + 0.0721 * b)
                let high = max(r, g, b)
                saturations.append(high > 0 ? (high - min(r, g, b)) / high : 0)
            }
        }
        func histogram(_ values: [Double]) -> [Int] {
            var counts = [Int](repeating: 0, count: 256)
            for value in values { counts[Int((value + 0.5).rounded(.down))] += 1 }
            return counts
        }
        #expect(Otsu.threshold(histogram: histogram(greys)) == expected.grey_uint8, "\(name)")
        #expect(
            Otsu.threshold(histogram: histogram(saturations.map { $0 * 255 })) == expected.saturation_uint8,
            "\(name)")
        let grey = try #require(Otsu.threshold(values: greys.map { $0 / 255 }))
        #expect(abs(grey - expected.grey_float) < 1e-12, "\(name)")
        let saturation = try #require(Otsu.threshold(values: saturations))
        #expect(abs(saturation - expected.saturation_float) < 1e-12, "\(name)")
    }

    private func readPicture(_ url: URL) throws -> RGBImage {
        url.pathExtension == "png" ? try PNGFile.read(url) : try JPEGFile.read(url)
    }
}
