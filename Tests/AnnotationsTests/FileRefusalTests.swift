import Kernels
import Annotations
import Foundation
import Records
import TestSupport
import Testing

@Suite struct `Refused annotation files` {
    @Test func `what is no file is unreadable`() throws {
        let folder = try TemporaryFolder()
        for (path, code) in [
            (folder.path + "/absent.xml", ENOENT), (folder.path, EISDIR), ("/dev/zero", ENOTSUP),
        ] {
            #expect(throws: AnnotationError(.unreadable(FileError(.read, path: path, code: code)))) {
                try ASAPAnnotationFile(path: path)
            }
        }
    }

    @Test(arguments: ["", " ", "<", "<!-", "<?xml version=\"1.0\"?>\n", "<ASAP_Annotations>", "<a b>"])
    func `a file without content is refused`(text: String) throws {
        let error = try #require(try refusal(of: text))
        #expect(error.reason == "bad_annotation")
    }

    @Test func `a file cut anywhere is refused`() throws {
        let text = ASAPText.file(.init())
        // The last byte is a line feed.
        for length in stride(from: 0, to: text.utf8.count - 1, by: 5) {
            #expect(try refusal(of: String(text.prefix(length))) != nil, "\(length)")
        }
        #expect(try refusal(of: String(text.dropLast())) == nil)
    }

    /// Bytes are changed, taken away or doubled; whatever comes of it does not depend on where pieces end.
    @Test func `a damaged file is refused or read, the same in pieces of any size`() throws {
        let text = ASAPText.file(
            .init(), .init(name: "hole", group: "deep"), groups: ASAPText.group("deep", in: "_2"))
        var generator = SeededGenerator(seed: 12)
        var read = 0
        for _ in 0..<500 {
            var bytes = Array(text.utf8)
            for _ in 0...generator.next(in: 0..<2) {
                let place = generator.next(in: 0..<bytes.count)
                switch generator.next(in: 0..<4) {
                case 0: bytes[place] = UInt8(generator.next(in: 0..<256))
                case 1:
                    let digits = bytes.indices.filter { (48...57).contains(bytes[$0]) }
                    bytes[digits[generator.next(in: 0..<digits.count)]] = UInt8(generator.next(in: 48..<58))
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + generator.next(in: 1..<9)))
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 20)], at: place)
                }
            }
            let outcomes = [1, 13, 1 << 16].map { pieces in
                Result { try ASAPAnnotationFile(bytes: bytes, pieceLimit: pieces).annotations }
            }
            let annotations = outcomes.map { try? $0.get() }
            #expect(annotations[0] == annotations[1] && annotations[1] == annotations[2])
            if annotations[0] != nil { read += 1 }
        }
        #expect(read > 50 && read < 450)
    }

    @Test func `broken XML is told with its line`() throws {
        let text = ASAPText.file(.init()).replacingOccurrences(of: "</Coordinates>", with: "</Coordinated>")
        let error = try #require(try refusal(of: text))
        guard case .malformed = error.problem else { return #expect(Bool(false), "\(error)") }
        #expect(error.line == 9)
    }

    @Test func `an entity without declaration is refused`() throws {
        #expect(
            try refusal(of: ASAPText.file(.init(points: ASAPText.point("&evil;", "3", order: "0")))) != nil)
    }

    @Test func `other XML is refused by its root`() throws {
        #expect(try refusal(of: "<svg><Annotation/></svg>")?.problem == .notAnnotations(root: "svg"))
        #expect(
            try refusal(of: "<a/>")?.description
                == "line 1: the file's root is 'a' in place of ASAP_Annotations")
    }

    // MARK: - Declarations and encodings

    @Test(arguments: [
        "<!DOCTYPE ASAP_Annotations>", "<!doctype html>", "<!DocType a [<!ENTITY b \"c\">]>",
        "<!ENTITY a \"b\">",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">", "<!-- <!DOCTYPE a> -->", "<!ELEMENT a ANY>",
    ])
    func `a declaration is refused wherever pieces end`(declaration: String) throws {
        let text = ASAPText.heading + declaration + ASAPText.file(.init()).dropFirst(ASAPText.heading.count)
        for pieces in 1...60 {
            #expect(try refusal(of: text, pieces: pieces) == AnnotationError(.declaration, line: 2))
        }
    }

    @Test func `a declaration far into the file is refused`() throws {
        let padding = String(repeating: "<Attributes></Attributes>\n", count: 20_000)
        let text = ASAPText.file(all: []).replacingOccurrences(
            of: "</Annotations>", with: padding + "<!DOCTYPE a>")
        #expect(try refusal(of: text) == AnnotationError(.declaration, line: 20_004))
    }

    @Test(arguments: [String.Encoding.utf16, .utf16BigEndian, .utf16LittleEndian, .utf32, .utf32BigEndian])
    func `wide encodings are refused, with a declaration or without`(encoding: String.Encoding) throws {
        for heading in ["", "<!DOCTYPE a>", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>"] {
            let text = heading + ASAPText.file(.init()).dropFirst(ASAPText.heading.count)
            let bytes = Array(try #require(text.data(using: encoding)))
            for pieces in [1, 3, 1 << 16] {
                let problem = try refusal(of: bytes, pieces: pieces)?.problem
                guard case .encoding = problem else {
                    return #expect(Bool(false), "\(String(describing: problem))")
                }
            }
        }
    }

    @Test(arguments: ["ISO-8859-1", "UTF-16", "UTF-7", "windows-1252", "IBM037", ""])
    func `a stated encoding other than UTF-8 is refused by name`(name: String) throws {
        for quote in ["\"", "'"] {
            let heading = "<?xml version=\"1.0\" encoding = \(quote)\(name)\(quote)?>"
            let text = heading + ASAPText.file(.init()).dropFirst(ASAPText.heading.count)
            for pieces in [1, 1 << 16] {
                #expect(try refusal(of: text, pieces: pieces)?.problem == .encoding("the encoding '\(name)'"))
            }
        }
    }

    @Test func `an endless XML declaration is refused`() throws {
        let text = "<?xml version=\"1.0\" " + String(repeating: " ", count: 300) + "?><ASAP_Annotations/>"
        #expect(try refusal(of: text)?.problem == .encoding("an endless XML declaration"))
    }

    @Test func `text before the first tag is refused`() throws {
        let ebcdic: [UInt8] = [0x4C, 0x6F, 0xA7, 0x94, 0x93]
        for bytes in [ebcdic, Array("+ADw-a/>".utf8), Array("x<ASAP_Annotations/>".utf8)] {
            #expect(
                try refusal(of: bytes)?.problem
                    == .encoding("something other than an XML tag at its beginning"))
        }
    }

    @Test(arguments: [
        [0xFF], [0x80], [0xC3, 0x28], [0xC0, 0x80], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
        [0xF0, 0x8F, 0x80, 0x80],
        [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82, 0x41],
    ])
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) throws {
        let parts = ASAPText.file(.init(name: "|")).split(separator: "|").map { Array($0.utf8) }
        let problem = try refusal(of: parts[0] + bytes + parts[1])?.problem
        #expect(problem == .encoding("bytes that are not UTF-8"))
    }

    @Test func `all of UTF-8 is read`() throws {
        let name = "\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFD}\u{10000}\u{10FFFD}é漢😀"
        for pieceLimit in [1, 2, 3, 5] {
            let file = try ASAPAnnotationFile(text: ASAPText.file(.init(name: name)), pieceLimit: pieceLimit)
            #expect(file.annotations.map(\.name) == [name])
        }
    }
}
