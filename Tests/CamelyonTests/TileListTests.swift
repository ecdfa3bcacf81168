import Camelyon
import Foundation
import Pixels
import Records
import TestSupport
import Testing

@Suite struct `Lists of tiles` {
    private static let first = "normal_001_normal_x_768_y_1536_w_768_h_768.jpg"
    private static let second = "test_002_tumor_x_0_y_0_w_768_h_768.jpg"

    private func list(_ text: String, side: Int = 768) throws -> TileList {
        let folder = try TemporaryFolder()
        return try TileList(contentsOf: folder.file("list", Array(text.utf8)), side: side)
    }

    /// The error of a list; nil if it is taken.
    private func error(_ text: String) throws -> TileListError? {
        try error(Array(text.utf8))
    }

    private func error(_ bytes: [UInt8]) throws -> TileListError? {
        let folder = try TemporaryFolder()
        let path = try folder.file("list", bytes)
        return #expect(throws: TileListError.self) { try TileList(contentsOf: path) }
    }

    @Test func `names, blank lines and comments`() throws {
        let list = try list("\u{FEFF}# tiles\r\n\r\n  tiles/\(Self.first)  \r\n\t\n#\n\(Self.second)")
        #expect(
            list.tiles.map { "\($0.slide) \($0.label?.rawValue ?? "?") \($0.area.x) \($0.area.y)" } == [
                "normal_001 normal 1536 768", "test_002 tumor 0 0",
            ])
        #expect(list.repeats.count == 0)
    }

    @Test func `a table has x to the right and y down`() throws {
        let list = try list("slide,x,y\nnormal_001,768,1536\nTumor_002,5,7\n", side: 512)
        #expect(
            try list.tiles == [
                ListedTile(
                    slide: name("normal_001"), label: .normal,
                    area: SlideRect(x: 768, y: 1536, width: 512, height: 512)),
                ListedTile(
                    slide: name("tumor_002"), label: nil, area: SlideRect(x: 5, y: 7, width: 512, height: 512)
                ),
            ])
    }

    @Test func `a table with labels and its columns in any order`() throws {
        let list = try list(
            "Y,Label,X,Slide\n1,Tumor,2,\"test_001\"\n3,normal, 4 ,tumor_001\n5,,6,test_001\n")
        #expect(list.tiles.map(\.label) == [.tumor, .normal, nil])
        #expect(list.tiles.map(\.area.x) == [2, 4, 6])
        #expect(list.tiles.map(\.area.y) == [1, 3, 5])
    }

    @Test func `a first line whose path has a comma is a name`() throws {
        #expect(try list("/a,b,c/\(Self.first)\n").tiles.count == 1)
    }

    @Test func `a tile that comes again is taken once and reported`() throws {
        let list = try list("\(Self.first)\n\(Self.second)\n\n/x/\(Self.first)\n\(Self.first)\n")
        #expect(list.tiles.count == 2)
        #expect(list.repeats.count == 2)
        #expect(list.repeats.first.map(\.line) == [4, 5])
        #expect(list.repeats.first.map(\.tile) == [list.tiles[0], list.tiles[0]])
    }

    @Test func `bad lines are counted and the first are named`() throws {
        let bad = String(repeating: "nonsense\n", count: 9)
        guard case .badLines(_, let count, let first) = try error("\(Self.first)\n\(bad)") else {
            Issue.record("the list was taken or refused for another reason")
            return
        }
        #expect(count == 9)
        #expect(first.map(\.line) == [2, 3, 4, 5, 6])
        #expect(first.allSatisfy { $0.defect == .name(.form) })
    }

    @Test(arguments: [
        ("slide,x,y\nnormal_001,1\n", TileLineDefect.fields(expected: 3, found: 2)),
        ("slide,x,y\nnormal_001,1.0,2\n", .name(.number)),
        ("slide,x,y\nnormal_001,-1,2\n", .name(.number)),
        ("slide,x,y\n../etc/passwd,1,2\n", .name(.slide("../etc/passwd"))),
        ("slide,x,y,label\ntest_001,1,2,benign\n", .name(.label("benign"))),
        ("slide,x,y\n\"test_001,1,2\n", .fields(expected: 3, found: 0)),
    ])
    func `bad rows of a table`(text: String, defect: TileLineDefect) throws {
        guard case .badLines(_, 1, let first) = try error(text) else {
            Issue.record("the list was taken or refused for another reason")
            return
        }
        #expect(first.map(\.line) == [2])
        #expect(first.map(\.defect) == [defect])
    }

    @Test func `the same place with two labels is a bad line`() throws {
        let other = Self.second.replacing("_tumor_", with: "_normal_")
        guard case .badLines(_, 1, let first) = try error("\(Self.second)\n\(other)\n") else {
            Issue.record("the list was taken or refused for another reason")
            return
        }
        #expect(first.map(\.defect) == [.otherLabelBefore])
    }

    @Test func `centers without a header are refused with an explanation`() throws {
        let refused = try #require(try error("# NCRF\nTumor_024,25417,127565\n"))
        guard case .centers(_, line: 2) = refused else {
            Issue.record("refused as \(refused)")
            return
        }
        #expect("\(refused)".contains("CENTER"))
    }

    @Test(arguments: ["slide,x\nnormal_001,1\n", "slide,x,y,level\nnormal_001,1,2,0\n", "slide,x,y,x\n"])
    func `other headers are refused`(text: String) throws {
        guard case .unknownHeader(_, line: 1) = try error(text) else {
            Issue.record("taken or refused for another reason")
            return
        }
    }

    @Test func `lists without tiles, too long lines and other encodings are refused`() throws {
        for text in ["", "\n\n# nothing\n"] {
            guard case .empty = try error(text) else {
                Issue.record("an empty list was taken")
                return
            }
        }
        let long = String(repeating: "x", count: LineReader.longestLine + 1)
        guard case .lineTooLong(_, line: 2, limit: 4096) = try error("\(Self.first)\n\(long)\n") else {
            Issue.record("a long line was taken")
            return
        }
        guard case .notUTF8(_, line: 1) = try error([0xFF, 0xFE, 0x6E, 0x00, 0x0A]) else {
            Issue.record("UTF-16 was taken")
            return
        }
    }

    @Test func `a file that is missing or no file is refused at once`() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        for (path, code) in [(folder.path + "/missing", ENOENT), (pipe, ENOTSUP)] {
            #expect(throws: TileListError.file(FileError(.read, path: path, code: code))) {
                try TileList(contentsOf: path)
            }
        }
    }
}

@Suite struct `Reading lines` {
    private func lines(_ text: String, limit: Int = 100) throws -> [String] {
        let folder = try TemporaryFolder()
        var reader = try LineReader(folder.file("text", Array(text.utf8)), lineLimit: limit)
        var lines: [String] = []
        while let line = try reader.next() {
            #expect(line.number == lines.count + 1)
            lines.append(line.text)
        }
        return lines
    }

    @Test func `ends of lines of either kind, and a last line without one`() throws {
        #expect(try lines("a\nb\r\n\nc") == ["a", "b", "", "c"])
        #expect(try lines("a\n") == ["a"])
        #expect(try lines("").isEmpty)
    }

    @Test func `lines across the border of a piece are whole`() throws {
        let expected = (0..<5000).map { "line \($0) " + String(repeating: "x", count: $0 % 97) }
        #expect(try lines(expected.joined(separator: "\n"), limit: 5000) == expected)
    }

    @Test func `a line of just the longest length is read`() throws {
        let line = String(repeating: "x", count: LineReader.longestLine)
        #expect(try lines(line + "\n" + line) == [line, line])
    }

    @Test func `the number of lines has a limit`() throws {
        #expect(try lines("a\nb\n", limit: 2) == ["a", "b"])
        #expect(throws: TileListError.self) { try lines("a\nb\nc\n", limit: 2) }
    }
}
