import Foundation
import Radiographs
import Records
import TestSupport
import Testing

@Suite struct `The table of findings` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let header =
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
        + "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]"

    private func table(_ text: String) throws -> FindingsTable {
        try FindingsTable(contentsOf: folder.file("t.csv", Array(text.utf8)))
    }

    @Test(arguments: [
        // 2020; 2017 with its last comma; quoted names; CRLF and a byte order mark.
        (header, "", "\n", false), (header + ",", ",", "\n", true),
        (
            header.replacing("OriginalImage[Width,Height]", with: "\"OriginalImage[Width,Height]\"")
                .replacing("OriginalImagePixelSpacing[x,y]", with: "\"OriginalImagePixelSpacing[x,y]\""),
            "", "\n", false
        ),
        ("\u{FEFF}" + header, "", "\r\n", false),
    ])
    func `all known forms of the header are read alike`(
        header: String, end: String, newline: String, trails: Bool
    ) throws {
        let rows = [
            "00000001_000.png,Cardiomegaly|Emphysema,0,1,57,M,PA,2682,2749,0.143,0.143",
            "00000002_000.png,No Finding,0,2,058Y,F,AP,2682,2749,0.143,0.143",
        ]
        let table = try table(([header] + rows.map { $0 + end }).joined(separator: newline) + newline)
        #expect(table.count == 2 && table.badRows.isEmpty && table.hasTrailingField == trails)
        #expect(table.rows[0].findings == ["Cardiomegaly", "Emphysema"] && !table.rows[0].isNormal)
        #expect(table.rows[0].position == .posteroanterior && table.rows[1].position == .anteroposterior)
        #expect(table.rows[1].isNormal && table.rows[1].age == 58 && table.rows[1].patient == "2")
        #expect(table.rows.map(\.line) == [2, 3])
    }

    @Test func `columns may stand in any order, and quoted fields may hold commas`() throws {
        let table = try table(
            "View Position,Patient ID,Image Index,Finding Labels,Note\nPA,007,a.png,No Finding,\"x, y\"\n")
        let row = try #require(table.rows.first)
        #expect(row.patient == "7" && row.image == "a.png" && row.isNormal && row.age == nil)
    }

    @Test(
        arguments: [
            ("57", 57), ("414", nil), ("058Y", 58), ("011M", 0), ("003W", 0), ("020D", 0), ("-1", nil),
            ("", nil),
            ("120", 120), ("121", nil), ("99999999999999999999", nil), ("9223372036854775807", nil),
            ("Y", nil),
        ] as [(String, Int?)])
    func `ages are believed up to 120 years`(text: String, years: Int?) throws {
        let table = try table("\(Self.header)\na.png,No Finding,0,1,\(text),M,PA,1,1,1,1\n")
        #expect(table.rows.first?.age == years && table.rowsWithoutAge == (years == nil ? 1 : 0))
    }

    @Test func `rows that cannot be read are counted with their lines, and the others are read`() throws {
        let table = try table(
            """
            \(Self.header)
            ../../etc/passwd,No Finding,0,1,57,M,PA,1,1,1,1
            /etc/passwd,No Finding,0,1,57,M,PA,1,1,1,1
            a.png,No Finding,0,1,57
            b.png,No Finding,0,x1,57,M,PA,1,1,1,1
            c.png,,0,1,57,M,PA,1,1,1,1
            d.png,No Finding,0,1,57,M,PA,1,1,1,1
            ,No Finding,0,1,57,M,PA,1,1,1,1
            """)
        #expect(table.rows.map(\.image) == ["d.png"])
        #expect(table.badRows.map(\.line) == [2, 3, 4, 5, 6, 8] && table.count == 7)
        #expect(table.badRows[2].reason.contains("5 fields"))
    }

    @Test func `a table that is none says so`() throws {
        #expect(throws: FindingsTableError.empty) { try table("") }
        #expect(throws: FindingsTableError.ambiguousColumn(name: "patient id")) {
            try table("Image Index,Finding Labels,Patient ID,Patient ID,View Position\n")
        }
        let error = #expect(throws: FindingsTableError.self) { try table("file,label\na,b\n") }
        #expect(error?.description.contains("'image index'") == true)
        #expect(throws: FileError.self) { try FindingsTable(contentsOf: folder.path + "/none.csv") }
    }

    @Test func `a line without an end is refused before it fills the memory`() throws {
        let path = folder.path + "/long.csv"
        let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 18)
        _ = try folder.file("long.csv", Array("\(Self.header)\n".utf8))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seekToEnd()
        for _ in 0..<16 { try file.write(contentsOf: chunk) }
        try file.close()
        let expected = CSVFileError(path: path, error: .recordTooLong(line: 2, limit: CSV.longestRecord))
        #expect(throws: expected) {
            try FindingsTable(contentsOf: path)
        }
    }

    /// The counts of formats.md, section 6, found by another program.
    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `the released table is read whole`() throws {
        let unpacked = Process()
        let path = folder.path + "/real.csv"
        FileManager.default.createFile(atPath: path, contents: nil)
        unpacked.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        unpacked.arguments = ["gzip", "-dc", SharedData.url("data/cxr/Data_Entry_2017_v2020.csv.gz").path]
        unpacked.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try unpacked.run()
        unpacked.waitUntilExit()
        let table = try FindingsTable(contentsOf: path)
        #expect(table.rows.count == 112_120 && table.badRows.isEmpty && table.rowsWithoutAge == 0)
        #expect(Set(table.rows.map(\.patient)).count == 30_805)
        #expect(table.rows.count { $0.position == .posteroanterior } == 67_310)
        #expect(table.rows.count { $0.position == .anteroposterior } == 44_810)
        #expect(table.rows.count(where: \.isNormal) == 60_361)
        #expect(table.rows.count { $0.findings.count > 1 } == 20_796)
        #expect(table.rows.count { $0.findings.contains("Infiltration") } == 19_894)
        #expect(table.rows.count { $0.findings.contains("Hernia") } == 227)
    }
}
