import Foundation
import Networks
import TestSupport
import Testing
import Training

@Suite struct `The benchmark of the networks` {
    @Test func `what it saves is what its extractor computes, in planes`() throws {
        let temporary = try TemporaryFolder()
        defer { withExtendedLifetime(temporary) {} }
        let folder = temporary.url
        let benchmark = try NetworkBenchmark(weights: nil)
        try benchmark.save([.features64], to: folder)
        let weights = try SafetensorsFile(
            contentsOf: folder.appendingPathComponent("weights.safetensors"))
        let data = try SafetensorsFile(
            contentsOf: folder.appendingPathComponent("features-64.safetensors"))
        let (images, features) = (try data.tensor("images"), try data.tensor("features"))
        #expect(images.shape == [16, 3, 64, 64])
        #expect(features.shape == [16, 512, 8, 8])
        let tap = FeatureTap(block: 4, convolution: 2)
        let reader = FeatureReader(try .vgg19(weights, taps: [tap]), side: 64, channels: 3)
        let second = pixels(ofImage: 1, images)
        let found = reader.features(of: second, at: tap)
        let expected = pixels(ofImage: 1, features)
        #expect(try #require(maximumRelativeDifference(found, expected)) < 1e-5)
    }

    /// One of the images [n, c, h, w] as [h, w, c].
    private func pixels(ofImage image: Int, _ planes: Tensor) -> [Float] {
        let (channels, size) = (planes.shape[1], planes.shape[2] * planes.shape[3])
        var result: [Float] = []
        for pixel in 0..<size {
            for channel in 0..<channels {
                result.append(planes.values[(image * channels + channel) * size + pixel])
            }
        }
        return result
    }

    @Test func `a timing is consistent with itself`() throws {
        let benchmark = try NetworkBenchmark(weights: nil)
        let timing = try benchmark.measure(.scoring, threads: 1, repetitions: 3)
        #expect(timing.medianMilliseconds > 0)
        #expect(abs(timing.imagesPerSecond * timing.medianMilliseconds - 1000) < 1e-6 * 1000)
        #expect(timing.effectiveGigaflops == nil)
        #expect(try #require(timing.peakMegabytes) > 1)
    }
}
