import Camelyon
import Foundation
import Records
import TestSupport
import Testing

@Suite struct `Layouts of the data set` {
    private static let reference = "test_001,Tumor,IDC,Macro\ntest_003,Normal,None,None\n"

    @Test func `training and testing with unpacked annotations`() throws {
        let tree = try DatasetTree([
            "training/normal/normal_001.tif", "training/tumor/tumor_001.tif",
            "training/lesion_annotations/tumor_001.xml", "training/lesion_annotations.zip",
            "testing/images/test_001.tif", "testing/images/test_003.tif",
            "testing/lesion_annotations/test_001.xml", "testing/evaluation/evaluation_masks/test_001.tif",
            "testing/lesion_annotations.zip", "license.txt",
        ])
        try tree.add("testing/reference.csv", Self.reference)
        let dataset = try tree.dataset()
        #expect(
            dataset.lines == [
                "normal_001 train normal training/normal/normal_001.tif - usable",
                "test_001 test tumor testing/images/test_001.tif testing/lesion_annotations/test_001.xml "
                    + "usable",
                "test_003 test normal testing/images/test_003.tif - usable",
                "tumor_001 train tumor training/tumor/tumor_001.tif "
                    + "training/lesion_annotations/tumor_001.xml usable",
            ])
        #expect(dataset.problems.isEmpty)
        #expect(dataset.usable == dataset.slides)
    }

    @Test func `images, annotations and masks with one reference table of all slides`() throws {
        let tree = try DatasetTree([
            "images/normal_001.tif", "images/tumor_001.tif", "images/test_001.tif", "images/test_003.tif",
            "annotations/tumor_001.xml", "annotations/test_001.xml", "masks/tumor_001_mask.tif",
            "masks/normal_001.tif", "background_tissue/tumor_001.xml",
        ])
        try tree.add(
            "evaluation/reference.csv",
            """
            image,type,class,center
            normal_001.tif,train,negative,0
            tumor_001.tif,train,macro,0
            test_001.tif,test,micro,1
            test_003.tif,test,negative,1

            """)
        let dataset = try tree.dataset()
        #expect(
            dataset.lines == [
                "normal_001 train normal images/normal_001.tif - usable",
                "test_001 test tumor images/test_001.tif annotations/test_001.xml usable",
                "test_003 test normal images/test_003.tif - usable",
                "tumor_001 train tumor images/tumor_001.tif annotations/tumor_001.xml usable",
            ])
        #expect(dataset.problems.isEmpty)
    }

    @Test func `capitalized names as in the release of 2016`() throws {
        let tree = try DatasetTree([
            "TrainingData/Train_Normal/Normal_001.tif", "TrainingData/Train_Tumor/Tumor_001.tif",
            "TrainingData/Ground_Truth/XML/Tumor_001.xml",
            "TrainingData/Ground_Truth/Mask/Tumor_001_Mask.tif",
            "Testset/Images/Test_001.tif", "Testset/Images/Test_003.TIFF",
            "Testset/Ground_Truth/Masks/Test_001.tif",
            "Testset/Ground_Truth/XML/Test_001.xml",
        ])
        try tree.add("Testset/Ground_Truth/GT.csv", "Test_001,Tumor\r\nTest_003,Normal\r\n")
        let dataset = try tree.dataset()
        #expect(
            dataset.lines == [
                "normal_001 train normal TrainingData/Train_Normal/Normal_001.tif - usable",
                "test_001 test tumor Testset/Images/Test_001.tif Testset/Ground_Truth/XML/Test_001.xml "
                    + "usable",
                "test_003 test normal Testset/Images/Test_003.TIFF - usable",
                "tumor_001 train tumor TrainingData/Train_Tumor/Tumor_001.tif "
                    + "TrainingData/Ground_Truth/XML/Tumor_001.xml usable",
            ])
        #expect(dataset.problems.isEmpty)
    }

    @Test func `a flat folder`() throws {
        let tree = try DatasetTree([
            "normal_001.tif", "tumor_001.tif", "tumor_001.xml", "test_001.tif", "test_001.xml",
            "test_003.tif",
            "tumor_001_mask.tif", "notes.tif", ".normal_002.tif", "._normal_001.tif",
        ])
        try tree.add("Reference.CSV", Self.reference)
        let dataset = try tree.dataset()
        #expect(
            dataset.lines == [
                "normal_001 train normal normal_001.tif - usable",
                "test_001 test tumor test_001.tif test_001.xml usable",
                "test_003 test normal test_003.tif - usable",
                "tumor_001 train tumor tumor_001.tif tumor_001.xml usable",
            ])
        #expect(dataset.problems.isEmpty)
    }

    @Test func `a root with a slash at its end gives the same`() throws {
        let tree = try DatasetTree(["normal_001.tif"])
        #expect(try CamelyonDataset(root: tree.root + "/").slides == tree.dataset().slides)
    }

    @Test func `every slide is found by its name and no other`() throws {
        let files = ["normal_001", "normal_002", "normal_009", "test_001", "tumor_003"]
        let dataset = try DatasetTree(files.map { $0 + ".tif" }).dataset()
        for file in files { #expect(try dataset[name(file)]?.name.description == file) }
        for other in ["normal_000", "normal_003", "normal_010", "test_002", "tumor_004"] {
            #expect(try dataset[name(other)] == nil)
        }
    }

    @Test func `links to slides are followed`() throws {
        let store = try DatasetTree(["a.tif", "normal_002.tif"])
        let tree = try DatasetTree()
        try tree.link("training/normal/normal_001.tif", to: store.path("a.tif"))
        try tree.link("linked", to: store.root)
        #expect(
            try tree.dataset().lines == [
                "normal_001 train normal training/normal/normal_001.tif - usable",
                "normal_002 train normal linked/normal_002.tif - usable",
            ])
    }

    @Test func `links to folders above end and find nothing twice`() throws {
        let tree = try DatasetTree(["training/normal/normal_001.tif"])
        try tree.link("training/normal/up", to: tree.root)
        try tree.link("training/again", to: ".")
        try tree.link("training/self", to: "self")
        let dataset = try tree.dataset()
        #expect(dataset.lines == ["normal_001 train normal training/normal/normal_001.tif - usable"])
        #expect(dataset.findings("duplicate_slide").isEmpty)
        // Six entries in all: no folder was entered twice.
        _ = try CamelyonFolderWalk(root: tree.root, entryLimit: 6)
    }

    @Test func `two links to one slide are one slide`() throws {
        let tree = try DatasetTree(["images/normal_001.tif"])
        try tree.link("training/normal/normal_001.tif", to: "../../images/normal_001.tif")
        #expect(try tree.dataset().lines == ["normal_001 train normal images/normal_001.tif - usable"])
    }

    @Test func `a folder without slides is refused with what is looked for`() throws {
        let tree = try DatasetTree(["slides/patient_001.tif"])
        #expect(throws: CamelyonDatasetError.noSlides(root: tree.root)) { try tree.dataset() }
    }

    @Test func `a root that is missing or a file is refused`() throws {
        let tree = try DatasetTree(["normal_001.tif"])
        for (file, code) in [("missing", ENOENT), ("normal_001.tif", ENOTDIR)] {
            let path = tree.path(file)
            #expect(throws: CamelyonDatasetError.unreadable(FileError(.read, path: path, code: code))) {
                try CamelyonDataset(root: path)
            }
        }
    }

    @Test func `the number of entries has a limit`() throws {
        let tree = try DatasetTree(["a/normal_001.tif", "a/normal_002.tif"])
        _ = try CamelyonFolderWalk(root: tree.root, entryLimit: 3)
        #expect(throws: CamelyonDatasetError.tooManyEntries(limit: 2)) {
            try CamelyonFolderWalk(root: tree.root, entryLimit: 2)
        }
    }
}
