import Camelyon
import TestSupport
import Testing

@Suite struct `The reference table` {
    private static let slides = [
        "normal_001.tif", "tumor_001.tif", "tumor_001.xml", "test_001.tif", "test_002.tif",
    ]

    private func dataset(_ table: String) throws -> (tree: DatasetTree, dataset: CamelyonDataset) {
        let tree = try DatasetTree(Self.slides + ["test_001.xml"])
        try tree.add("reference.csv", table)
        return (tree, try tree.dataset())
    }

    @Test(arguments: [
        "test_001,Tumor\ntest_002,Normal\n",
        "test_001,Tumor,IDC,Macro\ntest_002,Normal,None,None",
        "\u{FEFF}Test_001.tif, TUMOR \r\nTest_002.tif, normal \r\n",
        "\"test_001\",\"Tumor\"\n\n\"test_002\",\"Normal\"\n",
        "Slide,Label\ntest_001,tumour\ntest_002,negative\n",
        "label,image name\npositive,test_001.TIF\nnormal,test_002.tif\n",
        "image,type,class,center\ntest_001.tif,test,micro,0\ntest_002.tif,test,negative,1\n",
        "1,test_001,Tumor\n2,test_002,Normal\n",
        "Tumor,test_001\nNormal,test_002\n",
    ])
    func `labels are found with and without a header`(table: String) throws {
        let dataset = try dataset(table).dataset
        #expect(try dataset[name("test_001")]?.label == .tumor)
        #expect(try dataset[name("test_002")]?.label == .normal)
        #expect(dataset.problems.isEmpty)
    }

    @Test func `bad rows are named by their lines and the others count`() throws {
        let (tree, dataset) = try dataset(
            "test_001,Tumor\n../../etc/passwd,Tumor\ntest_002\nslide_3,Normal\n"
                + "test_002,Normal\ntest_001,perhaps\n"
        )
        #expect(
            dataset.problems == [.badReferenceRows(path: tree.path("reference.csv"), lines: [2, 3, 4, 6])])
        #expect(try dataset[name("test_002")]?.label == .normal)
    }

    @Test func `two labels for one slide are none`() throws {
        let dataset = try dataset("test_001,Tumor\ntest_001,Normal\ntest_001,Tumor\ntest_002,Normal\n")
            .dataset
        #expect(try dataset.problems == [.conflictingReference([name("test_001")])])
        #expect(try dataset[name("test_001")]?.label == nil)
    }

    @Test func `a table that never ends is refused`() throws {
        let table = String(repeating: "test_001,Tumor\n", count: 100_001)
        #expect(try dataset(table).dataset.problems.map(\.code) == ["unusable_reference"])
    }

    @Test func `two tables are read together`() throws {
        let tree = try DatasetTree(Self.slides + ["test_001.xml", "test_003.tif"])
        try tree.add("evaluation/reference.csv", "test_001,Tumor\ntest_003,Normal\n")
        try tree.add("testing/reference.csv", "test_002,Normal\ntest_003,Tumor\n")
        let dataset = try tree.dataset()
        #expect(try dataset[name("test_001")]?.label == .tumor)
        #expect(try dataset[name("test_002")]?.label == .normal)
        #expect(try dataset.problems == [.conflictingReference([name("test_003")])])
    }

    @Test func `a training slide keeps the label of its name`() throws {
        let dataset = try dataset("test_001,Tumor\ntest_002,Normal\nnormal_001,Tumor\n").dataset
        #expect(try dataset.problems == [.referenceContradictsName([name("normal_001")])])
        #expect(try dataset[name("normal_001")]?.label == .normal)
    }

    @Test(arguments: [
        ("", "it is empty"), ("who,what\na,b\n", "'who', 'what'"), ("test_001,\"Tumor\n", "never closed"),
    ])
    func `a table of no use is a finding and leaves labels unknown`(table: String, reason: String) throws {
        let (tree, dataset) = try dataset(table)
        let finding = try #require(dataset.problems.first)
        #expect(dataset.problems.count == 1)
        #expect(finding.code == "unusable_reference")
        #expect("\(finding)".contains(reason))
        #expect("\(finding)".contains(tree.path("reference.csv")))
        #expect(try dataset[name("test_001")]?.label == nil)
    }
}
