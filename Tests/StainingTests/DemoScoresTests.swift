import Foundation
import ImageFiles
import Pixels
import Staining
import TestSupport
import Testing

/// Eight real tiles whose stains were fitted by the reference.
private struct DemoScores: Decodable {
    struct Tile: Decodable {
        let file: String
        let decoded_mean_rgb: [Double]
        let tissue_pixels_step2: Int
        let stain_matrix: [[Double]]
        let p99: [Double]
        let normalised_mean_rgb: [Double]
    }

    struct Target: Decodable {
        let file: String
        let matrix: [[Double]]
        let p99: [Double]
    }

    let target: Target
    let cases: [Tile]
}

@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct `Real tiles against the reference` {
    @Test func `stains and normalized colors of eight tiles are those of the reference`() throws {
        let scores = try JSONDecoder().decode(
            DemoScores.self, from: Data(contentsOf: SharedData.url("golden/dpa/demo_scores.json")))
        let targetMatrix = try #require(StainMatrix(rows: scores.target.matrix))
        let target = try #require(
            StainTarget(
                matrix: targetMatrix, robustMaximum: SIMD2(scores.target.p99[0], scores.target.p99[1])))
        var compared = 0
        for tile in scores.cases {
            let image = try JPEGFile.read(SharedData.url(tile.file))
            let decoding = try #require(maximumDifference(image.mean, tile.decoded_mean_rgb))
            // Another JPEG decoder gives other pixels, about which the reference says nothing.
            guard decoding < 1e-4 else { continue }
            compared += 1
            let estimate = try VahadaneFitter().fit(image)
            #expect(estimate.tissuePixels == tile.tissue_pixels_step2)
            let matrix = try #require(
                maximumDifference(estimate.matrix.entries, tile.stain_matrix.flatMap { $0 }))
            #expect(matrix < 1e-4)
            #expect(abs(estimate.robustMaximum.x / tile.p99[0] - 1) < 1e-3)
            #expect(abs(estimate.robustMaximum.y / tile.p99[1] - 1) < 1e-3)
            let normalized = StainNormalizer(source: estimate, target: target).normalize(image)
            let colors = try #require(maximumDifference(normalized.mean, tile.normalised_mean_rgb))
            #expect(colors < 0.005)
        }
        #expect(compared > 0)
    }

    @Test func `the demonstration target is what the fit of its picture gives`() throws {
        let scores = try JSONDecoder().decode(
            DemoScores.self, from: Data(contentsOf: SharedData.url("golden/dpa/demo_scores.json")))
        let estimate = try VahadaneFitter().fit(PNGFile.read(SharedData.url(scores.target.file)), step: 1)
        let matrix = try #require(
            maximumDifference(estimate.matrix.entries, scores.target.matrix.flatMap { $0 }))
        #expect(matrix < 1e-4)
        #expect(abs(estimate.robustMaximum.x / scores.target.p99[0] - 1) < 1e-3)
        #expect(abs(estimate.robustMaximum.y / scores.target.p99[1] - 1) < 1e-3)
    }
}
