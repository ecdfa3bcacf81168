import Kernels
import Pixels
import Staining
import Testing

/// Every kind of tile that shows no two stains, and that nothing worse than a reason comes of it.
@Suite struct `Tiles without two stains` {
    private func reason(_ image: RGBImage) -> String? {
        do throws(StainFailure) {
            _ = try VahadaneFitter().fit(image, step: 1)
            return nil
        } catch {
            #expect(!error.description.isEmpty)
            return error.reason
        }
    }

    private func noise(_ size: Int, from low: SIMD3<Int>, width range: Int, seed: UInt64) -> RGBImage {
        var generator = SeededGenerator(seed: seed)
        return SyntheticTissue.drawn(width: size, height: size) { _ in
            let values = (0..<3).map { UInt8(min(low[$0] + generator.next(in: 0..<range), 255)) }
            return RGBColor(red: values[0], green: values[1], blue: values[2])
        }
    }

    @Test func `two-stain tissue is no failure`() {
        #expect(reason(SyntheticTissue.image()) == nil)
    }

    @Test func `glass has too little tissue`() {
        #expect(reason(RGBImage(width: 64, height: 64)) == "too_little_tissue")
        #expect(reason(noise(64, from: SIMD3(232, 228, 235), width: 20, seed: 1)) == "too_little_tissue")
    }

    @Test func `hardly any tissue is too little`() {
        #expect(reason(SyntheticTissue.image(background: 0.97)) == "too_little_tissue")
        #expect(reason(SyntheticTissue.image(background: 0.85)) == nil)
    }

    @Test func `a nearly white tile has too little tissue`() {
        #expect(reason(SyntheticTissue.image(hematoxylin: 0.15, eosin: 0.1)) == "too_little_tissue")
    }

    @Test(arguments: [0, 1, 2, 7])
    func `a tile of a few pixels has too few`(_ side: Int) {
        #expect(reason(RGBImage(width: side, height: side, filledWith: .black)) == "too_few_pixels")
    }

    @Test func `a tile of one color is uniform`() {
        #expect(
            reason(RGBImage(width: 64, height: 64, filledWith: RGBColor(red: 180, green: 90, blue: 150)))
                == "uniform_color")
        #expect(reason(noise(64, from: SIMD3(150, 90, 140), width: 2, seed: 2)) == "uniform_color")
    }

    @Test func `a black tile is saturated`() {
        #expect(reason(RGBImage(width: 64, height: 64, filledWith: .black)) == "saturated")
        #expect(reason(noise(64, from: .zero, width: 9, seed: 3)) == "saturated")
    }

    @Test func `one stain alone gives parallel stains`() {
        #expect(reason(SyntheticTissue.image(eosin: 0)) == "parallel_stains")
        #expect(reason(SyntheticTissue.image(hematoxylin: 0, eosin: 2)) == "parallel_stains")
    }

    @Test func `gray tissue needs no second stain`() {
        let ramp = SyntheticTissue.drawn(width: 64, height: 64) {
            let value = UInt8(20 + $0 % 180)
            return RGBColor(red: value, green: value, blue: value)
        }
        #expect(reason(ramp) == "single_stain")
    }

    @Test func `reasons are distinct and snake case`() {
        let failures: [StainFailure] = [
            .tooFewPixels(pixels: 1), .tooLittleTissue(tissuePixels: 1, pixels: 2),
            .saturated(blackPixels: 2, tissuePixels: 3), .uniformColor(deviation: 0), .singleStain(share: 0),
            .parallelStains(degrees: 1),
        ]
        #expect(Set(failures.map(\.reason)).count == failures.count)
        #expect(failures.allSatisfy { $0.reason.allSatisfy { $0 == "_" || ($0.isASCII && $0.isLowercase) } })
    }

    @Test func `hostile images end in finite numbers or a failure`() {
        var generator = SeededGenerator(seed: 99)
        var fitted = 0
        for round in 0..<400 {
            let image = hostileImage(round, &generator)
            for match in StainMatch.allCases {
                guard let estimate = try? VahadaneFitter(match: match).fit(image, step: 1) else { continue }
                fitted += 1
                expectSound(estimate)
                let normalizer = StainNormalizer(
                    source: estimate, target: StainTarget(estimate), match: match)
                #expect(normalizer.normalize(image).pixels.count == image.pixels.count)
                #expect(normalizer.gain.max() <= StainNormalizer.maximumGain && normalizer.gain.min() > 0)
            }
        }
        // The sweep is worth something only if many of these are fitted.
        #expect(fitted > 100)
    }

    private func expectSound(_ estimate: StainEstimate) {
        for vector in [estimate.matrix.hematoxylin, estimate.matrix.eosin] {
            #expect(abs((vector * vector).sum() - 1) < 1e-9)
            #expect(vector.min() >= 0)
        }
        #expect(estimate.matrix.hematoxylin.x >= estimate.matrix.eosin.x)
        #expect(estimate.matrix.angle >= VahadaneFitter.minimumAngle)
        #expect(estimate.objective.isFinite && estimate.objective >= 0)
        #expect(estimate.robustMaximum.min() >= 0 && estimate.robustMaximum.max() < 100)
    }

    /// Few colors, extreme colors, narrow and wide noise, primaries, odd sizes.
    private func hostileImage(_ round: Int, _ generator: inout SeededGenerator) -> RGBImage {
        let palette = (0..<(1 + round % 7)).map { _ in
            let values = (0..<3).map { _ -> UInt8 in
                let choice = generator.next(in: 0..<4)
                return choice == 0 ? 0 : choice == 1 ? 255 : UInt8(generator.next(in: 0..<256))
            }
            return RGBColor(red: values[0], green: values[1], blue: values[2])
        }
        let spread = 1 << (round % 8)
        return SyntheticTissue.drawn(width: 7 + round % 23, height: 11 + round % 5) { _ in
            let color = palette[generator.next(in: 0..<palette.count)]
            func jitter(_ value: UInt8) -> UInt8 {
                UInt8(clamping: Int(value) + generator.next(in: 0..<spread) - spread / 2)
            }
            return RGBColor(red: jitter(color.red), green: jitter(color.green), blue: jitter(color.blue))
        }
    }
}
