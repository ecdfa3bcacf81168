import Foundation
import ImageFiles
import Pixels
import Records
import Screening
import SyntheticSlides
import TestSupport
import Testing
import Tissue

private let abnormal = FixtureSlides.path("tiny-abnormal.svs")
private let normal = FixtureSlides.path("tiny-normal.svs")
private let generic = FixtureSlides.path("tiny-generic.tif")

@Suite(.timeLimit(.minutes(5))) struct `Screening a slide` {
    @Test func `leaves all files, a table of every tile, and a manifest that vouches for them`() async throws
    {
        let fixture = try BatchFixture()
        let report = try await fixture.run([abnormal])
        let manifest = report.manifests[0]
        #expect(manifest.status == .ok && report.exitStatus == 0)
        #expect(
            fixture.folder.files() == [
                "out/.lock", "out/run.json", "out/summary.csv", "out/tiny-abnormal/heatmap.png",
                "out/tiny-abnormal/heatmap.tif", "out/tiny-abnormal/manifest.json",
                "out/tiny-abnormal/mask.png",
                "out/tiny-abnormal/thumbnail.png", "out/tiny-abnormal/tiles.csv",
            ])
        for (name, sum) in manifest.files {
            #expect(try Checksum.sha256(ofFile: fixture.output + "/tiny-abnormal/" + name) == sum)
        }
        let tiles = try fixture.table("tiny-abnormal/tiles.csv")
        #expect(tiles.count == manifest.counts.tiles && tiles.count > 5)
        #expect(tiles.allSatisfy { $0["status"] == "ok" && Double($0["score"] ?? "")?.isFinite == true })
        #expect(tiles.allSatisfy { (0...100).contains(Double($0["percentile"] ?? "") ?? -1) })
    }

    @Test func `gives the same bytes for one, two and four workers`() async throws {
        var results: [[String: [UInt8]]] = []
        for workers in [1, 2, 4] {
            let fixture = try BatchFixture()
            _ = try await fixture.run([abnormal, generic], workers: workers)
            var files: [String: [UInt8]] = [:]
            for name in fixture.folder.files() where !name.hasSuffix(".json") && !name.hasSuffix(".lock") {
                files[name] = try fixture.bytes(fixture.folder.path + "/" + name)
            }
            results.append(files)
        }
        #expect(results[0].count == 11)
        #expect(results[0] == results[1] && results[0] == results[2])
    }

    @Test func `sparse coverage and a cap choose fewer cells, and the cap is seeded`() async throws {
        func cells(_ settings: ScreenSettings) async throws -> [[String: String]] {
            let fixture = try BatchFixture()
            _ = try await fixture.run([normal], settings: settings)
            return try fixture.table("tiny-normal/tiles.csv")
        }
        let all = try await cells(ScreenSettings())
        let sparse = try await cells(ScreenSettings(coverage: .sparse))
        let capped = try await cells(ScreenSettings(maximumTiles: 3, seed: 5))
        #expect(sparse.count < all.count && capped.count == 3)
        #expect(try await cells(ScreenSettings(maximumTiles: 3, seed: 5)) == capped)
        // A cell's score does not depend on which other cells were sampled.
        for cell in capped { #expect(all.contains(cell)) }
    }

    @Test func `the heatmap raster has a pixel for each cell, placed by resolution`() async throws {
        let fixture = try BatchFixture()
        let manifest = try await fixture.run([abnormal]).manifests[0]
        let bytes = try fixture.bytes(fixture.output + "/tiny-abnormal/heatmap.tif")
        let tags = try #require(TIFFTags(bytes))
        let geometry = try #require(manifest.geometry)
        #expect(tags.integer(256) == geometry.columns && tags.integer(257) == geometry.rows)
        #expect(tags.integer(258) == 32 && tags.integer(339) == 3 && tags.integer(296) == 3)
        let resolution = try #require(tags.rational(282))
        let microns = 10_000 / resolution
        #expect(abs(microns - Double(geometry.cellWidth) * 0.5) < 0.01)
        // Columns times cell covers the slide, less than one cell more.
        #expect(geometry.columns * geometry.cellWidth >= 1_536)
        #expect((geometry.columns - 1) * geometry.cellWidth < 1_536)
    }

    @Test func `the built-in lung model ranks the abnormal nests of the demo slide as stated in the README`()
        async throws
    {
        let fixture = try BatchFixture()
        let slide = try SyntheticSlideVariant.demo.write(into: fixture.folder.url)
        let manifest = try await fixture.run([slide.path]).manifests[0]
        let truth = SyntheticSlideVariant.demo.slide().truth
        // Cells under the pen are listed with a reason and not scored.
        #expect((manifest.degenerateReasons["ink"] ?? 0) >= 3)
        var (inside, outside): ([Double], [Double]) = ([], [])
        for tile in try fixture.table("demo/tiles.csv") {
            let numbers = ["x", "y", "width", "height"].compactMap { tile[$0].flatMap(Int.init) }
            guard let score = tile["score"].flatMap(Double.init), numbers.count == 4,
                Double(tile["tissue_fraction"] ?? "") ?? 0 >= 0.5
            else { continue }
            let cell = SlideRect(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
            let part = truth.abnormalCoverage(of: cell)
            if part > 0.5 { inside.append(score) } else if part < 0.05 { outside.append(score) }
        }
        let auc = areaUnderROC(positives: inside, negatives: outside)
        // Worse than chance: to a model of airy lung tissue, fibrous stroma is stranger than nests of nuclei.
        #expect(inside.count >= 10 && outside.count >= 40)
        #expect(abs(auc - 0.37) < 0.03, "AUC \(auc) of \(inside.count) against \(outside.count) tiles")
    }
}

@Suite(.timeLimit(.minutes(5))) struct `Batches` {
    @Test func `every broken file gets its reason, the good ones finish, and the summary lists each once`()
        async throws
    {
        let fixture = try BatchFixture()
        let folder = fixture.folder.url.appendingPathComponent("slides")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for broken in BrokenSlide.allCases { try broken.write(into: folder) }
        let paths = BrokenSlide.allCases.map { folder.path + "/" + $0.fileName }
        let missing = fixture.folder.path + "/slides/nowhere.svs"
        let directory = fixture.folder.path + "/slides/folder.svs"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let report = try await fixture.run(paths + [missing, directory, abnormal, normal])
        let rows = try fixture.table("summary.csv")
        #expect(rows.count == report.manifests.count && Set(rows.map { $0["slide"] }).count == rows.count)
        #expect(report.exitStatus == 65)
        for broken in BrokenSlide.allCases {
            let row = try #require(rows.first { $0["path"]?.hasSuffix("/" + broken.fileName) == true })
            #expect(
                (row["reason"]?.isEmpty == false ? row["reason"] : nil) == broken.expectedReason,
                "\(broken.name)")
            if broken.expectedReason != nil {
                #expect(row["message"]?.contains(";") == true, "a sentence with a fix")
            }
        }
        #expect(rows.first { $0["path"] == missing }?["reason"] == "file_not_found")
        #expect(rows.first { $0["path"] == directory }?["reason"] == "not_regular")
        #expect(
            rows.filter { $0["path"] == abnormal || $0["path"] == normal }.allSatisfy { $0["status"] == "ok" }
        )
        #expect(!fixture.folder.files().contains { $0.hasSuffix(".part") })
    }

    @Test func `an allowed unread tile is listed as unread, never scored, and its neighbors are`()
        async throws
    {
        let fixture = try BatchFixture()
        let slide = try BrokenSlide.corruptTile.write(into: fixture.folder.url)
        let report = try await fixture.run([slide.path], settings: ScreenSettings(maximumUnread: 0.5))
        #expect(report.manifests[0].status == .okWithWarnings)
        let tiles = try fixture.table("corrupt-tile/tiles.csv")
        let unread = tiles.filter { $0["status"] == "unread" }
        #expect(!unread.isEmpty && unread.allSatisfy { $0["score"] == "" && $0["percentile"] == "" })
        #expect(tiles.count > 2 * unread.count && report.manifests[0].counts.unread == unread.count)
        #expect(report.manifests[0].unreadReasons.first?.contains("JPEG") == true)
    }

    @Test func `blank slides end as no_tissue with an empty table`() async throws {
        let fixture = try BatchFixture()
        let blank = try SyntheticSlideVariant.blank.write(into: fixture.folder.url)
        let report = try await fixture.run([blank.path])
        #expect(report.manifests[0].status == .noTissue && report.exitStatus == 0)
        #expect(try fixture.table("blank/tiles.csv").isEmpty)
        #expect(try fixture.table("summary.csv").map { $0["status"] } == ["no_tissue"])
    }

    @Test func `a missing resolution is filled by the flag or the table`() async throws {
        let fixture = try BatchFixture()
        let slide = try BrokenSlide.nonsenseMPP.write(into: fixture.folder.url)
        let flagged = try await fixture.run([slide.path], settings: ScreenSettings(micronsPerPixel: 0.5))
        #expect(flagged.manifests[0].status == .ok)
        let csv = fixture.folder.path + "/mpp.csv"
        try Data("slide,mpp\nmpp-nonsense,0.5\n".utf8).write(to: URL(fileURLWithPath: csv))
        let tabled = try await fixture.run(
            [slide.path], output: fixture.folder.path + "/out2", resolutions: ResolutionTable(contentsOf: csv)
        )
        #expect(tabled.manifests[0].scores == flagged.manifests[0].scores)
        #expect(try fixture.table("summary.csv")[0]["mpp_source"] == "mpp_flag")
    }

    @Test func `finished slides are kept, damaged results and changed slides are done again`() async throws {
        let fixture = try BatchFixture()
        let slide = fixture.folder.path + "/slide.svs"
        try FileManager.default.copyItem(atPath: abnormal, toPath: slide)
        let first = try await fixture.run([slide])
        let second = try await fixture.run([slide])
        #expect(first.resumed == 0 && second.resumed == 1)
        #expect(second.manifests[0].score == first.manifests[0].score)
        try Data("x".utf8).write(to: URL(fileURLWithPath: fixture.output + "/slide/tiles.csv"))
        #expect(try await fixture.run([slide]).resumed == 0)
        #expect(try fixture.table("slide/tiles.csv").count > 5)
        try FileManager.default.removeItem(atPath: slide)
        try FileManager.default.copyItem(atPath: normal, toPath: slide)
        #expect(try await fixture.run([slide]).resumed == 0)
    }

    @Test func `another slide of the same name does not replace results`() async throws {
        let fixture = try BatchFixture()
        for folder in ["p1", "p2"] {
            try AtomicFile.makeFolder(fixture.folder.path + "/" + folder)
            try FileManager.default.copyItem(
                atPath: folder == "p1" ? abnormal : normal,
                toPath: fixture.folder.path + "/\(folder)/slide.svs")
        }
        _ = try await fixture.run([fixture.folder.path + "/p1/slide.svs"])
        let error = await #expect(throws: OutputError.self) {
            try await fixture.run([fixture.folder.path + "/p2/slide.svs"])
        }
        #expect(error?.exitStatus == 64 && error?.description.contains("p1/slide.svs") == true)
    }

    @Test func `a failed slide is tried again with the resolution that its message asked for`() async throws {
        let fixture = try BatchFixture()
        let slide = try BrokenSlide.nonsenseMPP.write(into: fixture.folder.url)
        #expect(try await fixture.run([slide.path]).manifests[0].reason == "missing_resolution")
        let settings = ScreenSettings(micronsPerPixel: 0.5)
        #expect(try await fixture.run([slide.path], settings: settings).manifests[0].status == .ok)
        #expect(try await fixture.run([slide.path], settings: settings).resumed == 1)
        await #expect(throws: OutputError.self) {
            try await fixture.run([slide.path], settings: ScreenSettings(micronsPerPixel: 0.4))
        }
    }

    @Test func `a slide that fails leaves evidence of this run and nothing of an earlier one`() async throws {
        let fixture = try BatchFixture()
        let slide = fixture.folder.path + "/slide.svs"
        try FileManager.default.copyItem(atPath: abnormal, toPath: slide)
        _ = try await fixture.run([slide])
        let damaged = try BrokenSlide.corruptTiles.write(into: fixture.folder.url)
        try FileManager.default.removeItem(atPath: slide)
        try FileManager.default.moveItem(atPath: damaged.path, toPath: slide)
        let manifest = try await fixture.run([slide]).manifests[0]
        #expect(manifest.reason == "corrupt_tiles")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: fixture.output + "/slide").sorted() == [
                "manifest.json", "mask.png", "thumbnail.png",
            ])
        #expect(manifest.files.keys.sorted() == ["mask.png", "thumbnail.png"])
    }

    @Test func `a slide too faint for its stain fails with a reason, a mask and a row for every tile`()
        async throws
    {
        let fixture = try BatchFixture()
        let faint = try SyntheticSlideVariant.faint.write(into: fixture.folder.url)
        let manifest = try await fixture.run([faint.path]).manifests[0]
        #expect(manifest.reason == "degenerate_stain" && manifest.tissue?.method == .faintTissueFallback)
        let tiles = try fixture.table("faint/tiles.csv")
        #expect(
            tiles.count == manifest.counts.tiles && tiles.allSatisfy { $0["status"] == "degenerate_stain" })
        #expect(manifest.files["mask.png"] != nil)
    }

    @Test func `results of other settings are not mixed in unless overwritten`() async throws {
        let fixture = try BatchFixture()
        _ = try await fixture.run([normal])
        let other = ScreenSettings(maximumTiles: 2)
        await #expect(throws: OutputError.otherConfiguration(slide: "tiny-normal", folder: fixture.output)) {
            try await fixture.run([normal], settings: other)
        }
        let report = try await fixture.run([normal], settings: other, overwrite: true)
        #expect(report.manifests[0].counts.tiles == 2)
    }

    @Test func `an output that is in use or cannot be written stops the run before any work`() async throws {
        let fixture = try BatchFixture()
        let file = fixture.folder.path + "/file"
        try Data().write(to: URL(fileURLWithPath: file))
        let unusable = await #expect(throws: OutputError.self) {
            try await fixture.run([normal], output: file)
        }
        #expect(unusable?.exitStatus == 73)
        try AtomicFile.makeFolder(fixture.output)
        let lock = try FolderLock(folder: fixture.output)
        let used = await #expect(throws: OutputError.self) { try await fixture.run([normal]) }
        #expect(used?.exitStatus == 73 && used?.description.contains("in use by process") == true)
        _ = consume lock
        #expect(try await fixture.run([normal]).exitStatus == 0)
    }

    @Test func `a slide that changes while it is read fails as modified`() async throws {
        let fixture = try BatchFixture()
        let slide = fixture.folder.path + "/slide.svs"
        try FileManager.default.copyItem(atPath: abnormal, toPath: slide)
        let report = try await fixture.run([slide]) { event in
            guard case .tiles(1, _) = event, let handle = FileHandle(forWritingAtPath: slide) else { return }
            _ = try? handle.seekToEnd()
            try? handle.write(contentsOf: Data([0]))
            try? handle.close()
        }
        #expect(report.manifests[0].reason == "modified" && report.manifests[0].score == nil)
    }

    @Test func `cancellation stops the run and leaves nothing half-written`() async throws {
        let fixture = try BatchFixture()
        let task = Task {
            try await fixture.run([abnormal, normal, generic]) { event in
                if case .tiles(3, _) = event { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        let files = fixture.folder.files()
        #expect(
            !files.contains {
                $0.hasSuffix(".part") || $0.hasSuffix("manifest.json") || $0.hasSuffix("summary.csv")
            })
        #expect(try await fixture.run([abnormal, normal, generic]).manifests.count == 3)
    }
}
