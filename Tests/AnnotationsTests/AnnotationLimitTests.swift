import Annotations
import Testing

@Suite struct `Limits of annotation files` {
    /// Three annotations of three points, two groups.
    private let text = ASAPText.file(
        .init(), .init(), .init(), groups: ASAPText.group("a") + ASAPText.group("b"))

    private func isRead(_ text: String, _ change: (inout AnnotationLimits) -> Void) throws -> Bool {
        var limits = AnnotationLimits.standard
        change(&limits)
        do {
            _ = try ASAPAnnotationFile(text: text, limits: limits)
            return true
        } catch let error as AnnotationError {
            guard case .tooMuch = error.problem else { throw error }
            return false
        }
    }

    @Test func `one more than a limit is refused`() throws {
        let counts: [(WritableKeyPath<AnnotationLimits, Int>, Int)] = [
            (\.annotations, 3), (\.points, 9), (\.pointsPerAnnotation, 3), (\.groups, 2), (\.depth, 5),
            (\.attributeBytes, 12),
        ]
        for (limit, count) in counts {
            #expect(try isRead(text) { $0[keyPath: limit] = count })
            #expect(try !isRead(text) { $0[keyPath: limit] = count - 1 })
        }
    }

    @Test func `a file one byte too long is refused`() throws {
        #expect(try isRead(text) { $0.bytes = text.utf8.count })
        #expect(try !isRead(text) { $0.bytes = text.utf8.count - 1 })
    }

    @Test(arguments: [1 << 16, 1 << 20])
    func `endless tags and texts are refused before they are collected`(length: Int) throws {
        for long in ["<Attribute Value=\"", "<A", "<!--", ""] {
            let padding = long + String(repeating: "x", count: length)
            let broken = text.replacing("<AnnotationGroups>", with: padding)
            #expect(try !isRead(broken) { _ in })
        }
    }

    @Test func `unknown elements are told up to a limit`() throws {
        let many = (0..<101).map { "<E\($0)/>" }
        #expect(
            try isRead(text.replacing("<Annotations>", with: many.dropLast().joined() + "<Annotations>")) {
                _ in
            })
        #expect(try !isRead(text.replacing("<Annotations>", with: many.joined() + "<Annotations>")) { _ in })
    }

    @Test func `very deep nesting is refused and not followed`() throws {
        let deep = "<ASAP_Annotations>" + String(repeating: "<Attributes>", count: 100_000)
        #expect(try !isRead(deep) { _ in })
    }
}
