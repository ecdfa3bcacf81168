import Camelyon
import CamelyonEvaluation
import Foundation
import TestSupport
import Testing

/// Two test slides and their results, written by hand: a lesion of 2,000 pixels a side on the first.
@Suite struct `The challenge on screened slides` {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in [
            "set/testing/images", "set/testing/lesion_annotations", "out/a/test_001", "out/test_002",
        ] {
            try FileManager.default.createDirectory(
                atPath: folder.path + "/" + name, withIntermediateDirectories: true)
        }
        for name in ["test_001", "test_002", "test_003"] { try write("set/testing/images/\(name).tif", "x") }
        try write("set/testing/reference.csv", "test_001,Tumor\ntest_002,Normal\n")
        let corners = [(4096, 4096), (6096, 4096), (6096, 6096), (4096, 6096)].enumerated().map {
            "<Coordinate Order=\"\($0.offset)\" X=\"\($0.element.0)\" Y=\"\($0.element.1)\"/>"
        }
        try write(
            "set/testing/lesion_annotations/test_001.xml",
            "<ASAP_Annotations><Annotations><Annotation Name=\"a\" Type=\"Polygon\" PartOfGroup=\"Tumor\"><Coordinates>"
                + corners.joined() + "</Coordinates></Annotation></Annotations><AnnotationGroups>"
                + "<Group Name=\"Tumor\" PartOfGroup=\"None\"/></AnnotationGroups></ASAP_Annotations>")
        try result(
            "a/test_001", score: 0.9, [(4608, 4608, "0.9"), (0, 0, "0.2"), (5376, 4608, "0.8"), (0, 768, "")])
        try result("test_002", score: 0.95, [(0, 0, "0.95")])
    }

    private func write(_ name: String, _ text: String) throws { _ = try folder.file(name, Array(text.utf8)) }

    private func result(_ name: String, score: Double, _ cells: [(x: Int, y: Int, score: String)]) throws {
        try write(
            "out/\(name)/manifest.json",
            """
            {"status": "ok", "score": \(score), "geometry": {"cell_width": 768, "cell_height": 768, "columns": 22, \
            "rows": 22}, "source": {"width": 16384, "height": 16384}}
            """)
        let rows = cells.map { "\($0.x),\($0.y),768,768,\($0.score.isEmpty ? "unread" : "ok"),\($0.score)\n" }
        try write("out/\(name)/tiles.csv", "x,y,width,height,status,score\n" + rows.joined())
    }

    private func evaluation(radius: Double = 780) throws -> ChallengeEvaluation {
        try ChallengeEvaluation(
            CamelyonDataset(root: folder.path + "/set"), screened: folder.path + "/out",
            search: PeakSearch(.disc(radius: radius), threshold: nil))
    }

    @Test func `hits, false positives and both curves are those worked out by hand`() throws {
        let evaluation = try evaluation()
        #expect(evaluation.slides.map(\.name) == ["Test_001", "Test_002"])
        // The cell of 0.8 lies beside that of 0.9 and is no detection; the unread one is none either.
        #expect(evaluation.slides[0].detections?.map(\.probability).map { Float($0) } == [0.9, 0.2])
        #expect(evaluation.slides[0].detections?.first.map { [$0.x, $0.y] } == [4992, 4992])
        let curve = try evaluation.curve(.clean)
        // One false positive above the lesion on two slides: nothing is found at 1/4, everything from 1/2 on.
        #expect(curve.sensitivity(atFalsePositivesPerSlide: 0.25) == 0)
        #expect(curve.sensitivity(atFalsePositivesPerSlide: 1) == 1 && curve.lesionCount == 1)
        #expect(evaluation.scores(.tumor) == [0.9] && evaluation.scores(.normal) == [0.95])
        #expect(evaluation.table.contains("Test_001,tumor,0.9,2,1,1,1,0,"))
    }

    @Test func `the submission can be read again`() throws {
        let out = folder.path + "/submission"
        let evaluation = try evaluation()
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        try evaluation.writeSubmission(to: out)
        #expect(try DetectionTables.slides(inFolder: out + "/detections") == ["Test_001", "Test_002"])
        let read = try DetectionTables.detections(ofFile: out + "/detections/Test_001.csv")
        #expect(read == evaluation.slides[0].detections)
        #expect(
            try SlideProbabilities(contentsOf: out + "/slides.csv").values == [
                "Test_001": 0.9, "Test_002": 0.95,
            ])
    }

    @Test func `slides without a result, with a broken one, or with two are said, and the lesion is missed`()
        throws
    {
        try write("out/a/test_001/tiles.csv", "x,y,width,height,status,score\n5,0,768,768,ok,0.3\n")
        let broken = try evaluation()
        #expect(broken.slides[0].problem?.contains("line 2") == true && broken.slides[0].detections == nil)
        #expect(try broken.curve(.clean).sensitivities == [0, 0, 0, 0, 0, 0])
        try FileManager.default.removeItem(atPath: folder.path + "/out/a")
        #expect(try evaluation().slides[0].problem == "it was not screened")
        try FileManager.default.createDirectory(
            atPath: folder.path + "/out/b", withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: folder.path + "/out/test_002", toPath: folder.path + "/out/b/test_002")
        #expect(try evaluation().slides[1].problem?.contains("2 results") == true)
    }

    @Test func `a tumor slide without outlines, and a set without reference, cannot be judged`() throws {
        try FileManager.default.removeItem(
            atPath: folder.path + "/set/testing/lesion_annotations/test_001.xml")
        #expect(throws: ChallengeError.noAnnotation(slide: "Test_001")) { try evaluation() }
        try FileManager.default.removeItem(atPath: folder.path + "/set/testing/reference.csv")
        #expect(throws: ChallengeError.noSlides) { try evaluation() }
    }
}
