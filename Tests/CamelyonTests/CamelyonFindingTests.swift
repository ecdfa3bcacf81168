import Camelyon
import Foundation
import TestSupport
import Testing

@Suite struct `Findings about the data set` {
    @Test func `series without a slide are named`() throws {
        let tree = try DatasetTree(["testing/images/test_001.tif"])
        try tree.add("testing/reference.csv", "test_001,Normal\n")
        let dataset = try tree.dataset()
        #expect(dataset.problems == [.missingSlides(.normal), .missingSlides(.tumor)])
        #expect("\(dataset.problems[0])".contains("training/normal"))
    }

    @Test func `tumor slides without annotation are listed`() throws {
        let tree = try DatasetTree([
            "normal_001.tif", "tumor_001.tif", "tumor_002.tif", "tumor_003.tif", "tumor_002.xml",
            "test_001.tif",
        ])
        try tree.add("reference.csv", "test_001,tumor\n")
        let missing = try ["test_001", "tumor_001", "tumor_003"].map(name)
        #expect(try tree.dataset().problems == [.missingAnnotations(missing)])
    }

    @Test func `packed annotations are named only where some are missing`() throws {
        let tree = try DatasetTree([
            "training/normal/normal_001.tif", "training/tumor/tumor_001.tif",
            "training/lesion_annotations.zip",
            "testing/images/test_001.tif", "testing/lesion_annotations.zip",
        ])
        try tree.add("testing/reference.csv", "test_001,Normal\n")
        let dataset = try tree.dataset()
        #expect(
            try dataset.problems == [
                .missingAnnotations([name("tumor_001")]),
                .packedAnnotations(path: tree.path("training/lesion_annotations.zip")),
            ])
        #expect("\(dataset.problems[1])".contains("unpack"))
    }

    @Test func `without a reference table no label is guessed from annotations`() throws {
        let tree = try DatasetTree([
            "normal_001.tif", "tumor_001.tif", "tumor_001.xml", "test_001.tif", "test_001.xml",
            "test_003.tif",
        ])
        let dataset = try tree.dataset()
        #expect(dataset.problems == [.noReference(testSlides: 2, haveAnnotations: true)])
        #expect(dataset.slides.filter { $0.part == .test }.map(\.label) == [nil, nil])
    }

    @Test func `rows without slides and slides without rows`() throws {
        let tree = try DatasetTree([
            "normal_001.tif", "tumor_001.tif", "tumor_001.xml", "test_001.tif", "test_002.tif",
        ])
        try tree.add("reference.csv", "test_002,Normal\ntest_004,Tumor\ntest_003,Normal\ntest_049,Normal\n")
        let dataset = try tree.dataset()
        #expect(
            try dataset.problems == [
                .referenceWithoutSlide([name("test_003"), name("test_004")]),
                .testSlidesWithoutReference([name("test_001")]),
            ])
        #expect(try dataset[name("test_001")]?.label == nil)
        #expect(try dataset[name("test_002")]?.label == .normal)
    }

    @Test func `an annotated slide that the table calls normal`() throws {
        let tree = try DatasetTree([
            "normal_001.tif", "tumor_001.tif", "tumor_001.xml", "test_001.tif", "test_001.xml",
        ])
        try tree.add("reference.csv", "test_001,Normal\n")
        let dataset = try tree.dataset()
        #expect(try dataset.problems == [.annotatedNormalSlides([name("test_001")])])
        #expect(try dataset[name("test_001")]?.label == .normal)
    }

    @Test func `a slide in two folders fails and both paths are named`() throws {
        let tree = try DatasetTree(["a/normal_001.tif", "b/Normal_001.TIF", "tumor_001.tif", "tumor_001.xml"])
        let dataset = try tree.dataset()
        let paths = ["a/normal_001.tif", "b/Normal_001.TIF"].map(tree.path)
        #expect(
            try dataset.findings("duplicate_slide") == [.duplicateSlide(name("normal_001"), paths: paths)])
        #expect(try dataset[name("normal_001")]?.standing == .failed(.duplicateSlide))
        #expect(dataset.usable.map(\.name.description) == ["tumor_001"])
    }

    @Test func `equal copies of an annotation are one, different ones fail the slide`() throws {
        let tree = try DatasetTree(["tumor_001.tif", "tumor_002.tif"])
        for (file, text) in [("a/tumor_001.xml", "1"), ("b/tumor_001.xml", "1"), ("a/tumor_002.xml", "1")] {
            try tree.add(file, text)
        }
        try tree.add("b/Tumor_002.xml", "2")
        let dataset = try tree.dataset()
        #expect(
            dataset.lines == [
                "tumor_001 train tumor tumor_001.tif a/tumor_001.xml usable",
                "tumor_002 train tumor tumor_002.tif - duplicate_annotation",
            ])
        let paths = ["a/tumor_002.xml", "b/Tumor_002.xml"].map(tree.path)
        #expect(
            try dataset.findings("duplicate_annotation") == [
                .duplicateAnnotation(name("tumor_002"), paths: paths)
            ])
    }

    @Test func `what is no file fails by name`() throws {
        let tree = try DatasetTree(["normal_001.tif/inside.txt", "normal_004.tif"])
        try tree.link("normal_002.tif", to: "nowhere")
        #expect(mkfifo(tree.path("normal_003.tif"), 0o600) == 0)
        let dataset = try tree.dataset()
        #expect(
            dataset.slides.map { "\($0.name) \($0.reasonCode ?? "usable")" } == [
                "normal_001 not_regular", "normal_002 cannot_open", "normal_003 not_regular",
                "normal_004 usable",
            ])
        #expect(
            dataset.findings("not_a_file")
                == (1...3).map { .notAFile(path: tree.path("normal_00\($0).tif")) })
    }

    @Test(.enabled(if: getuid() != 0, "root may list every folder"))
    func `a folder that may not be listed is named`() throws {
        let tree = try DatasetTree(["normal_001.tif", "locked/normal_002.tif"])
        chmod(tree.path("locked"), 0)
        defer { chmod(tree.path("locked"), 0o700) }
        let dataset = try tree.dataset()
        #expect(dataset.findings("unreadable_folder").count == 1)
        #expect(dataset.slides.count == 1)
    }

    @Test func `the totals stand beside those of the release and are no problem`() throws {
        let files = (1...159).map { "normal_\(String(1000 + $0).dropFirst()).tif" }
        let totals = try #require(try DatasetTree(files + ["tumor_001.tif"]).dataset().findings.last)
        #expect(totals.isInformation)
        #expect(
            "\(totals)"
                == "159 normal training slides found (159 in the present release, 160 in that of 2016); "
                + "1 tumor training slides found (111 in the present release, 110 in that of 2016); "
                + "0 test slides found (129 in the present release, 130 in that of 2016)")
    }

    @Test func `long lists of slides are cut short in sentences and complete in values`() throws {
        let slides = try (10...30).map { try name("tumor_0\($0)") }
        let finding = CamelyonFinding.missingAnnotations(slides)
        #expect("\(finding)".contains("21 tumor slides"))
        #expect("\(finding)".contains("tumor_021 and 9 more"))
        #expect(!"\(finding)".contains("tumor_022"))
    }
}
