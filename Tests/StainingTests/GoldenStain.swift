import Foundation
import ImageFiles
import Pixels
import Staining
import TestSupport

/// The known answers of `golden/stain/vahadane.json`.
struct GoldenStain: Decodable {
    struct Solution: Decodable {
        let matrix: [[Double]]
        let objective: Double
        let p99: [Double]
    }

    struct Spams: Decodable {
        let objective_of_median: Double
    }

    struct Case: Decodable {
        let file: String
        let box_x_y_w_h: [Int]?
        let tissue_pixels_reference: Int
        let spams: Spams
        let closed_form: Solution
        let angle_degrees_between_stains: Double

        func image() throws -> RGBImage {
            let url = SharedData.url(file)
            let whole = url.pathExtension == "png" ? try PNGFile.read(url) : try JPEGFile.read(url)
            guard let box = box_x_y_w_h else { return whole }
            return whole.cropped(to: PixelRect(x: box[0], y: box[1], width: box[2], height: box[3]))
        }

        var matrix: StainMatrix? { StainMatrix(rows: closed_form.matrix) }
    }

    struct Rendering: Decodable {
        let mean_rgb: [Double]
        let crop: String
    }

    struct Pair: Decodable {
        let source: String
        let target: String
        let crop_row_col_size: [Int]
        let staintools: Rendering
        let closed_form: Rendering
    }

    let images: [String: Case]
    let pair: Pair

    /// The cases whose pixels come from plain image files (two others are regions of a slide).
    static let names = ["torchstain_source", "torchstain_target", "tiatoolbox_centre768", "stardist_histo"]

    static func load() throws -> GoldenStain {
        try JSONDecoder().decode(
            GoldenStain.self, from: Data(contentsOf: SharedData.url("golden/stain/vahadane.json")))
    }
}

extension StainMatrix {
    init?(rows: [[Double]]) {
        self.init(
            SIMD3(rows[0][0], rows[0][1], rows[0][2]), SIMD3(rows[1][0], rows[1][1], rows[1][2]))
    }

    /// The six numbers, hematoxylin first.
    var entries: [Double] {
        [hematoxylin.x, hematoxylin.y, hematoxylin.z, eosin.x, eosin.y, eosin.z]
    }
}

extension RGBImage {
    /// Mean of each channel.
    var mean: [Double] {
        (0..<3).map { channel in
            var sum = 0
            for pixel in 0..<pixelCount { sum += Int(pixels[pixel * 3 + channel]) }
            return Double(sum) / Double(pixelCount)
        }
    }

    func meanDifference(from other: RGBImage) -> Double {
        precondition(width == other.width && height == other.height)
        var sum = 0
        for (left, right) in zip(pixels, other.pixels) { sum += abs(Int(left) - Int(right)) }
        return Double(sum) / Double(pixels.count)
    }
}
