import CamelyonEvaluation
import Foundation
import Records
import TestSupport
import Testing

@Suite struct `Tables of detections` {
    private func read(_ text: String) throws -> [Detection] {
        let folder = try TemporaryFolder()
        return try DetectionTables.detections(ofFile: folder.file("Tumor_001.csv", Array(text.utf8)))
    }

    /// The error of reading, without the path.
    private func problem(_ text: String) -> String? {
        do {
            _ = try read(text)
            return nil
        } catch let error as ScoreTableError {
            switch error {
            case .blankLine(_, let line): return "blank \(line)"
            case .tooFewFields(_, let line, let expected, let found):
                return "fields \(line) \(found)/\(expected)"
            case .notANumber(_, let line, let column, let text): return "number \(line) \(column) \(text)"
            case .notUTF8(_, let line): return "text \(line)"
            default: return "\(error)"
            }
        } catch {
            return "\(error)"
        }
    }

    @Test func `what is written is read as the same detections`() throws {
        let folder = try TemporaryFolder()
        let detections = [
            Detection(probability: 0.1, x: 12, y: 0), Detection(probability: 1e-300, x: 0, y: 220_000),
            Detection(probability: -1 / 3, x: 7, y: 8),
            Detection(probability: Double(Float(0.7)), x: 1, y: 1),
        ]
        let results = folder.path + "/results"
        try DetectionTables.write(detections, of: "Tumor_001", toFolder: results)
        try DetectionTables.write([], of: "Normal_001", toFolder: results)
        #expect(try DetectionTables.detections(ofFile: results + "/Tumor_001.csv") == detections)
        #expect(try DetectionTables.detections(ofFile: results + "/Normal_001.csv").isEmpty)
        #expect(try DetectionTables.slides(inFolder: results) == ["Normal_001", "Tumor_001"])
        #expect(folder.files() == ["results/Normal_001.csv", "results/Tumor_001.csv"])
    }

    @Test func `a table has no header and three columns`() {
        let text = DetectionTables.text([Detection(probability: 0.5, x: 3, y: 4)])
        #expect(text == "0.5,3,4\n")
        #expect(DetectionTables.text([]).isEmpty)
    }

    @Test func `blanks around fields, CRLF, a missing last line end and further fields are accepted`() throws
    {
        #expect(
            try read(" 0.5 , 3,\t4 \r\n1e-1,5,6,7,x") == [
                Detection(probability: 0.5, x: 3, y: 4), Detection(probability: 0.1, x: 5, y: 6),
            ])
    }

    @Test func `a blank line is an error wherever it stands`() {
        #expect(problem("\n") == "blank 1")
        #expect(problem("0.5,3,4\n\n0.5,3,4\n") == "blank 2")
        #expect(problem("0.5,3,4\n0.5,3,4\n\n") == "blank 3")
        #expect(problem("0.5,3,4\n  \r\n") == "blank 2")
    }

    @Test func `bad numbers are named with their line`() {
        #expect(problem("probability,X,Y\n0.5,3,4\n") == "number 1 probability probability")
        for bad in ["nan", "inf", "-Infinity", "0x1p3", "1e999", ""] {
            #expect(problem("0.5,3,4\n\(bad),3,4\n") == "number 2 probability \(bad)")
        }
        for bad in [
            "3.0", "1e3", "", "x", "9999999999", "99999999999999999999", "0x10", "-9223372036854775808",
        ] {
            #expect(problem("0.5,\(bad),4\n") == "number 1 whole number of pixels \(bad)")
            #expect(problem("0.5,4,\(bad)\n") == "number 1 whole number of pixels \(bad)")
        }
        #expect(problem("0.5,3\n") == "fields 1 2/3")
        #expect(problem("0.5;3;4\n") == "fields 1 1/3")
    }

    @Test func `text that is none and files that are too large are refused`() throws {
        let folder = try TemporaryFolder()
        let broken = try folder.file("a.csv", Array("0.5,1,2\n0.5,".utf8) + [0xFF, 0x0A])
        #expect(throws: ScoreTableError.notUTF8(path: broken, line: 2)) {
            try DetectionTables.detections(ofFile: broken)
        }
        let large = try folder.file("b.csv", [UInt8](repeating: 0x20, count: 64 << 20 + 1))
        #expect(throws: ScoreTableError.tooLarge(path: large, limit: 64 << 20)) {
            try DetectionTables.detections(ofFile: large)
        }
        #expect(throws: ScoreTableError.self) {
            try DetectionTables.detections(ofFile: folder.path + "/absent.csv")
        }
        let many = try folder.file("c.csv", Array(String(repeating: "1,1,1\n", count: 1_000_001).utf8))
        #expect(throws: ScoreTableError.tooManyRows(path: many, limit: 1_000_000)) {
            try DetectionTables.detections(ofFile: many)
        }
        let absent = FileError(.read, path: folder.path + "/no", code: ENOENT)
        #expect(throws: ScoreTableError.file(absent)) { try DetectionTables.slides(inFolder: absent.path) }
    }

    @Test func `names that would leave the folder are refused`() throws {
        let folder = try TemporaryFolder()
        for name in ["", "../a", "a/b", ".a", "a,b", "a\"", "a\n", " a", "a\\b"] {
            #expect(throws: ScoreTableError.unusableName(name)) {
                try DetectionTables.write([], of: name, toFolder: folder.path)
            }
        }
        #expect(folder.files().isEmpty)
    }
}

@Suite struct `Probabilities of slides` {
    private func read(_ text: String) throws -> SlideProbabilities {
        let folder = try TemporaryFolder()
        return try SlideProbabilities(contentsOf: folder.file("slides.csv", Array(text.utf8)))
    }

    @Test func `a table is written sorted and read as the same`() throws {
        var probabilities = SlideProbabilities()
        #expect(try probabilities.add(0.25, of: "Test_002"))
        #expect(try probabilities.add(-0.1, of: "Test_001"))
        #expect(try !probabilities.add(0.5, of: "Test_001"))
        #expect(probabilities.text == "Test_001,-0.1\nTest_002,0.25\n")
        let folder = try TemporaryFolder()
        try probabilities.write(to: folder.path + "/slides.csv")
        #expect(try SlideProbabilities(contentsOf: folder.path + "/slides.csv") == probabilities)
    }

    @Test func `bad tables are refused`() {
        for text in [
            "a,0.5\na,0.5\n", "a\n", ",0.5\n", "a,x\n", "a,0.5\n\n", "../a,1\n", "name,probability\n",
        ] {
            #expect(throws: ScoreTableError.self) { try read(text) }
        }
    }

    @Test func `with the reference they are the samples of the ROC curve`() throws {
        let reference: [String: SlideKind] = ["a": .tumor, "b": .normal, "c": .tumor, "d": .normal]
        let table = try SlideTaskTable(read("c,0.75\na,-0.5\nb,0.25\n"), reference: reference)
        #expect(table.probabilities(.tumor) == [-0.5, 0.75] && table.probabilities(.normal) == [0.25])
        #expect(table.missing == ["d"])
        #expect(
            table.table
                == "slide,label,probability\na,tumor,-0.5\nb,normal,0.25\nc,tumor,0.75\nd,normal,\n")
        #expect(throws: ScoreTableError.unknownSlides(["e"])) {
            try SlideTaskTable(read("e,1\n"), reference: reference)
        }
    }
}
