import Foundation
import Kernels
import Pixels
import TestSupport
import Testing
import Evaluation

@Suite struct `Rank statistics` {
    private func numbers(_ count: Int, values: Int, seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Double(random.next(in: 0..<values)) / 4 }
    }

    @Test(arguments: [(1, 1, 2), (7, 13, 3), (40, 25, 6), (60, 60, 1000)])
    func `the area is that over all pairs`(normals: Int, abnormals: Int, values: Int) throws {
        for seed in 0..<20 as Range<UInt64> {
            let normal = numbers(normals, values: values, seed: seed)
            let abnormal = numbers(abnormals, values: values, seed: seed + 100)
            let area = try #require(ROC.area(normal: normal, abnormal: abnormal))
            #expect(area == areaUnderROC(positives: abnormal, negatives: normal))
            let turned = try #require(ROC.area(normal: abnormal, abnormal: normal))
            #expect(abs(turned + area - 1) < 1e-12)
        }
    }

    @Test func `without images of both kinds or with NaN there is no area`() {
        #expect(ROC.area(normal: [], abnormal: [1]) == nil)
        #expect(ROC.area(normal: [1], abnormal: []) == nil)
        #expect(ROC.area(normal: [1, .nan], abnormal: [2]) == nil)
        #expect(ROC.area(normal: [1, 2], abnormal: [3]) == 1)
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `the golden area is met`() throws {
        struct Case: Decodable {
            let labels: [Int]
            let scores: [Double]
            let auc: Double
        }
        struct Golden: Decodable { let roc_auc: [Case] }
        let data = try Data(contentsOf: SharedData.url("golden/dpa/resize_roc.json"))
        for item in try JSONDecoder().decode(Golden.self, from: data).roc_auc {
            let pairs = zip(item.labels, item.scores)
            let area = ROC.area(
                normal: pairs.filter { $0.0 == 0 }.map(\.1), abnormal: pairs.filter { $0.0 == 1 }.map(\.1))
            #expect(abs(try #require(area) - item.auc) < 1e-12)
        }
    }

    @Test func `only pairs of equal baseline count for the matched area`() throws {
        func samples(_ values: [(Double, Double)]) -> [ROC.Sample] {
            values.map { ROC.Sample(score: $0.0, baseline: $0.1) }
        }
        let normal = samples([(1, 0.5), (2, 0.51), (9, 0.9)])
        let abnormal = samples([(1.5, 0.505), (2, 0.515), (0, 0.7)])
        // Pairs: (1, 1.5) won, (1, 2) won, (2, 1.5) lost, (2, 2) tied.
        let matched = try #require(ROC.matchedArea(normal: normal, abnormal: abnormal))
        #expect(matched.pairs == 4 && matched.area == 0.625)
        #expect(ROC.matchedArea(normal: samples([(1, 0)]), abnormal: samples([(1, 1)])) == nil)
        let wide = try #require(ROC.matchedArea(normal: normal, abnormal: abnormal, tolerance: 10))
        #expect(wide.area == ROC.area(normal: normal.map(\.score), abnormal: abnormal.map(\.score)))
    }

    @Test func `baselines are the means they are called`() {
        let image = picture(30, 20)
        let baselines = ImageBaselines(image)
        var (red, density, all) = (0.0, 0.0, 0.0)
        for (index, value) in image.pixels.enumerated() {
            if index % 3 == 0 { red += Double(value) }
            density -= log(Double(max(value, 1)) / 255)
            all += Double(value)
        }
        #expect(abs(baselines.meanRed - red / 600) < 1e-9)
        #expect(abs(baselines.meanOpticalDensity - density / 1800) < 1e-9)
        #expect(abs(baselines.meanIntensity - all / 1800) < 1e-9)
        #expect(ImageBaselines(RGBImage(width: 3, height: 3)).meanOpticalDensity < 1e-5)
    }
}

/// Something with all kinds of values.
private func picture(_ width: Int, _ height: Int) -> RGBImage {
    var pixels: [UInt8] = []
    for index in 0..<(3 * width * height) { pixels.append(UInt8(30 + (index * 37 + index / 90) % 200)) }
    return RGBImage(width: width, height: height, pixels: pixels)
}
