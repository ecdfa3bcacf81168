import Kernels
import Networks
import Pixels
import TestSupport
import Testing

@Suite struct `Perceptual scorer` {
    /// A random network with a random two-block extractor, and everything its oracle needs.
    struct Small {
        let autoencoder: Autoencoder
        let distance: PerceptualDistance
        let naive: NaiveNetwork
        let statistics: [FeatureTap: FeatureStatistics]
        static let widths = [[5, 6], [8, 9]]

        init(
            channels: Int, resolution: Int, widths: [Int], latent: Int, latentResolution: Int,
            taps: [FeatureTap] = [FeatureTap(block: 2, convolution: 2)]
        ) throws {
            let architecture = try AutoencoderArchitecture(
                imageChannels: channels, resolution: resolution, widths: widths, latentChannels: latent,
                latentResolution: latentResolution)
            let weights = randomTensors(architecture.parameters, seed: 4)
            let stack = randomTensors(Self.extractorParameters, seed: 5)
            let file = try SafetensorsFile(bytes: SafetensorsWriter.encode(stack))
            autoencoder = try Autoencoder(architecture, tensors: weights)
            let extractor = try PerceptualExtractor.stack(file, prefix: "x.", widths: Self.widths, taps: taps)
            statistics = try Dictionary(
                uniqueKeysWithValues: taps.map { tap in
                    let count = extractor.channels(at: tap)
                    let values = try FeatureStatistics(
                        mean: (0..<count).map { Float($0) * 0.05 },
                        deviation: (0..<count).map { 0.5 + Float($0) * 0.1 })
                    return (tap, values)
                })
            distance = try PerceptualDistance(extractor, statistics: statistics)
            naive = NaiveNetwork(tensors: weights.merging(stack) { first, _ in first })
        }

        private static var extractorParameters: [ParameterShape] {
            var (parameters, inputs, number): ([ParameterShape], Int, Int) = ([], 3, 0)
            for width in widths.flatMap({ $0 }) {
                parameters.append(ParameterShape(name: "x.\(number).weight", shape: [width, inputs, 3, 3]))
                parameters.append(ParameterShape(name: "x.\(number).bias", shape: [width]))
                (inputs, number) = (width, number + 1)
            }
            return parameters
        }

        /// mean|fx - fy| / mean|fx| in doubles.
        func ratio(_ x: NaiveNetwork.Map, _ y: NaiveNetwork.Map, _ tap: FeatureTap) throws -> Double {
            let values = try #require(statistics[tap])
            var (difference, magnitude) = (0.0, 0.0)
            for (channel, plane) in x.enumerated() {
                let (mean, deviation) = (Double(values.mean[channel]), Double(values.deviation[channel]))
                for (row, line) in plane.enumerated() {
                    for (column, value) in line.enumerated() {
                        difference += abs((value - y[channel][row][column]) / deviation)
                        magnitude += abs((value - mean) / deviation)
                    }
                }
            }
            return difference / magnitude
        }
    }

    private func image(_ side: Int, _ channels: Int, seed: UInt64 = 9) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<(side * side * channels)).map { _ in Float(generator.nextUnit() * 2 - 1) }
    }

    /// Grey and RGB, code of one pixel and larger, changing widths, narrow and wide layers, 32, 64 and 128
    /// px.
    @Test(arguments: [
        (3, 32, [3, 5, 4, 4], 4, 8), (1, 32, [12, 5, 7, 6], 3, 1), (3, 16, [20, 9], 5, 8),
        (1, 64, [2, 3, 4], 2, 16),
        (3, 4, [3], 2, 1), (1, 128, [2, 1, 3, 2], 2, 16), (3, 8, [6], 3, 8),
    ])
    func `every architecture agrees with nested loops`(
        channels: Int, resolution: Int, widths: [Int], latent: Int, latentResolution: Int
    ) throws {
        let small = try Small(
            channels: channels, resolution: resolution, widths: widths, latent: latent,
            latentResolution: latentResolution)
        let scorer = PerceptualScorer(small.autoencoder, small.distance)
        let input = image(resolution, channels)
        let score = try scorer.score(input)
        let isPoint = latentResolution == 1
        let stages = (resolution / (isPoint ? 4 : latentResolution)).trailingZeroBitCount
        let map = planes(input, side: resolution, channels: channels)
        let code = small.naive.encode(map, stages: stages, isPoint: isPoint)
        let output = small.naive.decode(code, stages: stages, isPoint: isPoint)
        #expect(try #require(maximumRelativeDifference(scorer.latent, pixels(code))) < 1e-5)
        #expect(try #require(maximumRelativeDifference(scorer.reconstruction, pixels(output))) < 1e-5)
        let tap = FeatureTap(block: 2, convolution: 2)
        let (fx, fy) = (features(small, map), features(small, output))
        #expect(try #require(maximumRelativeDifference(scorer.features(at: tap), pixels(fx))) < 1e-5)
        #expect(
            try #require(maximumRelativeDifference(scorer.reconstructedFeatures(at: tap), pixels(fy))) < 1e-5)
        #expect(try abs(Double(score) / small.ratio(fx, fy, tap) - 1) < 1e-4)
    }

    private func features(_ small: Small, _ map: NaiveNetwork.Map) -> NaiveNetwork.Map {
        small.naive.features(map, widths: Small.widths, prefix: "x.")
    }

    @Test func `several layers average their ratios`() throws {
        let taps = [FeatureTap(block: 2, convolution: 1), FeatureTap(block: 1, convolution: 2)]
        let small = try Small(
            channels: 3, resolution: 16, widths: [4, 4], latent: 4, latentResolution: 8, taps: taps)
        let scorer = PerceptualScorer(small.autoencoder, small.distance)
        let input = image(16, 3)
        let score = try scorer.score(input)
        let (x, y) = (
            planes(input, side: 16, channels: 3), planes(scorer.reconstruction, side: 16, channels: 3)
        )
        let shallow = { small.naive.features($0, widths: [[5, 6]], prefix: "x.") }
        let deep = { small.naive.features($0, widths: [[5, 6], [8]], prefix: "x.") }
        let expected =
            try (small.ratio(shallow(x), shallow(y), taps[1]) + small.ratio(deep(x), deep(y), taps[0])) / 2
        #expect(abs(Double(score) / expected - 1) < 1e-4)
    }

    @Test func `features that all equal their means score zero instead of dividing by zero`() throws {
        let tap = FeatureTap(block: 1, convolution: 1)
        let zeros = randomTensors([], seed: 0).merging([
            "0.weight": Tensor(shape: [8, 3, 3, 3], values: [Float](repeating: 0, count: 216)),
            "0.bias": Tensor(shape: [8], values: [Float](repeating: 1, count: 8)),
        ]) { first, _ in first }
        let file = try SafetensorsFile(bytes: SafetensorsWriter.encode(zeros))
        let extractor = try PerceptualExtractor.stack(file, prefix: "", widths: [[8]], taps: [tap])
        // Every feature is 1 and so is its mean: the normalized features of any image are exactly 0.
        let ones = [Float](repeating: 1, count: 8)
        let distance = try PerceptualDistance(
            extractor, statistics: [tap: FeatureStatistics(mean: ones, deviation: ones)])
        #expect(relativeL1(distance, image(8, 3, seed: 1), image(8, 3, seed: 2), side: 8) == 0)
    }

    @Test func `a score depends neither on earlier crops nor on the scorer`() throws {
        let small = try Small(channels: 3, resolution: 32, widths: [4, 6, 8], latent: 4, latentResolution: 8)
        let one = PerceptualScorer(small.autoencoder, small.distance)
        let crops = (0..<6).map { image(32, 3, seed: UInt64($0)) }
        let scores = try crops.map { try one.score($0) }
        let other = PerceptualScorer(small.autoencoder, small.distance)
        let reversed = try crops.reversed().map { try other.score($0) }
        #expect(scores == reversed.reversed())
        #expect(Set(scores).count == scores.count)
    }

    @Test func `scores are the same on many threads`() async throws {
        let small = try Small(
            channels: 3, resolution: 32, widths: [4, 6, 16], latent: 4, latentResolution: 8)
        let crops = (0..<12).map { image(32, 3, seed: UInt64($0)) }
        let alone = PerceptualScorer(small.autoencoder, small.distance)
        let expected = try crops.map { try alone.score($0) }
        try await withThrowingTaskGroup(of: [Float].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let scorer = PerceptualScorer(small.autoencoder, small.distance)
                    return try crops.map { try scorer.score($0) }
                }
            }
            for try await scores in group { #expect(scores == expected) }
        }
    }

    @Test func `bytes and their floats score alike, and grey is luma`() throws {
        let rgb = try Small(channels: 3, resolution: 16, widths: [4, 4], latent: 4, latentResolution: 8)
        let grey = try Small(channels: 1, resolution: 16, widths: [4, 4], latent: 4, latentResolution: 8)
        var generator = SeededGenerator(seed: 3)
        let bytes = (0..<768).map { _ in UInt8(generator.next(in: 0..<256)) }
        let crop = RGBImage(width: 16, height: 16, pixels: bytes)
        let color = PerceptualScorer(rgb.autoencoder, rgb.distance)
        #expect(try color.score(crop) == color.score(bytes.map { Float($0) / 127.5 - 1 }))
        let luma = (0..<256).map { pixel -> UInt8 in
            var luma = 0.299 * Double(bytes[3 * pixel])
            luma += 0.587 * Double(bytes[3 * pixel + 1])
            luma += 0.114 * Double(bytes[3 * pixel + 2])
            return UInt8(luma.rounded())
        }
        let scorer = PerceptualScorer(grey.autoencoder, grey.distance)
        #expect(try scorer.score(crop) == scorer.score(Plane(width: 16, height: 16, values: luma)))
        let repeated = RGBImage(width: 16, height: 16, pixels: luma.flatMap { [$0, $0, $0] })
        #expect(try color.score(repeated) == color.score(Plane(width: 16, height: 16, values: luma)))
    }

    @Test func `a crop of another size is refused`() throws {
        let small = try Small(channels: 3, resolution: 16, widths: [4, 4], latent: 4, latentResolution: 8)
        let scorer = PerceptualScorer(small.autoencoder, small.distance)
        #expect(throws: ScoringError.wrongSize(width: 16, height: 15, expected: 16)) {
            try scorer.score(RGBImage(width: 16, height: 15))
        }
    }

    @Test func `overflow is an error and not a score`() throws {
        let small = try Small(channels: 3, resolution: 16, widths: [4, 4], latent: 4, latentResolution: 8)
        let scorer = PerceptualScorer(small.autoencoder, small.distance)
        #expect(throws: ScoringError.notFinite) {
            try scorer.score([Float](repeating: .greatestFiniteMagnitude, count: 768))
        }
    }

    @Test func `statistics that would divide by zero are refused`() {
        #expect(throws: WeightError.badDeviation(tensor: "feature.std", channel: 1)) {
            try FeatureStatistics(mean: [0, 0], deviation: [1, 0])
        }
    }
}
