import Camelyon
import Foundation
import Pixels
import TestSupport
import Testing

@Suite struct `The lists of the paper` {
    private static let lists = SharedData.url("data/camelyon16/paper_split").path

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `all names are read, lie on the grid and are written back byte for byte`() throws {
        var count = 0
        for file in ["normal/train", "normal/test", "anomaly/train", "anomaly/test"] {
            let text = try String(contentsOfFile: Self.lists + "/healthy/" + file, encoding: .utf8)
            for line in text.split(separator: "\n") {
                let tile = try PublishedTile(name: line)
                #expect(tile.name.utf8.elementsEqual(line.utf8))
                #expect(tile.area.x.isMultiple(of: 768) && tile.area.y.isMultiple(of: 768))
                #expect(tile.area.width == 768 && tile.area.height == 768)
                count += 1
            }
        }
        #expect(count == 14_598)
    }

    @Test(
        .enabled(if: SharedData.isPresent, "\(SharedData.absence)"), arguments: ["", "/healthy", "/healthy/"])
    func `the folder gives all tiles with the counts of the paper`(folder: String) throws {
        let list = try TileList(contentsOf: Self.lists + folder)
        #expect(list.tiles.count == 14_598)
        #expect(list.repeats.count == 0)
        for row in CountsTable(list).rows {
            #expect(row.tiles == row.published?.tiles)
            #expect(row.slides == row.published?.slides)
        }
        // The two that have fewer than fifty tiles.
        for (slide, tiles) in [("normal_042", 27), ("normal_016", 35)] {
            #expect(try list.tiles.count { try $0.slide == name(slide) } == tiles)
        }
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `the lists have no slide that is excluded`() throws {
        let slides = Set(try TileList(contentsOf: Self.lists).tiles.map(\.slide))
        for defect in KnownSlideDefect.all where defect.isExcludedByDefault {
            #expect(!slides.contains(defect.slide))
        }
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `a list of centers is refused`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file(
            "tumor_valid.txt", Array("Tumor_106,35081,33425\nTumor_102,141811,6845\n".utf8))
        #expect(throws: TileListError.centers(path: path, line: 1)) { try TileList(contentsOf: path) }
    }

    private func tree() throws -> DatasetTree {
        let tree = try DatasetTree()
        try tree.add("Normal/train", "normal_001_normal_x_0_y_768_w_768_h_768.jpg\n")
        try tree.add("Normal/test.txt", "test_001_normal_x_0_y_0_w_768_h_768.jpg\n")
        try tree.add("anomaly/train", "tumor_001_tumor_x_0_y_0_w_768_h_768.jpg\n")
        try tree.add("anomaly/test", "test_002_tumor_x_0_y_0_w_768_h_768.jpg\n")
        return tree
    }

    @Test func `four lists make one`() throws {
        let tree = try tree()
        let list = try TileList(contentsOf: tree.root)
        #expect(
            list.tiles.map { "\($0.slide) \($0.label?.rawValue ?? "?")" } == [
                "normal_001 normal", "test_001 normal", "tumor_001 tumor", "test_002 tumor",
            ])
    }

    @Test func `missing lists are named`() throws {
        let tree = try tree()
        try FileManager.default.removeItem(atPath: tree.path("Normal/test.txt"))
        try FileManager.default.removeItem(atPath: tree.path("anomaly"))
        #expect(
            throws: TileListError.missingLists(
                folder: tree.root, missing: ["normal/test", "anomaly/train", "anomaly/test"])
        ) { try TileList(contentsOf: tree.root) }
    }

    @Test(arguments: [
        ("Normal/train", "tumor_001_tumor_x_0_y_0_w_768_h_768.jpg", TileLineDefect.notOfLabel(.normal)),
        ("Normal/train", "test_001_normal_x_0_y_0_w_768_h_768.jpg", .notOfPart(.train)),
        ("anomaly/test", "test_001_normal_x_768_y_0_w_768_h_768.jpg", .notOfLabel(.tumor)),
        ("anomaly/test", "tumor_001_tumor_x_768_y_0_w_768_h_768.jpg", .notOfPart(.test)),
    ])
    func `a tile that its folder contradicts is a bad line`(
        file: String, tile: String, defect: TileLineDefect
    ) throws {
        let tree = try tree()
        try tree.add(file, tile + "\n")
        // The folder, and the list alone.
        for given in [tree.root, tree.path(file)] {
            let refused = #expect(throws: TileListError.self) { try TileList(contentsOf: given) }
            guard case .badLines(let path, count: 1, let first) = refused else {
                Issue.record("refused as \(String(describing: refused))")
                return
            }
            #expect(path == tree.path(file))
            #expect(first.map(\.defect) == [defect])
        }
    }

    @Test func `a table in the folder takes its label from there`() throws {
        let tree = try tree()
        try tree.add("anomaly/train", "slide,x,y\ntumor_001,0,768\n")
        #expect(try TileList(contentsOf: tree.root).tiles.map(\.label) == [.normal, .normal, .tumor, .tumor])
        #expect(try TileList(contentsOf: tree.path("anomaly/train")).tiles.map(\.label) == [.tumor])
    }
}
