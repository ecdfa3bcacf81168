import Annotations
import Kernels
import Pixels
import Testing

import CamelyonEvaluation

@Suite struct `Tumor raster` {
    @Test func `a mask pixel is tumor if the level-0 pixel at its middle is`() throws {
        let slide = SlideExtent(width: 3200, height: 3200)
        // Columns 16 + 32 i of the slide from 336 on, before 401: mask columns 10, 11 and 12.
        let region = TumorRegion(tumors: [polygon(336, 337, 65, 32)])
        let raster = try TumorRaster(region, slide: slide)
        #expect(set(raster) == [[10, 11], [11, 11], [12, 11]])
        let less = TumorRegion(tumors: [polygon(337, 337, 63, 32)])
        #expect(set(try TumorRaster(less, slide: slide)) == [[11, 11]])
    }

    @Test func `annotations beyond the border of the slide are cut off`() throws {
        let region = TumorRegion(tumors: [polygon(-500, -500, 600, 600), polygon(900, 0, 5000, 40)])
        let raster = try TumorRaster(region, slide: SlideExtent(width: 1000, height: 500))
        #expect(raster.width == 32 && raster.height == 16)
        #expect(
            set(raster) == [
                [0, 0], [1, 0], [2, 0], [28, 0], [29, 0], [30, 0], [31, 0], [0, 1], [1, 1], [2, 1], [0, 2],
                [1, 2], [2, 2],
            ])
    }

    @Test func `a tumor wholly beyond the border leaves the slide without lesions`() throws {
        for (x, y) in [(2000.0, 10.0), (10, 2000), (-900, 10), (10, -900), (5000, 5000)] {
            let region = TumorRegion(tumors: [polygon(x, y, 300, 300)])
            let raster = try TumorRaster(region, slide: SlideExtent(width: 1000, height: 500))
            let mask = EvaluationMask(raster)
            #expect(mask.lesions.isEmpty && mask.label(atX: 999, y: 499) == 0)
        }
    }

    @Test func `a polygon and its raster over the whole slide give the same lesions`() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<20 {
            let polygons = (0..<4).map { _ in
                Polygon(
                    (0..<5).map { _ in
                        Vertex(
                            x: Double(generator.next(in: -200..<2300)),
                            y: Double(generator.next(in: -200..<1800)))
                    })
            }
            let region = TumorRegion(tumors: Array(polygons.dropLast()), holes: [polygons[3]])
            var whole = plane(66, 50)
            for y in 0..<50 {
                for x in 0..<66 { whole[x, y] = region.contains(x: 32 * x + 16, y: 32 * y + 16) }
            }
            let cropped = try EvaluationMask(
                TumorRaster(region, slide: SlideExtent(width: 66 * 32 - 31, height: 50 * 32)))
            let plain = PlainLesions(whole)
            #expect(cropped.lesions.count == plain.count)
            for y in 0..<50 {
                for x in 0..<66 { #expect(cropped.label(column: x, row: y) == plain.labels[x, y]) }
            }
        }
    }

    @Test func `of a mask file only the value 255 is tumor`() throws {
        var mask = Plane<UInt8>(width: 20, height: 12, filledWith: 0)
        mask[4, 5] = 255
        mask[9, 5] = 254
        #expect(set(try TumorRaster(red: mask)) == [[4, 5]])
        mask[4, 5] = 2
        mask[9, 5] = 0
        #expect(throws: EvaluationMaskError.otherValue(2)) { try TumorRaster(red: mask) }
        mask[4, 5] = 0
        #expect(set(try TumorRaster(red: mask)).isEmpty)
    }

    @Test func `only the surroundings of the tumor are held`() throws {
        let region = TumorRegion(tumors: [polygon(640_000, 320_000, 64, 32)])
        let raster = try TumorRaster(region, slide: SlideExtent(width: 1 << 30, height: 1 << 30))
        #expect(raster.window == PixelRect(x: 19_995, y: 9995, width: 12, height: 11))
        let all = TumorRegion(tumors: [polygon(0, 0, 1e9, 1e9)])
        #expect(throws: EvaluationMaskError.self) {
            try TumorRaster(all, slide: SlideExtent(width: 1 << 30, height: 1 << 30))
        }
    }

    /// The tumor pixels of the whole mask as [column, row], row by row.
    private func set(_ raster: TumorRaster) -> [[Int]] {
        raster.tumor.values.indices.filter { raster.tumor.values[$0] }.map { index in
            [raster.window.x + index % raster.tumor.width, raster.window.y + index / raster.tumor.width]
        }
    }
}
