import Foundation
import ImageFiles
import Networks
import Pixels
import Tensors
import TestSupport
import Testing
import Training

@Suite struct `Feature calibration` {
    private let extractor: PerceptualExtractor

    init() throws {
        extractor = try ExtractorSource.load(.builtIn, file: nil).extractor(
            taps: [FeatureTap(block: 1, convolution: 2), FeatureTap(block: 2, convolution: 1)])
    }

    private func images(_ count: Int) -> [[Float]] {
        (0..<count).map { texture(side: 16, seed: UInt64($0)).pixels.map { Float($0) / 127.5 - 1 } }
    }

    private func calibrate(
        _ images: [[Float]], batch: Int, floor: Double, workers: Int = 1
    ) throws -> [FeatureTap: FeatureStatistics] {
        var calibration = FeatureCalibration(
            extractor, batch: batch, side: 16, channels: 3, team: WorkerTeam(count: workers))
        for first in stride(from: 0, to: images.count, by: batch) {
            let part = Array(images[first...].prefix(batch))
            // What fills the batch up must not count.
            let filled = part + Array(repeating: [Float](repeating: 1, count: 768), count: batch - part.count)
            filled.flatMap { $0 }.withUnsafeBufferPointer { calibration.add($0, count: part.count) }
        }
        return try calibration.statistics(floor: floor)
    }

    @Test(arguments: [1, 4, 5, 9])
    func `mean and deviation agree with a plain computation, whatever the batch`(batch: Int) throws {
        let images = images(9)
        let found = try calibrate(images, batch: batch, floor: 0.5)
        let reader = FeatureReader(extractor, side: 16, channels: 3)
        for tap in extractor.taps {
            let channels = extractor.channels(at: tap)
            var values = [[Double]](repeating: [], count: channels)
            for image in images {
                for (index, value) in reader.features(of: image, at: tap).enumerated() {
                    values[index % channels].append(Double(value))
                }
            }
            let means = values.map { $0.reduce(0, +) / Double($0.count) }
            let deviations = zip(values, means).map { values, mean in
                (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
            }
            let median = deviations.sorted()[(channels - 1) / 2]
            let statistics = try #require(found[tap])
            #expect(try #require(maximumRelativeDifference(statistics.mean, means.map { Float($0) })) < 1e-5)
            let raised = deviations.map { Float(max($0, 0.5 * median)) }
            #expect(try #require(maximumRelativeDifference(statistics.deviation, raised)) < 1e-5)
            // The floor lifts some channels, not all.
            let lifted = deviations.filter { $0 < 0.5 * median }.count
            #expect(tap.block == 1 || (lifted > 0 && lifted < channels / 2), "\(tap): \(lifted)")
        }
    }

    @Test func `the number of workers changes nothing`() throws {
        let one = try calibrate(images(6), batch: 3, floor: 0.1)
        #expect(try calibrate(images(6), batch: 3, floor: 0.1, workers: 3) == one)
    }

    @Test func `layers that are silent on all images are refused`() throws {
        let silent = [[Float]](repeating: [Float](repeating: 0.2, count: 768), count: 2)
        // Uniform images still vary at their padded edges; without a single image nothing varies.
        #expect(try calibrate(silent, batch: 2, floor: 0.1).count == 2)
        #expect(throws: WeightError.self) { _ = try calibrate([], batch: 2, floor: 0.1) }
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `the statistics of the golden crops agree`() throws {
        let golden = try GoldenTensors("golden/dpa/dpa_camelyon.safetensors")
        let calibration = try calibrateGoldenCrops("r32")
        let tap = FeatureTap(block: 3, convolution: 2)
        let found = try #require(try calibration.statistics(floor: 0.1)[tap])
        let expected = try golden.statistics()
        #expect(try #require(maximumRelativeDifference(found.mean, expected.mean)) < 1e-4)
        #expect(try #require(maximumRelativeDifference(found.deviation, expected.deviation)) < 1e-4)
        // Without a floor.
        let plain = try #require(try calibration.statistics(floor: 0)[tap])
        let stated = try Self.statedStatistics().feature_stats_r32
        #expect(try #require(maximumRelativeDifference(plain.mean, stated.mean)) < 1e-4)
        #expect(try #require(maximumRelativeDifference(plain.deviation, stated.std_population)) < 1e-4)
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `the statistics of a deeper layer agree`() throws {
        let calibration = try calibrateGoldenCrops("r42")
        let found = try #require(
            try calibration.statistics(floor: 0.1)[FeatureTap(block: 4, convolution: 2)])
        let stated = try Self.statedStatistics().feature_stats_r42
        let average = { (values: [Float]) in values.reduce(0, +) / Float(values.count) }
        #expect(abs(average(found.mean) - stated.mean_avg) < 1e-4 * stated.mean_avg)
        #expect(abs(average(found.deviation) - stated.std_avg) < 1e-4 * stated.std_avg)
        let first = try #require(maximumRelativeDifference(Array(found.mean.prefix(8)), stated.mean_first8))
        #expect(first < 1e-4)
        let second = maximumRelativeDifference(Array(found.deviation.prefix(8)), stated.std_first8)
        #expect(try #require(second) < 1e-4)
    }

    private struct Stated: Decodable {
        struct All: Decodable {
            let mean: [Float]
            let std_population: [Float]
        }
        struct Some: Decodable {
            let mean_avg: Float
            let std_avg: Float
            let mean_first8: [Float]
            let std_first8: [Float]
        }
        let feature_stats_r32: All
        let feature_stats_r42: Some
    }

    private static func statedStatistics() throws -> Stated {
        let data = try Data(contentsOf: SharedData.url("golden/dpa/resize_roc.json"))
        return try JSONDecoder().decode(Stated.self, from: data)
    }

    private func calibrateGoldenCrops(_ tap: String) throws -> FeatureCalibration {
        let picture = try PNGFile.read(SharedData.url("data/stain/tiatoolbox_target_image.png"))
        var calibration = FeatureCalibration(
            try GoldenTensors.vgg19(tap), batch: 16, side: 64, channels: 3, team: WorkerTeam(count: 2))
        for first in stride(from: 0, to: 64, by: 16) {
            var batch: [Float] = []
            for number in first..<(first + 16) {
                let (x, y) = (60 + 110 * (number % 8), 60 + 110 * (number / 8))
                let crop = picture.cropped(to: PixelRect(x: x, y: y, width: 64, height: 64))
                batch += crop.pixels.map { Float($0) / 127.5 - 1 }
            }
            batch.withUnsafeBufferPointer { calibration.add($0, count: 16) }
        }
        return calibration
    }
}
