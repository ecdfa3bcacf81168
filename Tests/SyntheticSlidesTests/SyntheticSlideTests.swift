import Foundation
import Pixels
import SyntheticSlides
import TestSupport
import Testing

@Suite struct `synthetic slides` {
    /// A new folder that is removed when the test ends.
    private func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func opticalDensity(_ color: RGBColor) -> Double {
        let sum = [color.red, color.green, color.blue].reduce(0) { $0 - log(max(1, Double($1)) / 245) }
        return sum / 3
    }

    @Test func `the same seed gives the same bytes and another seed others`() throws {
        try inFolder { folder in
            let variant = SyntheticSlideVariant.tinyGeneric
            let first = try Data(contentsOf: variant.write(into: folder))
            let again = try Data(contentsOf: variant.write(into: folder))
            let other = try Data(contentsOf: variant.write(into: folder, seed: 99))
            #expect(first == again)
            #expect(first != other)
        }
    }

    @Test func `a part rendered alone equals the part of a larger picture`() {
        let slide = SyntheticSlideVariant.tinyAbnormal.slide()
        let whole = slide.render(PixelRect(x: 256, y: 256, width: 512, height: 512))
        let part = slide.render(PixelRect(x: 411, y: 333, width: 151, height: 97))
        #expect(whole.cropped(to: PixelRect(x: 155, y: 77, width: 151, height: 97)) == part)
    }

    @Test func `a reduced level is the area average of level 0`() {
        let slide = SyntheticSlideVariant.tinyAbnormal.slide()
        let full = slide.render(PixelRect(x: 400, y: 400, width: 160, height: 160))
        let reduced = slide.render(
            PixelRect(x: 100, y: 100, width: 40, height: 40), level: LevelIndex(rawValue: 1))
        var largest = 0.0
        for y in 0..<40 {
            for x in 0..<40 {
                var sum = 0
                for part in 0..<16 { sum += Int(full[x * 4 + part % 4, y * 4 + part / 4].green) }
                largest = max(largest, abs(Double(sum) / 16 - Double(reduced[x, y].green)))
            }
        }
        #expect(largest <= 0.5)
    }

    @Test func `abnormal regions are darker and hold more nuclei than the tissue around them`() {
        let slide = SyntheticSlideVariant.tinyAbnormal.slide()
        let truth = slide.truth
        let image = slide.render(
            PixelRect(x: 0, y: 0, width: slide.recipe.width, height: slide.recipe.height))
        var (abnormal, normal, glass) = (Tally(), Tally(), Tally())
        for y in stride(from: 0, to: image.height, by: 3) {
            for x in stride(from: 0, to: image.width, by: 3) {
                let color = image[x, y]
                // Nuclei absorb red, which eosin lets pass.
                let (density, isNuclear) = (opticalDensity(color), color.red < 150)
                if truth.isAbnormal(x: x, y: y) {
                    abnormal.add(density, isNuclear)
                } else if truth.isTissue(x: x, y: y, includingFat: false) {
                    normal.add(density, isNuclear)
                } else {
                    glass.add(density, isNuclear)
                }
            }
        }
        #expect(abnormal.meanDensity > normal.meanDensity * 1.2)
        #expect(abnormal.nuclearFraction > normal.nuclearFraction * 3)
        #expect(normal.meanDensity > 0.2)
        #expect(glass.meanDensity < 0.05 && glass.nuclearFraction < 0.01)
    }

    private struct Tally {
        var count = 0.0
        var density = 0.0
        var nuclear = 0.0
        var meanDensity: Double { density / count }
        var nuclearFraction: Double { nuclear / count }

        mutating func add(_ density: Double, _ isNuclear: Bool) {
            count += 1
            self.density += density
            nuclear += isNuclear ? 1 : 0
        }
    }

    @Test(arguments: SyntheticSlideVariant.allCases.filter(\.isTiny))
    func `committed tiny slides are small and what the program makes now`(variant: SyntheticSlideVariant)
        throws
    {
        let committed = SharedData.packageRoot.appendingPathComponent("fixtures/slides")
        let slide = try Data(contentsOf: committed.appendingPathComponent(variant.fileName))
        #expect(slide.count <= 200_000)
        try inFolder { folder in
            // Another libjpeg may code the same picture in other bytes: then this fails and the slides are
            // remade.
            #expect(try Data(contentsOf: variant.write(into: folder)) == slide)
            let truth = try SyntheticTruth(
                contentsOf: committed.appendingPathComponent(variant.truthFileName))
            #expect(truth == variant.slide().truth)
        }
    }

    @Test func `abnormal regions lie inside tissue in every variant`() {
        for variant in SyntheticSlideVariant.allCases {
            let truth = variant.slide().truth
            for point in truth.abnormal.flatMap(\.points) {
                #expect(truth.isTissue(x: Int(point.x), y: Int(point.y)), "\(variant.name) at \(point)")
            }
        }
    }
}
