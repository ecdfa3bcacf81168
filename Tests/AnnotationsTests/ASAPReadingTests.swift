import Annotations
import Foundation
import Testing

@Suite struct `Reading ASAP annotations` {
    private let triangle = Polygon([Vertex(x: 0, y: 0), Vertex(x: 12.25, y: 0), Vertex(x: 0, y: 8)])

    @Test func `names, labels and points are as written`() throws {
        let file = try ASAPAnnotationFile(
            text: ASAPText.file(
                .init(name: "a &amp; b", group: "_0"), .init(name: "Läsion", group: "_2"),
                groups: ASAPText.group("_0") + ASAPText.group("_2")))
        #expect(file.annotations.map(\.name) == ["a & b", "Läsion"])
        #expect(file.annotations.map(\.label) == [.tumor, .hole])
        #expect(file.annotations.allSatisfy { $0.polygon == triangle })
        #expect(file.warnings.isEmpty)
    }

    @Test(arguments: [
        ("Tumor", LesionLabel.tumor), ("tumor", .tumor), ("TUMOR", .tumor), ("_0", .tumor), ("_1", .tumor),
        ("_2", .hole), ("Exclusion", .hole), ("exclusion", .hole),
    ])
    func `the groups of Camelyon16 are known`(group: String, label: LesionLabel) throws {
        let file = try ASAPAnnotationFile(text: ASAPText.file(.init(group: group)))
        #expect(file.annotations.map(\.label) == [label])
    }

    @Test func `a group has the label of the nearest group around it`() throws {
        let groups =
            ASAPText.group("ITC", in: "micro") + ASAPText.group("Micro", in: "tumor")
            + ASAPText.group("Tumor")
            + ASAPText.group("fat", in: "Exclusion") + ASAPText.group("_0", in: "Exclusion")
        let file = try ASAPAnnotationFile(
            text: ASAPText.file(
                .init(group: "itc"), .init(group: "Micro"), .init(group: "Fat"), .init(group: "_0"),
                groups: groups))
        #expect(file.annotations.map(\.label) == [.tumor, .tumor, .hole, .tumor])
    }

    @Test func `case does not matter in elements, attributes and types`() throws {
        let text = ASAPText.file(
            .init(type: "RECTANGLE", group: "Inner"), groups: ASAPText.group("inner", in: "_2")
        )
        .replacingOccurrences(of: " X=", with: " x=").replacingOccurrences(of: "Order=", with: "ORDER=")
        .replacingOccurrences(of: "Coordinate", with: "coordinate")
        .replacingOccurrences(of: "PartOfGroup", with: "partofgroup")
        .replacingOccurrences(of: "ASAP_Annotations", with: "asap_annotations")
        let file = try ASAPAnnotationFile(text: text)
        #expect(file.annotations.map(\.polygon) == [triangle])
        #expect(file.annotations.map(\.label) == [.hole])
        #expect(file.warnings.isEmpty)
    }

    @Test func `vertices are sorted by their Order`() throws {
        let points =
            ASAPText.point("0", "8", order: "12") + ASAPText.point("0", "0", order: "-1")
            + ASAPText.point("12.25", "0.0", order: "7")
        let file = try ASAPAnnotationFile(text: ASAPText.file(.init(points: points)))
        #expect(file.annotations.map(\.polygon) == [triangle])
        #expect(file.warnings.isEmpty)
    }

    @Test func `without any Order the sequence of the file holds, with a warning`() throws {
        let points = ["0 0", "12.25 0", "0 8"].map { $0.split(separator: " ") }
            .map { ASAPText.point("\($0[0])", "\($0[1])", order: nil) }.joined()
        let file = try ASAPAnnotationFile(text: ASAPText.file(.init(name: "n", points: points)))
        #expect(file.annotations.map(\.polygon) == [triangle])
        #expect(file.warnings == [.noOrder(annotation: "n", line: 4)])
    }

    @Test func `vertices of the same Order keep the sequence of the file, with a warning`() throws {
        let points =
            ASAPText.point("12.25", "0", order: "3") + ASAPText.point("0", "8", order: "3")
            + ASAPText.point("0", "0", order: "0")
        let file = try ASAPAnnotationFile(text: ASAPText.file(.init(name: "n", points: points)))
        #expect(file.annotations.map(\.polygon) == [triangle])
        #expect(file.warnings == [.repeatedOrder(annotation: "n", line: 4)])
    }

    @Test(arguments: ["0", "1", "3 different", "2 different"])
    func `a polygon of fewer than three different points is told and left out`(kind: String) throws {
        let (a, b, c) = (Vertex(x: 1, y: 1), Vertex(x: 2, y: 3), Vertex(x: 3, y: 1))
        let vertices =
            ["0": [], "1": [a], "2 different": [a, b, a, a, b], "3 different": [a, b, c]][kind] ?? []
        let file = try ASAPAnnotationFile(
            text: ASAPText.file(.init(name: "thin", points: ASAPText.points(vertices)), .init(name: "full")))
        let isWhole = kind == "3 different"
        #expect(file.annotations.map(\.name) == (isWhole ? ["thin", "full"] : ["full"]))
        #expect(file.warnings == (isWhole ? [] : [.enclosesNothing(annotation: "thin", line: 4)]))
    }

    @Test(arguments: ["Dot", "PointSet", "measurement"])
    func `marks are told and left out whatever their group`(type: String) throws {
        let file = try ASAPAnnotationFile(
            text: ASAPText.file(.init(name: "m", type: type, group: "None"), .init()))
        #expect(file.annotations.count == 1)
        #expect(file.warnings == [.notAnArea(type: type, annotation: "m", line: 4)])
    }

    @Test func `an unknown element is told once`() throws {
        let text = ASAPText.file(.init()).replacingOccurrences(
            of: "<Coordinates>", with: "<Note/><Note>text</Note><Coordinates>")
        let file = try ASAPAnnotationFile(text: text)
        #expect(file.annotations.count == 1)
        #expect(file.warnings == [.unknownElement("Note", line: 5)])
    }

    @Test(arguments: ["1", "-1.5", "+2.", ".5", "1e3", "1.25E-1", "999999999.9"])
    func `numbers have a decimal point and perhaps an exponent`(text: String) throws {
        let points = ASAPText.triangle + ASAPText.point(text, "3", order: "9")
        let file = try ASAPAnnotationFile(text: ASAPText.file(.init(points: points)))
        let expected = try #require(Double(text))
        #expect(file.annotations.first?.polygon.vertices.last == Vertex(x: expected, y: 3))
    }

    @Test(arguments: [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<?xml version='1.0' encoding = 'us-ascii' standalone='yes'?>", "",
        "\u{FEFF}", "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?>",
        "<?xml version=\"1.0\"?><!-- <![a] - ! -->",
    ])
    func `every heading of UTF-8 files is read, in pieces of any size`(heading: String) throws {
        let text = heading + ASAPText.file(.init()).dropFirst(ASAPText.heading.count)
        for pieceLimit in [1, 2, 3, 7, 100, 1 << 16] {
            let file = try ASAPAnnotationFile(text: text, pieceLimit: pieceLimit)
            #expect(file.annotations.map(\.polygon) == [triangle])
        }
    }

    @Test func `a file without annotations is no fault`() throws {
        #expect(try ASAPAnnotationFile(text: ASAPText.file(all: [])).annotations.isEmpty)
        #expect(try ASAPAnnotationFile(text: "<ASAP_Annotations/>").annotations.isEmpty)
    }

    @Test func `warnings are one sentence on one line`() {
        let warning = AnnotationWarning.enclosesNothing(annotation: "a\nb", line: 7)
        #expect(
            "\(warning)" == "line 7: annotation 'a?b' has fewer than three different points and is left out")
    }
}
