import Camelyon
import Foundation
import ImageFiles
import Pixels
import Preprocessing
import Records
import Staining
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `Faults while cutting Camelyon16` {
    private let fixture: SmallCamelyon

    init() throws { fixture = try SmallCamelyon() }

    private func row(_ slide: String, in output: String) throws -> [String: String] {
        try #require(try fixture.rows(output + "/summary.csv").first { $0["slide"] == slide })
    }

    @Test func `a broken slide is a row with the reason, and the others are cut`() async throws {
        let slide = fixture.place("set/training/normal/normal_002.tif")
        let bytes = try Data(contentsOf: slide)
        try bytes.prefix(bytes.count / 2).write(to: slide)
        try Data("no slide".utf8).write(to: fixture.place("set/testing/images/test_002.tif"))
        let record = try await fixture.job("out").run()
        #expect(record.slides == ["ok": 4, "failed": 2])
        #expect(try row("normal_002", in: "out")["reason"] == "truncated")
        #expect(try row("test_002", in: "out")["reason"] == "not_a_slide")
        #expect(try fixture.contents("out").keys.contains("slides/test_002.json"))
        #expect(try fixture.rows("out/manifest.csv").allSatisfy { $0["slide"] != "normal_002" })
        // Repaired, it is cut by the next run, and the others are not touched.
        let before = try times("out")
        #expect(!before.keys.contains { $0.hasPrefix("tiles/normal_002") })
        try bytes.write(to: slide)
        let again = try await fixture.job("out").run()
        #expect(again.slides == ["ok": 5, "failed": 1])
        let after = try times("out")
        #expect(before.allSatisfy { after[$0.key] == $0.value } && after.count > before.count)
    }

    @Test
    func `tumor slides without outlines, with bad ones, and test slides without reference fail by name`()
        async throws
    {
        let manager = FileManager.default
        try manager.removeItem(at: fixture.place("set/training/lesion_annotations/tumor_001.xml"))
        let annotation = fixture.place("set/testing/lesion_annotations/test_001.xml")
        let text = try String(contentsOf: annotation, encoding: .utf8)
        try Data(text.replacing("<ASAP_Annotations>", with: "<!DOCTYPE x><ASAP_Annotations>").utf8)
            .write(to: annotation)
        let record = try await fixture.job("out").run()
        #expect(record.failures == ["no_annotation": 1, "bad_annotation": 1])
        #expect(try row("test_001", in: "out")["message"]?.contains("DOCTYPE") == true)
        try manager.removeItem(at: fixture.place("set/testing/reference.csv"))
        let other = try await fixture.job("other").run()
        #expect(other.failures == ["no_annotation": 1, "unknown_label": 2])
    }

    @Test func `slides that the paper leaves out are listed with the reason and can be taken in`()
        async throws
    {
        try FileManager.default.copyItem(
            at: fixture.place("set/training/normal/normal_001.tif"),
            to: fixture.place("set/training/normal/normal_027.tif"))
        let record = try await fixture.job("out").run()
        #expect(record.slides["excluded"] == 1)
        #expect(try row("normal_027", in: "out")["reason"] == "left_out_by_paper")
        let included = try await fixture.job("in", including: ["normal_027"]).run()
        #expect(included.slides == ["ok": 7])
    }

    @Test func `a list may name slides that are missing and places that do not exist`() async throws {
        let names = [
            "normal_001_normal_x_768_y_768_w_768_h_768.jpg", "normal_099_normal_x_768_y_768_w_768_h_768.jpg",
            "normal_002_normal_x_76800_y_768_w_768_h_768.jpg", "normal_003_normal_x_0_y_0_w_512_h_512.jpg",
        ]
        try Data(names.joined(separator: "\n").utf8).write(to: fixture.place("list"))
        let list = try TileList(contentsOf: fixture.place("list").path)
        let record = try await fixture.job("out", list: list).run()
        #expect(record.failures == ["no_slide": 1, "outside_slide": 1, "other_side": 1])
        #expect(record.slides["not_listed"] == 3 && record.tiles == 1)
        #expect(record.slides.values.reduce(0, +) == 7)
    }

    @Test func `other settings are refused unless the results are to be replaced`() async throws {
        _ = try await fixture.job("out").run()
        let settings = try SmallCamelyon.settings(output: .init(magnification: 10))
        let refused = try fixture.job("out", settings)
        await #expect(throws: FolderInTheWay.self) { try await refused.run() }
        var job = refused
        job.overwrite = true
        let record = try await job.run()
        let tile = try #require(try fixture.rows("out/manifest.csv").last?["tile"])
        let image = try PNGFile.read(fixture.place("out/" + tile))
        #expect(record.tiles > 0 && image.width == 192)
    }

    @Test func `a damaged tile is cut again, a replaced slide as a whole, and nothing of before stays`()
        async throws
    {
        _ = try await fixture.job("out").run()
        let before = try times("out")
        let damaged = try #require(before.keys.filter { $0.hasPrefix("tiles/normal_001/") }.min())
        try Data("garbage".utf8).write(to: fixture.place("out/" + damaged))
        let slides = fixture.place("set/training/normal")
        let replaced = slides.appendingPathComponent("normal_002.tif")
        try FileManager.default.removeItem(at: replaced)
        try FileManager.default.copyItem(at: slides.appendingPathComponent("normal_003.tif"), to: replaced)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: replaced.path)
        try FileManager.default.removeItem(at: fixture.place("set/testing/images/test_002.tif"))
        _ = try await fixture.job("out").run()
        _ = try await fixture.job("fresh").run()
        let (kept, fresh) = (try fixture.contents("out"), try fixture.contents("fresh"))
        #expect(Set(kept.keys) == Set(fresh.keys))
        #expect(kept["manifest.csv"] == fresh["manifest.csv"])
        #expect(kept.filter { $0.key.hasPrefix("tiles/") } == fresh.filter { $0.key.hasPrefix("tiles/") })
        let after = try times("out")
        let others = before.filter { $0.key.hasPrefix("tiles/normal_003") || $0.key.hasPrefix("tiles/tumor") }
        #expect(!others.isEmpty && others.allSatisfy { after[$0.key] == $0.value })
    }

    @Test func `what others put there is never replaced, and results do not go into the data set`()
        async throws
    {
        let mine = fixture.place("mine/tiles")
        try FileManager.default.createDirectory(at: mine, withIntermediateDirectories: true)
        try Data([1]).write(to: mine.appendingPathComponent("my.txt"))
        var job = try fixture.job("mine")
        job.overwrite = true
        let foreign = job
        await #expect(throws: FolderInTheWay.foreign(folder: fixture.folder.path + "/mine", name: "tiles")) {
            try await foreign.run()
        }
        for output in ["set", "set/out", "."] {
            let inside = try fixture.job(output)
            await #expect(throws: FolderInTheWay.self) { try await inside.run() }
        }
        #expect(FileManager.default.fileExists(atPath: mine.appendingPathComponent("my.txt").path))
    }

    @Test func `a list that calls a normal slide tumor is taken at its word, and said so`() async throws {
        try Data("slide,x,y,label\ntest_002,768,768,tumor\n".utf8).write(to: fixture.place("list.csv"))
        let list = try TileList(contentsOf: fixture.place("list.csv").path)
        let record = try await fixture.job("out", list: list).run()
        #expect(record.slides["ok_with_warnings"] == 1 && record.tiles == 1)
        #expect(try row("test_002", in: "out")["message"]?.contains("the slide is normal") == true)
    }

    @Test func `the paper's tissue rule on slides that are too small for it says what to do`() async throws {
        let settings = try SmallCamelyon.settings(sampling: .init())
        let record = try await fixture.job("out", settings).run()
        #expect(record.slides == ["ok_with_warnings": 6] && record.tiles == 0)
        #expect(try row("normal_001", in: "out")["message"]?.contains("--mask otsu") == true)
    }

    @Test func `a target that is not there says which others there are`() async throws {
        let dataset = try CamelyonDataset(root: fixture.root)
        await #expect(throws: StainTargetUnusable.self) {
            try await StainTargetChoice("paper").target(in: dataset, match: .paper)
        }
        let model = try await StainTargetChoice("he-lung-demo").target(in: dataset, match: .paper)
        #expect(model.source.hasPrefix("model he-lung-demo"))
        _ = try await fixture.job("out").run()
        let tile = try #require(try fixture.rows("out/manifest.csv").last?["tile"])
        let image = try await StainTargetChoice(fixture.place("out/" + tile).path).target(
            in: dataset, match: .vahadane)
        #expect(image.target != model.target)
    }

    @Test(arguments: [0, 2, 5])
    func `a run that was stopped goes on, cuts no tile twice, and ends in the same bytes`(tiles: Int)
        async throws
    {
        _ = try await fixture.job("whole", SmallCamelyon.settings(isStained: true)).run()
        let job = try fixture.job("stopped", SmallCamelyon.settings(isStained: true), workers: 1)
        let count = Counter()
        let run = Task {
            try await job.run { event in
                if case .tiles(_, let done, _) = event, done > 0, count.next() > tiles {
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
        }
        await #expect(throws: CancellationError.self) { try await run.value }
        let before = try times("stopped").filter { $0.key.hasPrefix("tiles/") && !$0.key.hasSuffix(".part") }
        #expect(before.count >= tiles)
        _ = try await fixture.job("stopped", SmallCamelyon.settings(isStained: true)).run()
        #expect(try fixture.contents("stopped") == fixture.contents("whole"))
        let after = try times("stopped")
        // The stop may come between a tile and its line in the journal.
        #expect(before.count { after[$0.key] != $0.value } <= 1)
    }

    /// When each file of an output folder was written.
    private func times(_ output: String) throws -> [String: Date] {
        var times: [String: Date] = [:]
        for name in try fixture.contents(output).keys where name.hasPrefix("tiles/") {
            times[name] = RegularFile.modificationDate(fixture.place(output + "/" + name).path)
        }
        return times
    }
}

private final class Counter: Sendable {
    private let lock = NSLock()
    nonisolated(unsafe) private var count = 0

    func next() -> Int {
        lock.withLock {
            count += 1
            return count
        }
    }
}
