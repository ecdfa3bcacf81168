import Pixels
import Slides
import Testing

@Suite struct `Slide resolution` {
    private func resolve(
        _ properties: CalibrationProperties, flag: Double? = nil, table: Double? = nil
    ) throws -> Calibration {
        try Calibration.resolve(properties, flag: flag, table: table, path: "a.svs")
    }

    @Test func `the slide comes before the flag and the flag before the table`() throws {
        let slide = CalibrationProperties(mppX: "0.25", mppY: "0.251")
        #expect(try resolve(slide, flag: 0.5, table: 1).source == .slide)
        #expect(try resolve(slide).micronsPerPixel == MicronsPerPixel(x: 0.25, y: 0.251))
        #expect(
            try resolve(.init(), flag: 0.5, table: 1)
                == Calibration(micronsPerPixel: .init(0.5), source: .flag))
        #expect(try resolve(.init(), table: 1).source == .table)
    }

    @Test(arguments: [("centimeter", "40000"), ("inch", "101600")])
    func `TIFF tags count in their unit`(unit: String, resolution: String) throws {
        let tags = CalibrationProperties(
            tiffXResolution: resolution, tiffYResolution: resolution, tiffResolutionUnit: unit)
        let calibration = try resolve(tags)
        #expect(calibration.source == .tiffTags && abs(calibration.micronsPerPixel.x - 0.25) < 1e-12)
    }

    @Test(
        arguments: [
            CalibrationProperties(),
            CalibrationProperties(mppX: "nan", mppY: "nan"),
            CalibrationProperties(mppX: "0", mppY: "0"),
            CalibrationProperties(mppX: "-0.25", mppY: "-0.25"),
            CalibrationProperties(mppX: "0.25", mppY: "0.3"),
            CalibrationProperties(tiffXResolution: "96", tiffYResolution: "96", tiffResolutionUnit: "inch"),
            CalibrationProperties(tiffXResolution: "40000", tiffYResolution: "40000"),
        ])
    func `nothing usable is a failure that names the fix`(properties: CalibrationProperties) {
        let error = #expect(throws: SlideFailure.self) { try resolve(properties) }
        #expect(error?.reason == .missingResolution)
        #expect(error?.description.contains("--mpp") == true)
    }

    @Test func `a decimal comma is read as a number`() throws {
        #expect(try resolve(.init(mppX: "0,2431", mppY: "0,2431")).micronsPerPixel.x == 0.2431)
    }
}
