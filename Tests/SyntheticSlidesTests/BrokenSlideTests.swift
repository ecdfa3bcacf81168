import Foundation
import Pixels
import SyntheticSlides
import Testing

@Suite struct `broken slides` {
    @Test func `each is what its name says`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func bytes(_ broken: BrokenSlide) throws -> [UInt8] {
            [UInt8](try Data(contentsOf: broken.write(into: folder)))
        }
        let good = [UInt8](try Data(contentsOf: SyntheticSlideVariant.tinyAbnormal.write(into: folder)))
        #expect(try bytes(.empty).isEmpty)
        #expect(try bytes(.truncatedHalf) == Array(good[..<(good.count - good.count / 2)]))
        #expect(try bytes(.truncatedFewBytes).count == good.count - 9)
        #expect(try bytes(.dimensionBomb).count < 400)
        let one = differences(good, try bytes(.corruptTile))
        #expect(one > 0 && one <= 32)
        #expect(differences(good, try bytes(.corruptTiles)) > 8 * one)
        #expect((1...4).contains(differences(good, try bytes(.directoryLoop))))
        #expect(differences(good, try bytes(.offsetsPastEnd)) > 24)
        #expect(String(decoding: try bytes(.decimalCommaMPP), as: UTF8.self).contains("MPP = 0,5000"))
        #expect(!String(decoding: try bytes(.nonsenseMPP), as: UTF8.self).contains("MPP = 0.5000"))
        #expect(try bytes(.untiled)[0..<2].elementsEqual([0x49, 0x49]))
    }

    /// Number of bytes that differ; all of them if the lengths do.
    private func differences(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard left.count == right.count else { return max(left.count, right.count) }
        return zip(left, right).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
    }
}
