import Foundation
import Kernels
import Slides
import SyntheticSlides
import TestSupport
import Testing

@Suite struct `Preflight under fuzzing` {
    /// Bytes that sit on the edges of what a field can hold.
    private static let edges: [UInt8] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF]

    @Test(arguments: [UInt64(1), 2])
    func `no change to the ends of a slide makes the preflight crash or hang`(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let url = try SyntheticSlideVariant.tinyGeneric.write(into: folder.url)
        let good = [UInt8](try Data(contentsOf: url))
        let file = try FileHandle(forUpdating: url)
        defer { try? file.close() }
        func put(_ byte: UInt8, at place: Int) throws {
            try file.seek(toOffset: UInt64(place))
            try file.write(contentsOf: [byte])
        }
        var random = SeededGenerator(seed: seed)
        var (refused, passed) = (0, 0)
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<3_000 {
            var touched: [Int] = []
            for _ in 0..<random.next(in: 1..<9) {
                let near = random.next(in: 0..<2_048)
                // A third of the changes hit the header and the start, the others the directories at the end.
                touched.append(random.next(in: 0..<3) == 0 ? near % 64 : good.count - 1 - near)
                let byte =
                    random.next(in: 0..<2) == 0
                    ? Self.edges[random.next(in: 0..<Self.edges.count)] : UInt8(random.next(in: 0..<256))
                try put(byte, at: touched[touched.count - 1])
            }
            do throws(SlideFailure) {
                let census = try SlidePreflight.check(url.path).tiles
                passed += 1
                if let census { #expect(census.beyondEnd >= 0 && census.beyondEnd <= census.total) }
            } catch {
                refused += 1
                #expect(error.reason == .badTIFF || error.reason == .truncated)
            }
            for place in touched { try put(good[place], at: place) }
        }
        // Both must happen, or the changes miss what the preflight reads.
        #expect(refused > 300 && passed > 300, "\(refused) refused, \(passed) passed")
        #expect(clock.now - start < .seconds(30))
        #expect([UInt8](try Data(contentsOf: url)) == good)
    }

    @Test func `cutting a slide anywhere is noticed`() throws {
        let folder = try TemporaryFolder()
        let url = try SyntheticSlideVariant.tinyGeneric.write(into: folder.url)
        let good = [UInt8](try Data(contentsOf: url))
        var random = SeededGenerator(seed: 3)
        let short = (1...64).map { good.count - $0 }
        let anywhere = (0..<200).map { _ in random.next(in: 8..<good.count) }
        for length in short + anywhere {
            let path = try folder.file("cut.tif", Array(good[..<length]))
            do throws(SlideFailure) {
                let census = try SlidePreflight.check(path).tiles
                #expect(census.map { $0.beyondEnd > 0 } == true, "cut to \(length) bytes")
            } catch {
                #expect(error.reason == .truncated, "cut to \(length) bytes")
            }
        }
    }
}
