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
        let picture = try PNGFile.read(SharedData.url("data/stain/tiatoolbox_target_image.png"))
        var calibration = FeatureCalibration(
            try GoldenTensors.vgg19("r32"), batch: 16, side: 64, channels: 3, team: WorkerTeam(count: 2))
        for first in stride(from: 0, to: 64, by: 16) {
            var batch: [Float] = []
            for number in first..<(first + 16) {
                let (x, y) = (60 + 110 * (number % 8), 60 + 110 * (number / 8))
                let crop = picture.cropped(to: PixelRect(x: x, y: y, width: 64, height: 64))
                batch += crop.pixels.map { Float($0) / 127.5 - 1 }
            }
            batch.withUnsafeBufferPointer { calibration.add($0, count: 16) }
        }
        let found = try #require(
            try calibration.statistics(floor: 0.1)[FeatureTap(block: 3, convolution: 2)])
        let expected = try golden.statistics()
        #expect(try #require(maximumRelativeDifference(found.mean, expected.mean)) < 1e-4)
        #expect(try #require(maximumRelativeDifference(found.deviation, expected.deviation)) < 1e-4)
    }
}
