import Foundation
import Records
import Testing

private func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("records-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
}

@Suite struct `Atomic files` {
    @Test func `a written file holds the bytes and leaves no part file`() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write([1, 2, 3], to: folder + "/a.bin")
            try AtomicFile.write([4], to: folder + "/a.bin")
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/a.bin")) == Data([4]))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.bin"])
        }
    }

    @Test func `a folder that is missing is an error that names it`() throws {
        try withTemporaryFolder { folder in
            let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder + "/no/a") }
            #expect(error?.path == folder + "/no/a.part" && error?.operation == .create)
        }
    }

    @Test func `errors say whether room or permission is missing`() throws {
        #expect(FileError(.write, path: "a", code: ENOSPC).isDiskFull)
        #expect(FileError(.create, path: "a", code: EACCES).isForbidden)
        try withTemporaryFolder { folder in
            try AtomicFile.write([], to: folder + "/file")
            let error = #expect(throws: FileError.self) { try AtomicFile.makeFolder(folder + "/file/inner") }
            #expect(error?.isForbidden == true && error?.path == folder + "/file")
            try AtomicFile.makeFolder(folder + "/a/b//c/")
            try AtomicFile.makeFolder(folder + "/a/b")
        }
    }

    @Test func `a result folder starts without what an earlier run left, and keeps files of others`() throws {
        try withTemporaryFolder { folder in
            for name in ["manifest.json", "old.csv", "old.csv.part", "notes.txt", "tiles/1.png"] {
                try AtomicFile.makeFolder(folder + "/tiles")
                try AtomicFile.write([1], to: folder + "/" + name)
            }
            var results = try ResultFolder(
                path: folder, manifest: "manifest.json", owned: ["old.csv", "tiles"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["notes.txt"])
            try results.write([7], as: "new.csv")
            try results.write(as: "own.bin") { part in try AtomicFile.write([8], to: part) }
            #expect(results.checksums["own.bin"] == Checksum.sha256([8]))
            #expect(results.checksums.count == 2)
        }
    }
}

@Suite struct `Folder lock` {
    @Test func `the second holder is refused and told who has it, and may come after the first`() throws {
        try withTemporaryFolder { folder in
            do {
                let first = try FolderLock(folder: folder)
                let error = #expect(throws: FolderLockError.self) { _ = try FolderLock(folder: folder) }
                #expect(error?.description.contains("process \(getpid())") == true)
                _ = consume first
            }
            _ = try FolderLock(folder: folder)
        }
    }
}

@Suite struct `CSV text` {
    @Test func `fields with commas, quotes and newlines survive`() throws {
        let fields = ["a,b", "say \"hi\"", "two\nlines", "plain", "", "ünïcode"]
        #expect(try CSV.records(in: CSV.line(fields)).map(\.fields) == [fields])
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@x", "\tx"])
    func `a formula becomes text`(cell: String) {
        #expect(CSV.field(cell).hasPrefix("'"))
    }

    @Test func `byte order mark, CRLF, blank lines and a missing last newline are accepted`() throws {
        let records = try CSV.records(in: "\u{FEFF}slide,mpp\r\n\r\na,0.25\r\n\"b\nc\",0.5")
        #expect(records.map(\.fields) == [["slide", "mpp"], ["a", "0.25"], ["b\nc", "0.5"]])
        #expect(records.map(\.line) == [1, 3, 4])
    }

    @Test func `a file is read piece by piece, with the same records`() throws {
        let text = "\u{FEFF}a,\"b\nc\"\r\n\nä,😀\n" + String(repeating: "x,y\n", count: 200_000) + "last"
        let path = FileManager.default.temporaryDirectory.path + "/csv-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        var records: [CSVRecord] = []
        try CSV.forEachRecord(ofFile: path) { records.append($0) }
        #expect(records.count == 200_003 && records.map(\.line).last == 200_005)
        #expect(try records == CSV.records(in: text))
        #expect(throws: FileError.self) { try CSV.forEachRecord(ofFile: path + "x") { _ in } }
    }

    @Test func `bytes that are no UTF-8 and rows without an end name their line`() throws {
        let path = FileManager.default.temporaryDirectory.path + "/csv-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data([0x61, 0x0A, 0xFF, 0x0A]).write(to: URL(fileURLWithPath: path))
        #expect(throws: CSVFileError(path: path, error: .notUTF8(line: 2))) {
            try CSV.forEachRecord(ofFile: path) { _ in }
        }
        let long = "a\n" + String(repeating: "b", count: CSV.longestRecord + 1)
        #expect(throws: CSVError.recordTooLong(line: 2, limit: CSV.longestRecord)) {
            try CSV.records(in: long)
        }
        // The beginning of a byte order mark that is none is no UTF-8 either.
        try Data([0xEF, 0xBB, 0x61]).write(to: URL(fileURLWithPath: path))
        #expect(throws: CSVFileError(path: path, error: .notUTF8(line: 1))) {
            try CSV.forEachRecord(ofFile: path) { _ in }
        }
    }

    @Test func `broken quoting names its line`() {
        #expect(throws: CSVError.unclosedQuote(line: 2)) { try CSV.records(in: "a\n\"b") }
        #expect(throws: CSVError.strayQuote(line: 1)) { try CSV.records(in: "a\"b") }
    }
}

@Suite struct Checksums {
    /// The value that FIPS 180-2, appendix B.1 gives for "abc".
    @Test func `SHA-256 of abc is the published one, from memory and from a file`() throws {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(Checksum.sha256(Array("abc".utf8)) == expected)
        try withTemporaryFolder { folder in
            try AtomicFile.write(Array("abc".utf8), to: folder + "/abc")
            #expect(try Checksum.sha256(ofFile: folder + "/abc") == expected)
        }
    }

    @Test func `JSON has sorted keys and ends with a newline`() throws {
        let text = String(decoding: try JSONText.encode(["b": 1, "a": 2]), as: UTF8.self)
        #expect(text == "{\n  \"a\" : 2,\n  \"b\" : 1\n}\n")
    }
}
