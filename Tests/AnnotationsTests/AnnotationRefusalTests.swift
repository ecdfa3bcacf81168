import Annotations
import Foundation
import Testing

@Suite struct `Refused annotations` {
    private typealias Problem = AnnotationError.Problem

    private func pointError(_ x: String) throws -> AnnotationError? {
        try refusal(of: ASAPText.file(.init(points: ASAPText.triangle + ASAPText.point(x, "3", order: "9"))))
    }

    @Test(arguments: [
        "", " ", "nan", "NaN", "inf", "-Infinity", "0x10", "1.2.3", "12px", "1 ", "٣", "1_000", "--1",
    ])
    func `what is no number is refused`(text: String) throws {
        #expect(
            try pointError(text)
                == AnnotationError(.notANumber(attribute: "X", text: text), line: 9))
    }

    @Test func `a decimal comma is refused by name`() throws {
        let error = try #require(try pointError("12,5"))
        #expect(error.problem == .decimalComma(attribute: "X", text: "12,5"))
        #expect("\(error)" == "line 9: X is '12,5' with a decimal comma; a decimal point is expected")
    }

    @Test(arguments: ["1000000001", "-1e10", "1e300", "1e999"])
    func `coordinates beyond one billion are refused`(text: String) throws {
        #expect(try pointError(text)?.problem == .outOfRange(attribute: "X", text: text))
    }

    @Test(arguments: ["", "a", "1.5", "99999999999999999999"])
    func `an Order that is no whole number is refused`(order: String) throws {
        let points = ASAPText.triangle + ASAPText.point("1", "2", order: order)
        #expect(
            try refusal(of: ASAPText.file(.init(points: points)))?.problem
                == .notANumber(attribute: "Order", text: order))
    }

    @Test func `a polygon that numbers only some vertices is refused`() throws {
        let points = ASAPText.triangle + ASAPText.point("1", "2", order: nil)
        #expect(
            try refusal(of: ASAPText.file(.init(name: "n", points: points)))?.problem
                == .partialOrder(annotation: "n"))
    }

    @Test func `absent and ambiguous attributes are refused`() throws {
        let text = ASAPText.file(.init())
        func problem(_ part: String, _ replacement: String) throws -> Problem? {
            try refusal(of: text.replacingOccurrences(of: part, with: replacement))?.problem
        }
        #expect(try problem(" Y=\"8.0\"", "") == .missing(attribute: "Y", element: "Coordinate"))
        #expect(try problem(" Y=", " Y=\"1\" y=") == .ambiguous(attribute: "Y", element: "Coordinate"))
        #expect(try problem(" Type=\"Polygon\"", "") == .missing(attribute: "Type", element: "Annotation"))
        #expect(
            try problem(" PartOfGroup=\"Tumor\"", "")
                == .missing(attribute: "PartOfGroup", element: "Annotation"))
        #expect(
            try refusal(of: ASAPText.file(all: [], groups: "<Group/>"))?.problem
                == .missing(attribute: "Name", element: "Group"))
    }

    @Test func `misplaced elements are refused`() throws {
        let text = ASAPText.file(.init())
        let nested = text.replacingOccurrences(
            of: "<Coordinates>", with: "<Annotation Type=\"Dot\"/><Coordinates>")
        #expect(try refusal(of: nested)?.problem == .misplaced(element: "Annotation"))
        let loose = text.replacingOccurrences(
            of: "<AnnotationGroups>", with: "<Coordinate/><AnnotationGroups>")
        #expect(try refusal(of: loose)?.problem == .misplaced(element: "Coordinate"))
    }

    @Test func `splines and unknown types are refused by name`() throws {
        #expect(
            try refusal(of: ASAPText.file(.init(name: "s", type: "spline")))
                == AnnotationError(.spline(annotation: "s"), line: 4))
        #expect(
            try refusal(of: ASAPText.file(.init(name: "e", type: "Ellipse")))?.problem
                == .unknownType("Ellipse", annotation: "e"))
    }

    @Test(arguments: ["None", "", "normal", "Tumor ", "_3"])
    func `an unknown group is refused with the known ones`(group: String) throws {
        let text = ASAPText.file(.init(), .init(name: "n", group: group), groups: ASAPText.group(group))
        let error = try #require(try refusal(of: text))
        let known = ["Tumor", "_0", "_1", "_2", "Exclusion"]
        #expect(error == AnnotationError(.unknownGroup(group, annotation: "n", known: known), line: 10))
        #expect(
            "\(error)" == "line 10: annotation 'n' is in group '\(group)', which is neither tumor nor hole"
                + " (known: Tumor, _0, _1, _2, Exclusion)")
    }

    @Test func `groups nested in a circle or defined twice are refused`() throws {
        let circle = ASAPText.group("a", in: "b") + ASAPText.group("b", in: "A")
        #expect(
            try refusal(of: ASAPText.file(.init(group: "a"), groups: circle))?.problem == .groupNesting("a"))
        let twice = ASAPText.group("a", in: "Tumor") + ASAPText.group("A", in: "_2")
        #expect(
            try refusal(of: ASAPText.file(.init(group: "a"), groups: twice))?.problem == .repeatedGroup("A"))
    }
}
