import Camelyon
import TestSupport
import Testing

@Suite struct `Slides with known defects` {
    private static let excluded = [
        "normal_027", "normal_045", "normal_086", "normal_108", "normal_144", "normal_150", "normal_158",
        "test_049",
        "test_114",
    ]

    @Test func `nine slides are excluded unless taken in`() {
        #expect(KnownSlideDefect.all.filter(\.isExcludedByDefault).map(\.slide.description) == Self.excluded)
        #expect(
            KnownSlideDefect.all.filter { !$0.isExcludedByDefault }.map(\.slide.description) == ["tumor_111"])
    }

    @Test func `excluded slides stay in the list with their reason`() throws {
        let tree = try DatasetTree(Self.excluded.map { $0 + ".tif" } + ["normal_001.tif"])
        let dataset = try tree.dataset()
        #expect(dataset.slides.count == 10)
        #expect(dataset.usable.map(\.name.description) == ["normal_001"])
        #expect(
            dataset.slides.compactMap(\.reasonCode)
                == ["left_out_by_paper", "left_out_by_paper", "mislabeled"]
                + Array(repeating: "left_out_by_paper", count: 4) + [
                    "official_duplicate", "not_exhaustively_annotated",
                ])
        #expect(dataset.slides.allSatisfy { $0.isUsable == ($0.reasonSentence == nil) })
    }

    @Test func `the caller takes slides in`() throws {
        let tree = try DatasetTree(["normal_027.tif", "normal_045.tif", "normal_086.tif"])
        let dataset = try tree.dataset(including: ["Normal_027", "normal_086"])
        #expect(dataset.usable.map(\.name.description) == ["normal_027", "normal_086"])
        #expect(dataset.slides.map(\.label) == [.normal, .normal, .tumor])
        #expect(dataset.findings("unknown_inclusions").isEmpty)
    }

    @Test func `taking in what is not there is a finding`() throws {
        let tree = try DatasetTree(["normal_001.tif"])
        #expect(
            try tree.dataset(including: ["test_049", "../x", "normal_001"]).findings("unknown_inclusions")
                == [.unknownInclusions(["../x", "test_049"])])
    }
}
