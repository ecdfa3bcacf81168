import Foundation
import Networks
import Screening
import TestSupport
import Testing

@Suite struct `Slide inputs` {
    private func makeFiles(_ names: [String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in names {
            let url = folder.url.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("x".utf8).write(to: url)
        }
        return folder
    }

    @Test func `a folder gives its slides in order, named by their path without suffix`() throws {
        let folder = try makeFiles(["b/two.svs", "a/one.tif", "a/notes.txt", "a/.hidden.svs", "three.NDPI"])
        let inputs = try SlideInputs.resolve([folder.path])
        #expect(inputs.map(\.id) == ["a/one", "b/two", "three"])
        #expect(
            inputs.map(\.path) == ["a/one.tif", "b/two.svs", "three.NDPI"].map { folder.path + "/" + $0 })
    }

    @Test func `equal names in two folders keep apart, and the same file given twice counts once`() throws {
        let folder = try makeFiles(["a/slide.svs", "b/slide.svs"])
        let paths = [
            folder.path + "/a/slide.svs", folder.path + "/b/slide.svs", folder.path + "/a/../a/slide.svs",
        ]
        #expect(try SlideInputs.resolve(paths).map(\.id) == ["a/slide", "b/slide"])
    }

    @Test func `slides that differ in suffix or case only keep their suffix or are refused`() throws {
        let folder = try makeFiles(["slide.svs", "slide.tif"])
        #expect(try SlideInputs.resolve([folder.path]).map(\.id) == ["slide.svs", "slide.tif"])
        let clash = try makeFiles(["A/x.svs", "a/x.svs"])
        #expect(throws: InputError.self) { try SlideInputs.resolve([clash.path]) }
    }

    @Test func `a folder without slides stays an input, so that the run can report it`() throws {
        let folder = try makeFiles(["empty/readme.txt", "a.svs"])
        let inputs = try SlideInputs.resolve([folder.path + "/a.svs", folder.path + "/empty"])
        #expect(inputs.map(\.id) == ["a", "empty"])
    }

    @Test func `links to folders are followed once, and results are not taken for slides`() throws {
        let folder = try makeFiles(["real/a.svs", "out/a/heatmap.tif", "old/run.json", "old/a/heatmap.tif"])
        let files = FileManager.default
        try Data("{ \"program\" : \"wsi-screen\" }".utf8).write(
            to: folder.url.appendingPathComponent("old/run.json"))
        try files.createSymbolicLink(
            atPath: folder.path + "/link", withDestinationPath: folder.path + "/real")
        try files.createSymbolicLink(atPath: folder.path + "/real/loop", withDestinationPath: folder.path)
        let inputs = try SlideInputs.resolve([folder.path], output: folder.path + "/out")
        #expect(inputs.map(\.id) == ["link/a"], "link comes before real, and is the same folder")
        let linked = try SlideInputs.resolve([folder.path + "/link"], output: folder.path + "/out")
        #expect(linked.map(\.id) == ["a"])
    }

    @Test func `names that only look alike are two files, and are refused rather than merged`() throws {
        let folder = try makeFiles(["caf\u{E9}.svs", "cafe\u{301}.svs"])
        #expect(throws: InputError.self) { try SlideInputs.resolve([folder.path]) }
        let paths = ["/caf\u{E9}.svs", "/cafe\u{301}.svs"].map { folder.path + $0 }
        #expect(throws: InputError.self) { try SlideInputs.resolve(paths) }
    }

    @Test func `names of the run's own files and very long names are changed`() throws {
        let long = String(repeating: "x", count: 240)
        let folder = try makeFiles(["summary.csv.svs", long + ".svs"])
        let ids = try SlideInputs.resolve([folder.path]).map(\.id)
        #expect(ids[0] == "summary%2Ecsv" && ids[1].utf8.count <= 200 && ids[1].hasPrefix("xxx"))
    }

    @Test(arguments: [
        ("-rf", "%2Drf"), (".hidden", "%2Ehidden"), ("a\nb", "a%0Ab"), ("50%", "50%25"),
        ("x'\"y", "x%27%22y"),
        ("Übersicht 1", "Übersicht 1"),
    ])
    func `names that trouble shells and file systems are percent-encoded`(name: String, expected: String)
        throws
    {
        let folder = try makeFiles([name + ".svs"])
        #expect(try SlideInputs.resolve([folder.path + "/" + name + ".svs"]).map(\.id) == [expected])
    }

    @Test func `a resolution table finds slides by path, name and name without suffix`() throws {
        let folder = try makeFiles([])
        func table(_ text: String) throws -> ResolutionTable {
            let url = folder.url.appendingPathComponent("mpp.csv")
            try Data(text.utf8).write(to: url)
            return try ResolutionTable(contentsOf: url.path)
        }
        let good = try table("\u{FEFF}wsi,other,mpp\r\na.svs,x,0.25\r\nb,y,0.5\r\n")
        #expect(good.micronsPerPixel(of: "/x/a.svs") == 0.25 && good.micronsPerPixel(of: "b.tif") == 0.5)
        #expect(good.micronsPerPixel(of: "c.svs") == nil)
        for bad in [
            "", "slide\na\n", "slide,mpp\na,zero\n", "slide,mpp\na,250\n", "slide,mpp\na,0.25\na,0.5\n",
        ] {
            #expect(throws: InputError.self, "\(bad)") { try table(bad) }
        }
    }
}

@Suite struct `Slide scores` {
    private let normals = ScoreDistribution((1...100).map { Float($0) / 100 })

    @Test func `known answers`() throws {
        let normals = try #require(normals)
        let scores = try #require(SlideScores((1...200).map { Float($0) }, normals: normals))
        #expect(scores.max == 200 && scores.mean == 100.5)
        #expect(abs(scores.p95 - 190.05) < 1e-9 && abs(scores.p99 - 198.01) < 1e-9)
        #expect(scores.top1pctMean == 195.5, "the top ten of 200, since 1 % would be two")
        #expect(scores.fractionAboveNormalP99 == 1)
        #expect(SlideScores([], normals: normals) == nil)
    }

    @Test func `few tiles are all in the top, and the order does not matter`() throws {
        let normals = try #require(normals)
        let few: [Float] = [0.5, 0.25, 0.999]
        let scores = try #require(SlideScores(few, normals: normals))
        #expect(scores.top1pctMean == scores.mean)
        #expect(scores == SlideScores(few.reversed(), normals: normals))
        #expect(abs(scores.fractionAboveNormalP99 - 1.0 / 3) < 1e-12)
        let values = Aggregate.allCases.map { scores.value($0) }
        #expect(values.allSatisfy { $0.isFinite })
    }

    @Test func `exit codes put permanent faults before those that a retry heals`() {
        #expect(ExitStatus.of(reasons: []) == 0)
        #expect(ExitStatus.of(reasons: ["disk_full"]) == 75)
        #expect(ExitStatus.of(reasons: ["disk_full", "io_error"]) == 74)
        #expect(ExitStatus.of(reasons: ["io_error", "truncated"]) == 65)
        #expect(ExitStatus.of(reasons: ["truncated", "internal_error"]) == 70)
    }
}
