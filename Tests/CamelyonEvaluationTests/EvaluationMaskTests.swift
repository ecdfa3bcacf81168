import Annotations
import Kernels
import Pixels
import Testing

import CamelyonEvaluation

@Suite struct `Evaluation mask` {
    @Test func `the fixed lengths are those of the rule`() {
        #expect(abs(OfficialRule.growth - 4.82253) < 1e-5)
        #expect(abs(OfficialRule.isolatedCellsLength - 35.36523) < 1e-5)
    }

    @Test func `squared distances are those of a search over all pixels`() {
        for seed in 0..<30 as Range<UInt64> {
            let mask = randomPlane(Int(seed % 7) * 5 + 1, Int(seed % 5) * 9 + 1, seed: seed)
            guard mask.values.contains(true) else { continue }
            var rows = 0
            SquaredDistances(to: mask).forEachRow { row, squares in
                rows += 1
                let expected = (0..<mask.width).map { PlainLesions.squaredDistance($0, row, to: mask) }
                #expect(squares == expected)
            }
            #expect(rows == mask.height)
        }
    }

    @Test func `without a set pixel every distance is larger than the plane`() {
        SquaredDistances(to: Plane(width: 9, height: 4, filledWith: false)).forEachRow { _, squares in
            #expect(squares.allSatisfy { $0 >= 13 * 13 })
        }
        SquaredDistances(to: Plane(width: 0, height: 0, filledWith: false)).forEachRow { _, _ in
            Issue.record("a row of an empty plane")
        }
    }

    @Test func `lesions are those of the rules followed step by step over the whole plane`() throws {
        for seed in 0..<25 as Range<UInt64> {
            let tumor = randomPlane(64, 57, seed: seed + 100)
            let plain = PlainLesions(tumor)
            let mask = try EvaluationMask(TumorRaster(tumor))
            #expect(mask.lesions.count == plain.count)
            for y in 0..<tumor.height {
                for x in 0..<tumor.width { #expect(mask.label(column: x, row: y) == plain.labels[x, y]) }
            }
            for lesion in mask.lesions {
                #expect(abs(lesion.length - plain.length(of: lesion.label)) < 1e-9)
                #expect(lesion.area == plain.labels.values.count { $0 == lesion.label })
                #expect(lesion.isIsolatedCells == (lesion.length < 35.36523))
            }
        }
    }

    // A bar of n pixels grows by rows of n + 8 (five times), n + 6 (twice) and n + 4 (twice) pixels. A row of
    // L pixels has the second moment L (L^2 - 1) / 12 about its middle.
    @Test(arguments: [(23, 19736.0 / 267, true), (24, 21789.0 / 276, false)])
    func `a bar is isolated tumor cells up to a length of 23 pixels`(
        length: Int, variance: Double, isIsolated: Bool
    ) throws {
        for isUpright in [false, true] {
            let bar = isUpright ? rectangle(20, 9, 1, length) : rectangle(9, 20, length, 1)
            let mask = try EvaluationMask(TumorRaster(plane(60, 60, bar)))
            #expect(mask.lesions.map(\.area) == [9 * length + 60])
            #expect(abs(mask.lesions[0].length - 4 * variance.squareRoot()) < 1e-9)
            #expect(mask.lesions[0].isIsolatedCells == isIsolated)
        }
    }

    @Test(arguments: [(9, 1), (10, 2)])
    func `two foci are one lesion when what is added to them touches`(distance: Int, count: Int) throws {
        // Four pixels are added on each side: 9 pixels are 70 µm, 10 are 78 µm.
        let foci = plane(50, 30, rectangle(10, 12, 1, 1), rectangle(10 + distance, 12, 1, 1))
        #expect(try EvaluationMask(TumorRaster(foci)).lesions.count == count)
    }

    @Test func `foci that touch by a corner only are one lesion`() throws {
        // The first one reaches (12, 14), as 2^2 + 4^2 <= 23, but neither (13, 14) nor (12, 15); the second
        // (13, 15).
        let corner = plane(40, 40, rectangle(10, 10, 1, 1), rectangle(15, 19, 1, 1))
        let mask = try EvaluationMask(TumorRaster(corner))
        #expect(mask.lesions.count == 1)
        #expect(mask.label(column: 12, row: 14) == 1 && mask.label(column: 13, row: 15) == 1)
        #expect(mask.label(column: 13, row: 14) == 0 && mask.label(column: 12, row: 15) == 0)
        let apart = plane(40, 40, rectangle(10, 10, 1, 1), rectangle(16, 19, 1, 1))
        #expect(try EvaluationMask(TumorRaster(apart)).lesions.count == 2)
    }

    @Test func `a hole is filled unless it is open to the border of the mask`() throws {
        let ring = plane(
            60, 60, rectangle(10, 10, 40, 1), rectangle(10, 49, 40, 1), rectangle(10, 10, 1, 40),
            rectangle(49, 10, 1, 40))
        #expect(try EvaluationMask(TumorRaster(ring)).label(column: 30, row: 30) == 1)
        let cut = plane(60, 60, rectangle(0, 10, 40, 1), rectangle(0, 49, 40, 1), rectangle(39, 10, 1, 40))
        #expect(try EvaluationMask(TumorRaster(cut)).label(column: 20, row: 30) == 0)
        #expect(try EvaluationMask(TumorRaster(cut)).label(column: 0, row: 30) == 0)
    }

    @Test func `a place is looked up by division of its level-0 pixel`() throws {
        let mask = try EvaluationMask(TumorRaster(plane(50, 30, rectangle(20, 10, 1, 1))))
        #expect(mask.label(atX: 24 * 32 + 31, y: 10 * 32) == 1)
        #expect(mask.label(atX: 25 * 32, y: 10 * 32) == 0)
        #expect(mask.label(atX: 16 * 32, y: 10 * 32 + 31) == 1)
        #expect(mask.label(atX: 16 * 32 - 1, y: 10 * 32) == 0)
        #expect(mask.label(atX: 1599, y: 959) == 0)
        #expect(mask.label(atX: 1600, y: 0) == nil && mask.label(atX: 0, y: 960) == nil)
        #expect(mask.label(atX: -1, y: 0) == nil && mask.label(atX: 0, y: -1) == nil)
    }

    @Test func `a slide without tumor pixels has no lesion`() throws {
        let mask = try EvaluationMask(TumorRaster(plane(50, 30)))
        #expect(mask.lesions.isEmpty && mask.label(column: 49, row: 29) == 0)
        let region = try EvaluationMask(
            TumorRaster(TumorRegion(tumors: []), slide: SlideExtent(width: 1000, height: 70)))
        #expect(region.lesions.isEmpty && region.width == 32 && region.height == 3)
    }
}
