import Foundation
import Kernels
import Pixels
import Staining
import Testing

@Suite struct `Stain normalization` {
    private let target = SyntheticTissue.matrix

    private func estimate(_ maxima: SIMD2<Double>, _ matrix: StainMatrix = SyntheticTissue.matrix)
        -> StainEstimate
    {
        StainEstimate(matrix: matrix, robustMaximum: maxima, tissuePixels: 100, iterations: 1, objective: 0.1)
    }

    @Test func `the source as its own target gives the source back`() throws {
        let image = SyntheticTissue.image()
        // The true stains, so that only λ and rounding separate the result from the source.
        let known = estimate(SIMD2(1.5, 1.2))
        let result = StainNormalizer(source: known, target: StainTarget(known)).normalize(image)
        // λ = 0.01 takes at most 0.01 off the density along the stains, 2.6 gray levels at white, and
        // truncation one.
        #expect(zip(image.pixels, result.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 4 })
        #expect(image.meanDifference(from: result) < 2)
    }

    @Test func `normalizing twice changes little more`() throws {
        let look = StainTarget(estimate(SIMD2(1.4, 1.0), .ruifrok))
        func normalized(_ image: RGBImage) throws -> RGBImage {
            StainNormalizer(source: try VahadaneFitter().fit(image), target: look).normalize(image)
        }
        let image = SyntheticTissue.image()
        let once = try normalized(image)
        let twice = try normalized(once)
        #expect(twice.meanDifference(from: once) < 0.25 * once.meanDifference(from: image))
    }

    @Test func `in place gives the same pixels`() throws {
        var image = SyntheticTissue.image()
        for match in StainMatch.allCases {
            let source = try VahadaneFitter(match: match).fit(image)
            let normalizer = StainNormalizer(
                source: source, target: StainTarget(estimate(SIMD2(1.4, 1.0), .ruifrok)), match: match)
            let separate = normalizer.normalize(image)
            #expect(separate != image)
            normalizer.normalize(inPlace: &image)
            #expect(image == separate)
        }
    }

    @Test func `a faint stain is not blown up`() throws {
        let target = try #require(StainTarget(matrix: target, robustMaximum: SIMD2(2, 1)))
        let faint = StainNormalizer(source: estimate(SIMD2(1, 0.01)), target: target)
        #expect(faint.gain == SIMD2(2, StainNormalizer.maximumGain))
        #expect(faint.isGainCapped)
        let absent = StainNormalizer(source: estimate(SIMD2(0, 0)), target: target)
        #expect(absent.gain == SIMD2(repeating: StainNormalizer.maximumGain))
        let ordinary = StainNormalizer(source: estimate(SIMD2(1, 0.5)), target: target)
        #expect(ordinary.gain == SIMD2(2, 2))
        #expect(!ordinary.isGainCapped)
    }

    @Test func `the paper's recipe is brightening and then an exchange of colors without gain`() throws {
        let image = SyntheticTissue.image(background: 0.05)
        var bright = image
        BrightnessStandard(of: image).apply(to: &bright)
        #expect(bright != image)
        let estimate = try VahadaneFitter(match: .paper).fit(image)
        #expect(try VahadaneFitter().fit(bright) == estimate)
        let target = try #require(StainTarget(matrix: .ruifrok, robustMaximum: SIMD2(9, 9)))
        let normalizer = StainNormalizer(source: estimate, target: target, match: .paper)
        #expect(normalizer.gain == SIMD2(1, 1))
        let sameMaxima = try #require(StainTarget(matrix: .ruifrok, robustMaximum: estimate.robustMaximum))
        let plain = StainNormalizer(source: estimate, target: sameMaxima).normalize(bright)
        #expect(normalizer.normalize(image) == plain)
        var sample = StainSample(match: .paper)
        sample.add(image)
        #expect(try VahadaneFitter(match: .paper).fit(sample) == estimate)
    }
}

@Suite struct `Brightness` {
    @Test func `the percentile is that of the sorted values`() {
        var generator = SeededGenerator(seed: 5)
        for count in [1, 2, 3, 10, 11, 300] {
            let bytes = (0..<count).map { _ in UInt8(generator.next(in: 0..<256)) }
            let plain = PlainStain.quantile(bytes.map(Double.init), 0.9)
            #expect(abs(BrightnessStandard.percentile90(of: bytes) - plain) < 1e-9)
        }
    }

    @Test func `values are scaled, clipped and truncated`() {
        let standard = BrightnessStandard(
            of: RGBImage(width: 3, height: 3, filledWith: RGBColor(red: 200, green: 200, blue: 200)))
        #expect(standard.table[200] == 255)
        #expect(standard.table[201] == 255)
        #expect(standard.table[100] == 127)
        #expect(standard.table[0] == 0)
    }

    @Test func `a black image and an empty one stay as they are`() {
        for side in [0, 4] {
            let image = RGBImage(width: side, height: side, filledWith: .black)
            #expect(BrightnessStandard(of: image).table == Array(0...255))
        }
    }
}

@Suite struct `Stain matrix` {
    @Test func `hematoxylin comes first and rows have unit length`() throws {
        let matrix = try #require(StainMatrix(SIMD3(0.1, 2, 0.3), SIMD3(3, 3, 1)))
        #expect(matrix.hematoxylin.x > matrix.eosin.x)
        #expect(abs((matrix.eosin * matrix.eosin).sum() - 1) < 1e-15)
        #expect(StainMatrix(SIMD3(3, 3, 1), SIMD3(0.1, 2, 0.3)) == matrix)
    }

    @Test func `angles are right from parallel to perpendicular`() throws {
        for degrees in [0, 1e-6, 0.5, 8.29, 45, 90] {
            let radians = degrees * .pi / 180
            let matrix = try #require(
                StainMatrix(SIMD3(1, 0, 0), SIMD3(max(cos(radians), 0), sin(radians), 0)))
            #expect(abs(matrix.angle - degrees) < 1e-9)
        }
    }

    @Test func `impossible matrices are refused`() {
        #expect(StainMatrix(SIMD3(0, 0, 0), SIMD3(1, 0, 0)) == nil)
        #expect(StainMatrix(SIMD3(1, -0.1, 0), SIMD3(1, 0, 0)) == nil)
        #expect(StainMatrix(SIMD3(.nan, 1, 0), SIMD3(1, 0, 0)) == nil)
        #expect(StainMatrix(SIMD3(.infinity, 1, 0), SIMD3(1, 0, 0)) == nil)
        #expect(StainTarget(matrix: .ruifrok, robustMaximum: SIMD2(1, 0)) == nil)
        #expect(StainTarget(matrix: .ruifrok, robustMaximum: SIMD2(1, .infinity)) == nil)
    }

    @Test func `a matrix survives coding as two rows of three numbers`() throws {
        let data = try JSONEncoder().encode(StainMatrix.ruifrok)
        #expect(try JSONDecoder().decode([[Double]].self, from: data).map(\.count) == [3, 3])
        let decoded = try JSONDecoder().decode(StainMatrix.self, from: data)
        #expect(abs(decoded.angle - StainMatrix.ruifrok.angle) < 1e-9)
        for text in ["[[1,0,0]]", "[[1,0],[0,1]]", "[[1,0,0],[0,-1,0]]", "[[0,0,0],[0,1,0]]"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(StainMatrix.self, from: Data(text.utf8))
            }
        }
    }

    @Test func `measured times are positive and add up`() throws {
        let target = StainTarget(try VahadaneFitter().fit(SyntheticTissue.image()))
        let benchmark = try StainBenchmark(SyntheticTissue.image(), target: target, repetitions: 3)
        #expect(benchmark.fitMilliseconds > 0 && benchmark.normalizeMilliseconds > 0)
        #expect(
            benchmark.fitAndNormalizeMilliseconds
                >= max(benchmark.fitMilliseconds, benchmark.normalizeMilliseconds))
        #expect(benchmark.width == 96 && benchmark.repetitions == 3)
        #expect(throws: StainFailure.self) {
            try StainBenchmark(RGBImage(width: 64, height: 64), target: target)
        }
    }
}
