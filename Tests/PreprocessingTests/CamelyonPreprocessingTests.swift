import Camelyon
import Foundation
import ImageFiles
import Kernels
import Pixels
import Preprocessing
import Records
import SyntheticSlides
import Testing
import Training

@Suite(.timeLimit(.minutes(5))) struct `Cutting Camelyon16` {
    private let fixture: SmallCamelyon

    init() throws { fixture = try SmallCamelyon() }

    @Test func `every slide has a row, and every tile its label, place and checksum`() async throws {
        let record = try await fixture.job("out").run()
        let summary = try fixture.rows("out/summary.csv")
        #expect(summary.map { $0["slide"] ?? "" } == SmallCamelyon.set.slides.map(\.name).sorted())
        #expect(summary.allSatisfy { $0["status"] == "ok" }, "\(summary)")
        let manifest = try fixture.rows("out/manifest.csv")
        #expect(manifest.count == record.tiles && record.rejectedTiles == 0)
        let labels = Dictionary(grouping: manifest) { "\($0["split"] ?? "") \($0["label"] ?? "")" }.mapValues(
            \.count)
        #expect(
            Set(labels.keys) == ["train normal", "train tumor", "test normal", "test tumor"], "\(labels)")
        for tile in manifest {
            let path = try #require(tile["tile"])
            let name = try PublishedTile(name: path)
            #expect(name.slide.description == tile["slide"] && name.label.rawValue == tile["label"])
            #expect("\(name.area.x)" == tile["x"] && "\(name.area.y)" == tile["y"])
            let sum = try Checksum.sha256(ofFile: fixture.place("out/" + path).path)
            #expect(sum == tile["sha256"])
            let image = try PNGFile.read(fixture.place("out/" + path))
            #expect(image.width == 768 && image.height == 768)
        }
    }

    @Test func `tumor fractions are those of the truth, and normal slides have none`() async throws {
        _ = try await fixture.job("out").run()
        for tile in try fixture.rows("out/manifest.csv") {
            let slide = try #require(SmallCamelyon.set.slides.first { $0.name == tile["slide"] })
            let truth = SmallCamelyon.set.synthetic(slide).truth
            let name = try PublishedTile(name: try #require(tile["tile"]))
            let fraction = try #require(tile["tumor_fraction"].flatMap(Double.init))
            // The paper's rounding of vertices to whole pixels moves an outline by half a pixel.
            #expect(abs(fraction - (slide.isTumor ? truth.abnormalCoverage(of: name.area) : 0)) < 0.003)
            #expect(slide.isTumor == (fraction >= 0.5))
            let tissue = try #require(tile["tissue_fraction"].flatMap(Double.init))
            #expect(abs(tissue - truth.tissueCoverage(of: name.area)) < 0.1)
        }
    }

    @Test func `a tile holds the very pixels of the slide if the stain is left`() async throws {
        _ = try await fixture.job("out").run()
        let tile = try #require(try fixture.rows("out/manifest.csv").first { $0["slide"] == "normal_002" })
        let name = try PublishedTile(name: try #require(tile["tile"]))
        let slide = try #require(SmallCamelyon.set.slides.first { $0.name == "normal_002" })
        let area = PixelRect(x: name.area.x, y: name.area.y, width: 768, height: 768)
        let drawn = SmallCamelyon.set.synthetic(slide).render(area)
        let cut = try PNGFile.read(fixture.place("out/" + (tile["tile"] ?? "")))
        // JPEG lies between the two.
        let difference = zip(drawn.pixels, cut.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        #expect(Double(difference) / Double(cut.pixels.count) < 6)
    }

    @Test func `the bytes do not depend on the workers`() async throws {
        _ = try await fixture.job("one", SmallCamelyon.settings(isStained: true), workers: 1).run()
        _ = try await fixture.job("four", SmallCamelyon.settings(isStained: true), workers: 4).run()
        #expect(try fixture.contents("one") == fixture.contents("four"))
    }

    @Test func `a list of the names that were drawn gives the same tiles`() async throws {
        _ = try await fixture.job("drawn", SmallCamelyon.settings(isStained: true)).run()
        let drawn = try fixture.rows("drawn/manifest.csv")
        let names = drawn.compactMap { $0["tile"]?.split(separator: "/").last }.map {
            $0.replacing(".png", with: ".jpg")
        }
        try Data(names.reversed().joined(separator: "\n").utf8).write(to: fixture.place("list"))
        let list = try TileList(contentsOf: fixture.place("list").path)
        _ = try await fixture.job("listed", SmallCamelyon.settings(isStained: true), list: list).run()
        let listed = try fixture.rows("listed/manifest.csv")
        #expect(listed.map { $0["tile"] } == drawn.map { $0["tile"] })
        #expect(listed.map { $0["sha256"] } == drawn.map { $0["sha256"] })
        #expect(listed.map { $0["tumor_fraction"] } == drawn.map { $0["tumor_fraction"] })
    }

    @Test func `training and evaluation read the manifest as it is, slides as groups`() async throws {
        _ = try await fixture.job("out").run()
        let manifest = fixture.place("out/manifest.csv").path
        let training = try ImageListing.find(manifest)
        #expect(Set(training.images.compactMap(\.group)) == ["normal_001", "normal_002", "normal_003"])
        #expect(training.skippedAbnormal > 0)
        let test = try LabeledListing.read(manifest: manifest, part: .test)
        #expect(Set(test.images.map(\.isAbnormal)) == [true, false])
    }

    @Test(arguments: [20, 10])
    func `smaller tiles are the resampled large ones`(magnification: Int) async throws {
        _ = try await fixture.job("large").run()
        let small = try SmallCamelyon.settings(output: .init(magnification: magnification))
        #expect(small.output.resampling == "pillow_bilinear")
        _ = try await fixture.job("small", small).run()
        let tile = try #require(try fixture.rows("small/manifest.csv").last?["tile"])
        let side = 768 * magnification / 40
        let resampler = BilinearResampler(
            inputWidth: 768, inputHeight: 768, outputWidth: side, outputHeight: side)
        let large = try PNGFile.read(fixture.place("large/" + tile))
        #expect(try PNGFile.read(fixture.place("small/" + tile)).pixels == resampler.resample(large).pixels)
    }

    @Test func `tiles as JPEG are close to those as PNG`() async throws {
        _ = try await fixture.job("png").run()
        _ = try await fixture.job("jpeg", SmallCamelyon.settings(output: .init(format: .jpeg, quality: 95)))
            .run()
        let tile = try #require(try fixture.rows("jpeg/manifest.csv").first?["tile"])
        #expect(tile.hasSuffix(".jpg"))
        let jpeg = try JPEGFile.read(fixture.place("jpeg/" + tile))
        let png = try PNGFile.read(fixture.place("png/" + tile.replacing(".jpg", with: ".png")))
        let difference = zip(jpeg.pixels, png.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        #expect(Double(difference) / Double(png.pixels.count) < 3)
    }

    @Test func `memory bounds how many slides are cut at once`() throws {
        var job = try fixture.job("out", workers: 8)
        job.memoryLimit = 64 << 30
        #expect(job.lanes.count == 8 && job.lanes.workers == 1)
        job.memoryLimit = 1 << 30
        #expect(job.lanes.count < 8 && job.lanes.count >= 1 && job.lanes.count * job.lanes.workers <= 8)
        job.memoryLimit = 1
        #expect(job.lanes.count == 1 && job.lanes.workers == 1)
        job.workers = 64
        job.memoryLimit = 2 << 30
        let lanes = job.lanes
        #expect(lanes.count > 1 && lanes.count * lanes.workers < 64)
    }
}
