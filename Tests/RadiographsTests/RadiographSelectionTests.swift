import Foundation
import Radiographs
import TestSupport
import Testing
import Training

@Suite struct `Selecting radiographs` {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["images_001/images", "images_002/images", "elsewhere"] {
            try FileManager.default.createDirectory(
                atPath: folder.path + "/films/" + name, withIntermediateDirectories: true)
        }
    }

    private func table(_ rows: [String]) throws -> FindingsTable {
        let text = ([FindingsTableTests.header] + rows.map { $0 + ",1,1,1,1" }).joined(separator: "\n")
        return try FindingsTable(contentsOf: folder.file("t.csv", Array(text.utf8)))
    }

    private func image(_ name: String, in part: String = "images_001/images") throws {
        _ = try folder.file("films/\(part)/\(name)", [0])
    }

    private typealias FindingsTableTests = `The table of findings`

    @Test func `every row has one outcome, and the counts add up to the table`() throws {
        for name in ["a.png", "b.png", "e.png", "f.png", "g.png", "extra.png"] { try image(name) }
        try image("h.png", in: "images_001/images")
        try image("h.png", in: "images_002/images")
        let table = try table([
            "a.png,No Finding,0,1,50,M,PA", "b.png,Mass,0,2,50,M,PA", "c.png,No Finding,0,3,50,M,AP",
            "d.png,No Finding,0,4,50,M,LL", "e.png,No Finding,0,5,50,M,PA", "e.png,No Finding,0,5,50,M,PA",
            "f.png,No Finding,0,6,50,M,PA", "f.png,Mass,0,6,50,M,PA", "missing.png,No Finding,0,7,50,M,PA",
            "h.png,No Finding,0,8,50,M,PA", "unlisted.png,No Finding,0,9,50,M,PA", "broken",
            "g.png,Mass,0,10,50,M,PA",
        ])
        let files = try RadiographFiles(below: folder.path + "/films")
        let listed = ["a.png", "b.png", "e.png", "missing.png", "h.png"]
        let split = PatientSplit.lists(
            try SplitLists([.training: Set(listed), .test: ["g.png"]]), validation: 0, seed: 1)
        var selection = try RadiographSelection(
            table, RadiographQuery(position: .posteroanterior), split: split)
        selection.lookUp(in: files)
        #expect(
            selection.counts == [
                .used: 3, .abnormalForTraining: 1, .otherView: 1, .unknownView: 1, .repeated: 1,
                .contradicting: 2, .noImage: 1, .ambiguousImage: 1, .notListed: 1, .malformed: 1,
            ])
        #expect(selection.counts.values.reduce(0, +) == table.count && table.count == 13)
        #expect(selection.items.map(\.row.image) == ["a.png", "e.png", "g.png"])
        #expect(selection.items.map(\.part) == [.training, .training, .test])
        #expect(files.countExtra(besides: Set(table.rows.map(\.image))) == 1)
    }

    @Test func `files are found in subfolders, and links that lead out are not followed`() throws {
        try image("in.png")
        _ = try folder.file("secret.png", [0])
        let links = [("out.png", "/secret.png"), ("back.png", "/films/images_001/images/in.png")]
        for (name, target) in links {
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/films/elsewhere/" + name, withDestinationPath: folder.path + target)
        }
        let files = try RadiographFiles(below: folder.path + "/films")
        #expect(files.lookup("in.png") == .file(path: files.folder + "/images_001/images/in.png"))
        #expect(files.lookup("out.png") == .outside && files.outside == ["out.png"])
        #expect(files.lookup("back.png") == .file(path: files.folder + "/elsewhere/back.png"))
        #expect(files.lookup("../secret.png") == .missing)
    }

    @Test func `of the validation's anomalies only those with the one finding are taken`() throws {
        for name in ["a.png", "b.png", "c.png", "d.png"] { try image(name) }
        let table = try table([
            "a.png,Infiltration,0,1,50,M,AP", "b.png,Infiltration|Mass,0,2,50,M,AP",
            "c.png,No Finding,0,3,50,M,AP", "d.png,Mass,0,4,50,M,AP",
        ])
        let query = RadiographQuery(position: .anteroposterior, validationFindings: ["Infiltration"])
        let split = PatientSplit.lists(
            try SplitLists([.validation: ["a.png", "b.png", "c.png"], .test: ["d.png"]]), validation: 0,
            seed: 0)
        let selection = try RadiographSelection(table, query, split: split)
        #expect(selection.items.map(\.row.image) == ["a.png", "c.png", "d.png"])
        #expect(selection.counts[.otherFinding] == 1)
    }
}

@Suite struct `Names that clash` {
    private func selection(_ images: [String]) throws -> RadiographSelection {
        let folder = try TemporaryFolder()
        let rows = images.enumerated().map { "\($0.element),No Finding,0,\($0.offset),50,M,PA,1,1,1,1" }
        let text = ([`The table of findings`.header] + rows).joined(separator: "\n")
        let table = try FindingsTable(contentsOf: folder.file("t.csv", Array(text.utf8)))
        return try RadiographSelection(
            table, RadiographQuery(position: nil), split: .drawn(test: 0, validation: 0, seed: 0))
    }

    @Test(arguments: [["a.jpg", "a.jpg.png"], ["b.png", "B.png"], ["c.PNG", "c.PNG.png"]])
    func `images whose prepared files would have one name are rejected`(images: [String]) throws {
        let selection = try selection(images + ["other.png"])
        #expect(selection.counts == [.nameClash: 2, .used: 1])
    }

    @Test func `names too long for a file in the making are malformed`() throws {
        let long = String(repeating: "n", count: 237) + ".png"
        #expect(try selection([long, "a.png"]).counts == [.malformed: 1, .used: 1])
    }
}

@Suite struct `Lists of names` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ name: String, _ text: String) throws -> SplitLists {
        let path = folder.path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        _ = try folder.file(name, Array(text.utf8))
        return try SplitLists(reading: [path])
    }

    @Test(arguments: [
        ("train_val_list.txt", ImagePart.training), ("test_list.txt", .test), ("normal/train", .training),
        ("my-validation-names.txt", .validation), ("trainval.txt", .training), ("Test.csv.txt", .test),
    ])
    func `the part follows from the words of the name`(name: String, part: ImagePart) throws {
        #expect(try read(name, "a.png\n").entries["a.png"]?.part == part)
    }

    @Test(arguments: [
        "images_not_in_train.txt", "latest.txt", "intervals.txt", "train_test.txt", "names.txt",
    ])
    func `names that say nothing, or two things, are asked about`(name: String) throws {
        #expect(throws: SplitError.unknownPart(word: folder.path + "/" + name)) { try read(name, "a.png\n") }
        _ = try folder.file(name, Array("a.png\n".utf8))
        #expect(try SplitLists(reading: ["test=" + folder.path + "/" + name]).entries["a.png"]?.part == .test)
    }

    @Test func `quotes, folders, carriage returns and marks around a name do not matter`() throws {
        let lists = try read("test", "\u{FEFF}\"a.png\"\r\nimages_001/images/b.png\r\n\r\n c.png \r\n")
        #expect(Set(lists.entries.keys) == ["a.png", "b.png", "c.png"])
    }

    @Test func `folders called normal and anomaly say what the images are, and settings know`() throws {
        let normal = try read("normal/test", "a.png\n")
        let anomaly = try read("anomaly/test", "a.png\n")
        #expect(normal.entries["a.png"]?.isNormal == true && anomaly.entries["a.png"]?.isNormal == false)
        func settings(_ lists: SplitLists) throws -> IngestSettings {
            try IngestSettings(
                version: "", table: folder.path + "/normal/test", query: RadiographQuery(position: nil),
                split: .lists(lists, validation: 0, seed: 0), steps: RadiographSteps(), shards: 1)
        }
        #expect(try settings(normal) != settings(anomaly))
    }

    @Test func `a table is no list`() throws {
        #expect(throws: SplitError.noList(path: folder.path + "/test.csv")) {
            try read("test.csv", "file,label\na.png,x\n")
        }
    }
}

@Suite struct `Splits by patient` {
    private func rows(_ patients: Int, each: Int) -> [Radiograph] {
        (0..<(patients * each)).map { index in
            Radiograph(
                line: index + 2, image: "\(index).png", findings: [Radiograph.noFinding],
                patient: String(index / each), age: nil, sex: "", view: "PA")
        }
    }

    @Test(arguments: [0, 1, 99] as [UInt64])
    func `no patient is on two sides, and the shares are those that were asked for`(seed: UInt64) throws {
        let rows = rows(200, each: 3)
        let split = PatientSplit.drawn(test: 0.2, validation: 0.1, seed: seed)
        let parts = try split.parts(of: rows)
        let sides = Dictionary(grouping: zip(rows, parts), by: \.0.patient).mapValues { Set($0.map(\.1)) }
        #expect(sides.values.allSatisfy { $0.count == 1 })
        #expect(parts.count { $0 == .test } == 120 && parts.count { $0 == .validation } == 60)
        // The order of the rows has no say.
        let again = try split.parts(of: rows.reversed())
        #expect(Array(again.reversed()) == parts)
        #expect(try PatientSplit.drawn(test: 0.2, validation: 0.1, seed: seed + 1).parts(of: rows) != parts)
    }

    @Test func `lists that divide a patient or repeat an image are refused`() throws {
        let rows = rows(2, each: 2)
        let lists = try SplitLists([.training: ["0.png"], .test: ["1.png"]])
        let divided = PatientSplit.lists(lists, validation: 0, seed: 0)
        #expect(throws: SplitError.dividedPatients(count: 1, first: ["0"])) { try divided.parts(of: rows) }
        #expect(throws: SplitError.imageInTwoLists(image: "0.png", parts: [.training, .test])) {
            try SplitLists([.training: ["0.png"], .test: ["0.png"]])
        }
    }

    @Test func `a validation part is drawn from the training list's patients alone`() throws {
        let rows = rows(100, each: 2)
        let names = rows.map(\.image)
        let split = PatientSplit.lists(
            try SplitLists([.training: Set(names.prefix(160)), .test: Set(names.suffix(40))]),
            validation: 0.25, seed: 3)
        let parts = try split.parts(of: rows)
        #expect(parts.count { $0 == .validation } == 40 && parts.count { $0 == .test } == 40)
        #expect(parts.suffix(40).allSatisfy { $0 == .test })
    }

    /// The published lists (dpa-facts.md, sections 8 and 13).
    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `the published lists keep patients whole`() throws {
        for (view, counts) in [("PA", (34_497, 4_805, 6_291)), ("AP", (16_003, 5_056, 9_444))] {
            let names = try ["normal/train", "normal/test", "anomaly/test"].map { list in
                let url = SharedData.url("data/cxr/paper_splits/nih/\(view)/\(list)")
                return try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline).map {
                    URL(fileURLWithPath: String($0)).lastPathComponent
                }
            }
            #expect(names.map(\.count) == [counts.0, counts.1, counts.2])
            let rows = names.flatMap { $0 }.enumerated().map { index, name in
                Radiograph(
                    line: index, image: name, findings: [], patient: String(name.prefix(8)), age: nil,
                    sex: "", view: view)
            }
            let split = PatientSplit.lists(
                try SplitLists([.training: Set(names[0]), .test: Set(names[1] + names[2])]), validation: 0,
                seed: 0)
            let parts = try split.parts(of: rows)
            #expect(parts.count { $0 == .training } == counts.0 && parts.allSatisfy { $0 != nil })
        }
    }
}
