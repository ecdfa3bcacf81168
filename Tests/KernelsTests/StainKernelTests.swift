import Foundation
import Kernels
import Pixels
import Testing

/// Random pixels, every third one pale, so that there is tissue and background.
private func randomImage(width: Int, height: Int, seed: UInt64) -> RGBImage {
    var generator = SeededGenerator(seed: seed)
    var image = RGBImage(width: width, height: height)
    for pixel in 0..<image.pixelCount {
        let lowest = pixel % 3 == 0 ? 220 : 0
        for channel in 0..<3 { image.pixels[pixel * 3 + channel] = UInt8(generator.next(in: lowest..<256)) }
    }
    return image
}

/// A random unit vector of non-negative entries.
private func randomAtom(_ generator: inout SeededGenerator) -> SIMD3<Double> {
    let vector = SIMD3(generator.nextUnit(), generator.nextUnit(), generator.nextUnit()) + 1e-3
    return vector / (vector * vector).sum().squareRoot()
}

private func densities(_ image: RGBImage, step: Int) -> [(density: SIMD3<Double>, isTissue: Bool)] {
    var result: [(SIMD3<Double>, Bool)] = []
    for y in stride(from: 0, to: image.height, by: step) {
        for x in stride(from: 0, to: image.width, by: step) {
            let color = image[x, y]
            let density = [color.red, color.green, color.blue].map {
                max(-log(Double(max($0, 1)) / 255), 1e-6)
            }
            let isTissue =
                Lightness.of(red: color.red, green: color.green, blue: color.blue) < Lightness.tissueLimit
            result.append((SIMD3(density[0], density[1], density[2]), isTissue))
        }
    }
    return result
}

private let coder = TwoStainCoder(
    first: SIMD3(0.65, 0.70, 0.29) / 0.998298552, second: SIMD3(0.07, 0.99, 0.11) / 0.998548947, lambda: 0.1)

@Suite struct `Optical density and lightness` {
    @Test func `density follows Beer and Lambert with a guarded black and white`() {
        #expect(OpticalDensity.of(255) == 1e-6)
        #expect(OpticalDensity.of(0) == OpticalDensity.of(1))
        #expect(abs(OpticalDensity.of(1) - log(255)) < 1e-12)
        for value in 1...254 {
            #expect(abs(255 * exp(-OpticalDensity.of(UInt8(value))) - Double(value)) < 1e-10)
            #expect(OpticalDensity.table[value] == Float(OpticalDensity.of(UInt8(value))))
        }
    }

    @Test func `lightness is that of CIE within the rounding of eight bits`() {
        func linear(_ value: UInt8) -> Double {
            let encoded = Double(value) / 255
            return encoded <= 0.04045 ? encoded / 12.92 : pow((encoded + 0.055) / 1.055, 2.4)
        }
        func lightness(_ luminance: Double) -> Double {
            luminance > 0.008856 ? 116 * cbrt(luminance) - 16 : 903.3 * luminance
        }
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<20_000 {
            let color = (0..<3).map { _ in UInt8(generator.next(in: 0..<256)) }
            let luminance =
                0.212671 * linear(color[0]) + 0.715160 * linear(color[1]) + 0.072169 * linear(color[2])
            let integer = Double(Lightness.of(red: color[0], green: color[1], blue: color[2]))
            // Luminance is rounded to 1/2040, twice, and the result to a whole number; 116 * 2.55 = 295.8 is
            // taken as 296, which adds up to 0.2.
            #expect(integer > 2.55 * lightness(luminance - 1.0 / 2040) - 0.55)
            #expect(integer < 2.55 * lightness(luminance + 1.0 / 2040) + 0.75)
        }
        #expect(Lightness.of(red: 0, green: 0, blue: 0) == 0)
        #expect(Lightness.of(red: 255, green: 255, blue: 255) == 255)
    }

    @Test func `the tissue rule without the cube root agrees for every color`() {
        var disagreements = 0
        for red in 0...255 {
            for green in 0...255 {
                for blue in 0...255 {
                    let color = (UInt8(red), UInt8(green), UInt8(blue))
                    let dark =
                        Lightness.of(red: color.0, green: color.1, blue: color.2) < Lightness.tissueLimit
                    if dark != Lightness.isTissue(red: color.0, green: color.1, blue: color.2) {
                        disagreements += 1
                    }
                }
            }
        }
        #expect(disagreements == 0)
    }
}

@Suite struct `Two-stain codes` {
    /// The best of the four supports by the cost itself.
    private func plainCodes(
        _ density: SIMD3<Double>, _ first: SIMD3<Double>, _ second: SIMD3<Double>, lambda: Double
    ) -> (codes: SIMD2<Double>, cost: Double) {
        func cost(_ codes: SIMD2<Double>) -> Double {
            let error = density - codes.x * first - codes.y * second
            return (error * error).sum() / 2 + lambda * codes.sum()
        }
        let cosine = (first * second).sum()
        let (b1, b2) = ((first * density).sum() - lambda, (second * density).sum() - lambda)
        var candidates = [SIMD2(0.0, 0.0), SIMD2(max(b1, 0), 0), SIMD2(0, max(b2, 0))]
        let both = SIMD2(b1 - cosine * b2, b2 - cosine * b1) / (1 - cosine * cosine)
        if both.min() >= 0 { candidates.append(both) }
        let best = candidates.min { cost($0) < cost($1) } ?? .zero
        return (best, cost(best))
    }

    @Test func `the closed form is the best of all supports for atoms at any angle`() {
        var generator = SeededGenerator(seed: 11)
        for round in 0..<4000 {
            let first = randomAtom(&generator)
            // From independent atoms to a cosine of about 0.999 999.
            let mix = pow(10, -Double(round % 7) / 2)
            var second = first + mix * (randomAtom(&generator) - first)
            second /= (second * second).sum().squareRoot()
            let lambda = round % 2 == 0 ? 0.1 : 0.01
            let density = SIMD3(generator.nextUnit(), generator.nextUnit(), generator.nextUnit()) * 3
            let codes = TwoStainCoder(first: first, second: second, lambda: lambda).codes(of: density)
            let plain = plainCodes(density, first, second, lambda: lambda)
            let error = density - codes.x * first - codes.y * second
            let cost = (error * error).sum() / 2 + lambda * codes.sum()
            #expect(codes.min() >= 0)
            #expect(abs(cost - plain.cost) < 1e-9)
        }
    }

    @Test func `parallel atoms share nothing and stay finite`() {
        let atom = SIMD3(0.6, 0.8, 0.0)
        let codes = TwoStainCoder(first: atom, second: atom, lambda: 0.1).codes(of: SIMD3(1.2, 1.6, 0.3))
        #expect(codes == SIMD2(1.9, 0))
    }

    @Test(arguments: [(1, 1, 1), (3, 2, 1), (7, 1, 1), (8, 1, 1), (9, 5, 2), (61, 47, 1), (130, 97, 3)])
    func `sums over tissue are those of plain loops`(_ width: Int, _ height: Int, _ step: Int) {
        let image = randomImage(width: width, height: height, seed: UInt64(width))
        let plain = densities(image, step: step)
        let tissue = plain.filter(\.isTissue).map(\.density)
        var sample = DensitySample()
        sample.fill(from: image, step: step)
        #expect(sample.count == plain.count)
        #expect(sample.tissueCount == tissue.count)
        let sums = sample.tissueSums(coder)
        let codes = tissue.map { coder.codes(of: $0) }
        func expectClose(_ value: Double, _ terms: [Double]) {
            #expect(abs(value - terms.reduce(0, +)) <= 2e-6 * terms.reduce(1) { $0 + abs($1) })
        }
        expectClose(sums.code.x, codes.map(\.x))
        expectClose(sums.code.y, codes.map(\.y))
        expectClose(sums.codeCode.x, codes.map { $0.x * $0.x })
        expectClose(sums.codeCode.y, codes.map { $0.x * $0.y })
        expectClose(sums.codeCode.z, codes.map { $0.y * $0.y })
        let moments = sample.tissueMoments()
        for channel in 0..<3 {
            expectClose(sums.codeDensity.0[channel], zip(codes, tissue).map { $0.x * $1[channel] })
            expectClose(sums.codeDensity.1[channel], zip(codes, tissue).map { $0.y * $1[channel] })
            expectClose(moments.sum[channel], tissue.map { $0[channel] })
            expectClose(moments.square[channel], tissue.map { $0[channel] * $0[channel] })
        }
        let quantiles = sample.codeQuantiles(coder, fraction: 0.99)
        let all = plain.map { coder.codes(of: $0.density) }
        #expect(abs(quantiles.x - plainQuantile(all.map(\.x), 0.99)) < 1e-5)
        #expect(abs(quantiles.y - plainQuantile(all.map(\.y), 0.99)) < 1e-5)
    }

    @Test func `black pixels are counted and brightness comes before everything`() {
        var image = RGBImage(width: 4, height: 4, filledWith: RGBColor(red: 100, green: 100, blue: 100))
        image[1, 1] = RGBColor(red: 8, green: 0, blue: 8)
        image[2, 1] = RGBColor(red: 9, green: 0, blue: 8)
        var sample = DensitySample()
        sample.fill(from: image, step: 1)
        #expect(sample.blackCount == 1)
        #expect(sample.tissueCount == 16)
        sample.fill(from: image, step: 1, brightness: [UInt8](repeating: 255, count: 256))
        #expect(sample.tissueCount == 0)
    }
}

@Suite struct `Stain replacement` {
    private let target = (SIMD3(0.9, 0.8, 0.2), SIMD3(0.1, 1.3, 0.4))

    @Test func `replaced pixels are those of plain double precision`() {
        let image = randomImage(width: 67, height: 31, seed: 5)
        let result = StainReplacement(coder: coder, first: target.0, second: target.1).applied(to: image)
        var different = 0
        for (pixel, source) in densities(image, step: 1).enumerated() {
            let codes = coder.codes(of: source.density)
            for channel in 0..<3 {
                let exact = 255 * exp(-(codes.x * target.0[channel] + codes.y * target.1[channel]))
                let byte = Double(result.pixels[pixel * 3 + channel])
                if byte != exact.rounded(.down) { different += 1 }
                // Truncation may fall to the other side of a whole number only where the value is next to
                // one.
                #expect(byte <= exact + 1e-3 && byte > exact - 1 - 1e-3)
            }
        }
        #expect(different <= 5)
    }

    @Test(arguments: [0, 1, 5, 8, 9, 255, 256, 257, 1000])
    func `in place gives the same bytes for any number of pixels`(_ count: Int) {
        let replacement = StainReplacement(coder: coder, first: target.0, second: target.1)
        var image = randomImage(width: count, height: 1, seed: 8)
        let separate = replacement.applied(to: image)
        replacement.apply(to: &image)
        #expect(image == separate)
    }

    @Test func `white stays white`() {
        let image = RGBImage(width: 9, height: 1)
        #expect(StainReplacement(coder: coder, first: target.0, second: target.1).applied(to: image) == image)
    }

    @Test func `the exponential stays within its stated error`() {
        let values = (0...160_000).map { Float($0) * 1e-4 }
        let results = exponentialOfNegative(values)
        var worst = 0.0
        for (value, result) in zip(values, results) {
            worst = max(worst, abs(Double(result) / exp(-Double(value)) - 1) / (1 + Double(value)))
        }
        #expect(worst < 1.5e-7)
        #expect(results[0] == 1)
        #expect(exponentialOfNegative([1e30, .infinity]).allSatisfy { $0 > 0 && $0 < 1e-6 })
    }
}

extension `Kernels on one path` {
    @Suite struct `Kernel copies` {
        @Test func `every copy gives the same bytes`() throws {
            let image = randomImage(width: 311, height: 203, seed: 21)
            let replacement = StainReplacement(
                coder: coder, first: SIMD3(0.9, 0.8, 0.2), second: SIMD3(0.1, 1.3, 0.4))
            let values = (0..<10_007).map { Float($0) * 1.7e-3 }

            func everything() -> (CodeSums, [Double], SIMD2<Double>, RGBImage, [UInt32]) {
                var sample = DensitySample()
                sample.fill(from: image, step: 1)
                let moments = sample.tissueMoments()
                let flat = (0..<3).flatMap { [moments.sum[$0], moments.square[$0]] }
                return (
                    sample.tissueSums(coder), flat, sample.codeQuantiles(coder, fraction: 0.9),
                    replacement.applied(to: image), exponentialOfNegative(values).map(\.bitPattern)
                )
            }

            let baseline = try #require(KernelPath.baseline.run(everything))
            for path in KernelPath.allCases {
                guard path.run({ KernelPath.current == path }) == true else { continue }
                let other = try #require(path.run(everything))
                #expect(baseline.0 == other.0)
                #expect(baseline.1 == other.1)
                #expect(baseline.2 == other.2)
                #expect(baseline.3 == other.3)
                #expect(baseline.4 == other.4)
            }
        }
    }
}

private func plainQuantile(_ values: [Double], _ fraction: Double) -> Double {
    let sorted = values.sorted()
    let rank = fraction * Double(sorted.count - 1)
    let low = Int(rank)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (rank - Double(low))
}

@Suite struct `Quantiles` {
    @Test func `a quantile is that of the sorted values`() {
        var generator = SeededGenerator(seed: 77)
        for round in 0..<300 {
            let count = 1 + generator.next(in: 0..<200)
            let values = (0..<count).map { _ -> Float in
                let value = Float(generator.nextUnit() * 20 - (round % 3 == 0 ? 10 : 0))
                // Many ties, zeros of both signs.
                return round % 2 == 0 ? value.rounded(.towardZero) : value
            }
            for fraction in [0, 0.01, 0.25, 0.5, 0.9, 0.99, 1, generator.nextUnit()] {
                let quantile = linearQuantile(values.span, fraction)
                #expect(abs(quantile - plainQuantile(values.map(Double.init), fraction)) < 1e-12)
            }
        }
    }

    @Test func `half way between two ranks is their mean`() {
        #expect(linearQuantile([4, 1, 3, 2].span, 0.5) == 2.5)
        #expect(linearQuantile([1e-30, 1e30].span, 1) == Double(Float(1e30)))
        #expect(linearQuantile([7].span, 0.99) == 7)
    }
}
