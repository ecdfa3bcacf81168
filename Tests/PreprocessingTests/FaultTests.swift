import Camelyon
import Foundation
import Preprocessing
import Records
import Staining
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
        #expect(try fixture.rows("out/manifest.csv").allSatisfy { $0["slide"] != "normal_002" })
        // Repaired, it is cut by the next run, and the others are not touched.
        let before = try fixture.contents("out")
        try bytes.write(to: slide)
        let again = try await fixture.job("out").run()
        #expect(again.slides == ["ok": 5, "failed": 1])
        let after = try fixture.contents("out")
        for (name, bytes) in before where name.hasPrefix("tiles/") { #expect(after[name] == bytes) }
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
        await #expect(throws: OtherSettings.self) { try await refused.run() }
        var job = refused
        job.overwrite = true
        let record = try await job.run()
        #expect(record.tiles > 0)
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
        let before = try fixture.contents("stopped").keys.filter { $0.hasPrefix("tiles/") }
        #expect(before.count >= tiles)
        let changed = try before.map { try modified("stopped/" + $0) }
        _ = try await fixture.job("stopped", SmallCamelyon.settings(isStained: true)).run()
        #expect(try fixture.contents("stopped") == fixture.contents("whole"))
        #expect(try before.map { try modified("stopped/" + $0) } == changed)
    }

    private func modified(_ path: String) throws -> Date? {
        try FileManager.default.attributesOfItem(atPath: fixture.place(path).path)[.modificationDate] as? Date
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
