import Foundation
import Kernels
import Pixels
import Staining
import TestSupport
import Testing

/// The alternation of the reference in plain double precision, without extrapolation.
private func plainAlternation(_ densities: [SIMD3<Double>]) -> (PlainStain.Matrix, iterations: Int) {
    func unit(_ vector: SIMD3<Double>) -> SIMD3<Double> { vector / (vector * vector).sum().squareRoot() }
    var matrix = (unit(SIMD3(0.65, 0.70, 0.29)), unit(SIMD3(0.07, 0.99, 0.11)))
    for iteration in 1...2000 {
        let old = matrix
        var (h11, h12, h22) = (0.0, 0.0, 0.0)
        var (v1, v2) = (SIMD3<Double>.zero, SIMD3<Double>.zero)
        for density in densities {
            let codes = PlainStain.codes(density, matrix, lambda: 0.1)
            h11 += codes.x * codes.x
            h12 += codes.x * codes.y
            h22 += codes.y * codes.y
            v1 += codes.x * density
            v2 += codes.y * density
        }
        for _ in 0..<20 {
            matrix.0 = unit(pointwiseMax((v1 - h12 * matrix.1) / h11, .zero))
            matrix.1 = unit(pointwiseMax((v2 - h12 * matrix.0) / h22, .zero))
        }
        let change =
            pointwiseMax(matrix.0 - old.0, old.0 - matrix.0).max()
            + pointwiseMax(matrix.1 - old.1, old.1 - matrix.1).max()
        if change < 1e-9 { return (matrix, iteration) }
    }
    return (matrix, 2000)
}

@Suite struct `Vahadane fit` {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the fit is that of the plain alternation, in fewer iterations`(_ seed: UInt64) throws {
        let image = SyntheticTissue.image(width: 64, height: 64, seed: seed)
        let estimate = try VahadaneFitter(tolerance: 1e-7).fit(image, step: 1)
        let tissue = PlainStain.tissueDensities(image)
        let (plain, iterations) = plainAlternation(tissue)
        let expected = try #require(StainMatrix(plain.0, plain.1))
        let difference = try #require(maximumDifference(estimate.matrix.entries, expected.entries))
        #expect(difference < 2e-6)
        #expect(estimate.iterations < iterations)
        #expect(estimate.tissuePixels == tissue.count)
        #expect(abs(estimate.objective - PlainStain.objective(tissue, plain)) < 1e-6)
        let truth = (SyntheticTissue.matrix.hematoxylin, SyntheticTissue.matrix.eosin)
        #expect(estimate.objective <= PlainStain.objective(tissue, truth) + 1e-6)
    }

    @Test func `robust maxima are percentiles of the exact codes of all pixels`() throws {
        let image = SyntheticTissue.image(background: 0.5)
        let estimate = try VahadaneFitter().fit(image, step: 1)
        let matrix = (estimate.matrix.hematoxylin, estimate.matrix.eosin)
        let codes = PlainStain.densities(image).map { PlainStain.codes($0, matrix, lambda: 0.01) }
        #expect(abs(estimate.robustMaximum.x - PlainStain.quantile(codes.map(\.x), 0.99)) < 1e-5)
        #expect(abs(estimate.robustMaximum.y - PlainStain.quantile(codes.map(\.y), 0.99)) < 1e-5)
    }

    @Test func `memory that served another tile changes nothing`() throws {
        let fitter = VahadaneFitter()
        var scratch = DensitySample()
        _ = try fitter.fit(
            SyntheticTissue.image(width: 200, height: 150, seed: 9), step: 1, scratch: &scratch)
        let image = SyntheticTissue.image(seed: 4)
        #expect(try fitter.fit(image, scratch: &scratch) == fitter.fit(image))
    }

    @Test func `any number of workers gives the same estimates`() async throws {
        let images = (0..<8).map { SyntheticTissue.image(width: 60, height: 50, seed: UInt64($0)) }
        let alone = try images.map { try VahadaneFitter().fit($0) }
        for workers in [1, 2, 4] {
            var together = [Int: StainEstimate]()
            try await withThrowingTaskGroup(of: [(Int, StainEstimate)].self) { group in
                for worker in 0..<workers {
                    group.addTask {
                        try stride(from: worker, to: images.count, by: workers).map {
                            ($0, try VahadaneFitter().fit(images[$0]))
                        }
                    }
                }
                for try await part in group { for (index, estimate) in part { together[index] = estimate } }
            }
            #expect(images.indices.map { together[$0] } == alone)
        }
    }

    @Test func `a limit of iterations ends the fit with the best so far`() throws {
        let image = SyntheticTissue.image()
        let short = try VahadaneFitter(iterationLimit: 3).fit(image)
        let long = try VahadaneFitter().fit(image)
        #expect(short.iterations == 3)
        #expect(short.objective > long.objective)
    }
}

extension PlainStain {
    /// Densities of the tissue pixels.
    static func tissueDensities(_ image: RGBImage) -> [SIMD3<Double>] {
        zip(image.colors, densities(image)).filter {
            Lightness.of(red: $0.0.red, green: $0.0.green, blue: $0.0.blue) < Lightness.tissueLimit
        }.map(\.1)
    }
}

@Suite struct `Slide sample` {
    @Test func `a sample of one tile gives the estimate of that tile`() throws {
        let image = SyntheticTissue.image()
        var sample = StainSample()
        sample.add(image, step: 2)
        #expect(try VahadaneFitter().fit(sample) == VahadaneFitter().fit(image, step: 2))
    }

    @Test func `several tiles count as one large one`() throws {
        let tiles = (0..<3).map { SyntheticTissue.image(width: 40, height: 30, seed: UInt64($0)) }
        let joined = RGBImage(width: 40, height: 90, pixels: tiles.flatMap(\.pixels))
        var sample = StainSample()
        for tile in tiles { sample.add(tile, step: 1) }
        #expect(try VahadaneFitter().fit(sample) == VahadaneFitter().fit(joined, step: 1))
    }

    @Test func `memory is bounded and the thinned sample still represents the slide`() throws {
        let tiles = (0..<12).map { SyntheticTissue.image(width: 80, height: 80, seed: UInt64($0)) }
        var whole = StainSample()
        var thinned = StainSample(capacity: 9000)
        for tile in tiles {
            whole.add(tile, step: 1)
            thinned.add(tile, step: 1)
            #expect(thinned.count <= 9000)
        }
        #expect(whole.count == 12 * 6400)
        #expect(thinned.count > 3000)
        let (exact, estimate) = (try VahadaneFitter().fit(whole), try VahadaneFitter().fit(thinned))
        let difference = try #require(maximumDifference(estimate.matrix.entries, exact.matrix.entries))
        #expect(difference < 0.02 && difference > 0)
    }

    @Test func `thinning does not depend on how the pixels were cut into tiles`() {
        let image = SyntheticTissue.image(width: 50, height: 64)
        var whole = StainSample(capacity: 500)
        whole.add(image, step: 1)
        var parts = StainSample(capacity: 500)
        for row in 0..<64 {
            parts.add(image.cropped(to: PixelRect(x: 0, y: row, width: 50, height: 1)), step: 1)
        }
        #expect(whole.pixels == parts.pixels)
    }

    @Test func `an empty sample fails with a reason`() {
        #expect(throws: StainFailure.tooFewPixels(pixels: 0)) { try VahadaneFitter().fit(StainSample()) }
    }
}
