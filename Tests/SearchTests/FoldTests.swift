import Foundation
import Kernels
import Search
import TestSupport
import Testing
import Training

@Suite struct `Folds` {
    @Test(arguments: 0..<6)
    func `no slide lies on two sides, and every image is held out once`(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(40 + seed))
        var fixture = try SearchFixture()
        for slide in 0..<9 {
            for number in 0..<generator.next(in: 1..<6) {
                try fixture.add("n\(slide)-\(number)", "normal", "train", group: "s\(slide)")
            }
        }
        try fixture.add("a", "abnormal", "validation", group: "t", finding: "dots")
        try fixture.writeManifest()
        let data = try await fixture.data(folds: 3, seed: UInt64(seed))
        var heldOut: [Int] = []
        for fold in 0..<3 {
            let (training, own) = (data.training(fold), data.heldOut(fold))
            #expect(Set(training).isDisjoint(with: own))
            #expect(training.count + own.count == data.normals.count && !own.isEmpty)
            let groups = Set(training.map { data.normals[$0].group })
            #expect(groups.isDisjoint(with: own.map { data.normals[$0].group }))
            heldOut += own
        }
        #expect(heldOut.sorted() == Array(data.normals.indices))
        // No fold is larger than another by more than the largest slide.
        let sizes = (0..<3).map { data.heldOut($0).count }
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 5)
    }

    /// The published folds of Camelyon16 divide the tiles of every slide. Here that cannot happen, however the manifest
    /// is sorted.
    @Test func `the order of the rows divides no slide either`() async throws {
        var fixture = try SearchFixture.usual()
        let first = try await fixture.data()
        fixture.rows.reverse()
        try fixture.writeManifest()
        let second = try await fixture.data()
        #expect(first.foldOfNormal == second.foldOfNormal && first.digest == second.digest)
        let other = try await fixture.data(seed: 2)
        #expect(other.digest != first.digest)
    }

    @Test func `identical files stay together whatever their groups`() async throws {
        var fixture = try SearchFixture.usual()
        let copy = fixture.folder.url.appendingPathComponent("copy.png")
        try FileManager.default.copyItem(
            at: fixture.folder.url.appendingPathComponent("n0-0.png"), to: copy)
        fixture.rows.append(.init(file: "copy.png", label: "normal", split: "train", group: "s5"))
        try fixture.writeManifest()
        let data = try await fixture.data()
        func fold(_ name: String) throws -> Int {
            data.foldOfNormal[try #require(data.normals.firstIndex { $0.name == name })]
        }
        #expect(try fold("copy.png") == fold("n0-0.png"))
        #expect(try fold("n5-0.png") == fold("n0-3.png"))
    }

    @Test func `an anomaly of a patient with normal images is seen only where the patient is held out`()
        async throws
    {
        var fixture = try SearchFixture.usual()
        try fixture.add("c", "abnormal", "validation", group: "s2", finding: "dots")
        try fixture.writeManifest()
        let data = try await fixture.data()
        let anomaly = try #require(data.anomalies.firstIndex { $0.image.name == "c.png" })
        let normal = try #require(data.normals.firstIndex { $0.name == "n2-1.png" })
        #expect(data.foldOfAnomaly[anomaly] == data.foldOfNormal[normal])
        for fold in 0..<3 {
            #expect(data.judging(fold).contains(anomaly) == (fold == data.foldOfNormal[normal]))
            #expect(data.judging(fold).count >= 12)
        }
    }

    @Test func `validation rows that are normal belong to the folds`() async throws {
        var fixture = try SearchFixture.usual()
        try fixture.add("v", "normal", "validation", group: "s9")
        try fixture.writeManifest()
        #expect(try await fixture.data().normals.count == 25)
    }
}

@Suite struct `Leaking manifests are refused` {
    private func error(_ change: (inout SearchFixture) throws -> Void) async throws -> (any Error)? {
        var fixture = try SearchFixture.usual()
        try change(&fixture)
        try fixture.writeManifest()
        do {
            _ = try await fixture.data()
            return nil
        } catch { return error }
    }

    @Test func `a slide with normal images to train on and to test on`() async throws {
        let error = try await error { $0.rows[$0.rows.count - 2].group = "s1" }
        #expect(error as? HoldOutError == .dividedGroups(.training, .test, count: 1, first: ["s1"]))
    }

    @Test func `a slide with anomalies that choose and anomalies that judge`() async throws {
        let error = try await error { $0.rows[$0.rows.count - 1].group = "t1" }
        #expect(error as? HoldOutError == .dividedGroups(.validation, .test, count: 1, first: ["t1"]))
    }

    @Test func `a slide with rows to train on and to validate with`() async throws {
        let error = try await error { fixture in
            try fixture.add("v", "normal", "validation", group: "s1")
        }
        #expect(error as? HoldOutError == .dividedGroups(.training, .validation, count: 1, first: ["s1"]))
    }

    @Test(arguments: ["n1-1", "a1"])
    func `a file that is a copy of a test image`(name: String) async throws {
        let error = try await error { fixture in
            let file = fixture.folder.url.appendingPathComponent("x0.png")
            try FileManager.default.removeItem(at: file)
            try FileManager.default.copyItem(
                at: fixture.folder.url.appendingPathComponent("\(name).png"), to: file)
        }
        #expect(error as? HoldOutError == .copiesOfTests(count: 1, first: ["'\(name).png' of 'x0.png'"]))
    }

    /// `S1 ` and `s1` are one slide to everybody but a computer.
    @Test(arguments: ["s1 ", "S1", " S1 "])
    func `a slide under another spelling`(group: String) async throws {
        let error = try await error { $0.rows[$0.rows.count - 2].group = group }
        #expect(error is HoldOutError || error is ListingError, "\(String(describing: error))")
    }

    @Test func `one picture as a normal and as an abnormal one`() async throws {
        let error = try await error { fixture in
            let file = fixture.folder.url.appendingPathComponent("a1.png")
            try FileManager.default.removeItem(at: file)
            try FileManager.default.copyItem(
                at: fixture.folder.url.appendingPathComponent("n3-1.png"), to: file)
        }
        #expect(error as? SearchDataError == .contradiction(normal: "n3-1.png", abnormal: "a1.png"))
    }

    @Test func `a slide in another column than the group`() async throws {
        let fixture = try SearchFixture.usual()
        var text = "file,label,split,group,slide\n"
        for (index, row) in fixture.rows.enumerated() {
            text +=
                "\(row.file),\(row.label),\(row.split),\(row.group),\(index == 0 || row.file == "x0.png" ? "same" : "")\n"
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: fixture.manifest))
        await #expect(throws: ListingError.self) { try await fixture.data() }
    }

    @Test func `images of no group among others are mentioned`() async throws {
        var fixture = try SearchFixture.usual()
        fixture.rows[0].group = ""
        try fixture.writeManifest()
        #expect(try await fixture.data().remarks.contains(.someWithoutGroup(images: 1)))
    }

    @Test func `a manifest without anomalies to choose with`() async throws {
        let error = try await error { fixture in
            fixture.rows.removeAll { $0.label == "abnormal" && $0.split == "validation" }
        }
        #expect(error is SearchDataError)
    }

    @Test func `fewer slides than folds`() async throws {
        let error = try await error { fixture in
            for index in fixture.rows.indices where fixture.rows[index].split == "train" {
                fixture.rows[index].group = index % 2 == 0 ? "s0" : "s1"
            }
        }
        #expect(error as? SearchDataError == .tooFewGroups(groups: 2, folds: 3))
    }
}
