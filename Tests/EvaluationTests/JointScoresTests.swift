import Evaluation
import TestSupport
import Testing

@Suite struct `Joining scores` {
    private func image(
        _ name: String?, _ score: Double, _ isAbnormal: Bool = false, group: String? = nil
    ) -> ScoredImage {
        ScoredImage(score: score, isAbnormal: isAbnormal, group: group, name: name)
    }

    private func failure(_ lists: [[ScoredImage]], names: [String] = ["a", "b", "c"]) -> JointScoresError? {
        do {
            _ = try JointScores(zip(names, lists).map { JointScores.List(name: $0, images: $1) })
            return nil
        } catch { return error }
    }

    @Test func `images meet by name, whatever their order, and lacking ones are counted`() throws {
        let first = [image("x", 1), image("z", 3, true), image("y", 2), image("only a", 9)]
        let second = [image("y", 20), image("only b", 7), image("x", 10), image("z", 30, true)]
        let third = [
            image("z", 300, true), image("only b", 5), image("y", 200), image("x", 100), image("c", 1, true),
        ]
        let joint = try JointScores([
            .init(name: "a", images: first), .init(name: "b", images: second),
            .init(name: "c", images: third, trivial: [.init(name: "t", values: [1, 2, 3, 4, 5])]),
        ])
        #expect(joint.images == ["x", "y", "z"] && joint.isAbnormal == [false, false, true])
        #expect(joint.scores == [[1, 2, 3], [10, 20, 30], [100, 200, 300]])
        #expect(joint.leftOut == 3 && joint.lacks.map(\.images) == [2, 2, 1])
        #expect(joint.lacks.map(\.method) == ["a", "b", "c"])
        #expect(joint.trivial.map(\.quantity) == [.init(name: "t", values: [4, 3, 1])])
        #expect(joint.trivial.map(\.source) == ["c"])
        #expect(joint.groups == nil)
    }

    @Test func `a quantity is the first list's that knows it`() throws {
        let images = [image("x", 1), image("y", 2, true)]
        let joint = try JointScores([
            .init(name: "a", images: images),
            .init(name: "b", images: images, trivial: [.init(name: "density", values: [1, 2])]),
            .init(name: "c", images: images, trivial: [.init(name: "density", values: [3, 4])]),
        ])
        #expect(joint.trivial.map(\.source) == ["b"] && joint.trivial.map(\.quantity.values) == [[1, 2]])
    }

    @Test func `a group that one list knows is enough, and one unknown group is too many`() throws {
        let known = [image("x", 1, group: "p"), image("y", 2, true, group: "q")]
        let unknown = [image("x", 1), image("y", 2, true)]
        for lists in [[known, unknown], [unknown, known]] {
            let joint = try JointScores([
                .init(name: "a", images: lists[0]), .init(name: "b", images: lists[1]),
            ])
            #expect(joint.groups == ["p", "q"])
        }
        let partly = [known[0], unknown[1]]
        let joint = try JointScores([.init(name: "a", images: partly), .init(name: "b", images: unknown)])
        #expect(joint.groups == nil)
    }

    @Test func `lists that cannot be joined are refused, and the first image is named`() {
        let good = [image("x", 1, group: "p"), image("y", 2, true), image("z", 3, true)]
        #expect(failure([good]) == .tooFewLists(count: 1))
        #expect(failure([]) == .tooFewLists(count: 0))
        #expect(failure([good, good], names: ["a", "a"]) == .sameListName("a"))
        #expect(failure([good, [image("x", 1), image(nil, 2)]]) == .unnamedImage(list: "b", number: 2))
        #expect(failure([good + [image("y", 2, true)], good]) == .imageTwice(list: "a", image: "y"))
        #expect(failure([good, [image("x", .nan)]]) == .notFinite(list: "b", image: "x"))
        #expect(failure([good, [image("v", 1)]]) == .nothingInCommon(lists: ["a", "b"]))
        #expect(failure([[], []]) == .nothingInCommon(lists: ["a", "b"]))
        let turned = [image("z", 3), image("y", 2)]
        #expect(failure([good, good, turned]) == .labelsDiffer(image: "z", first: "a", second: "c"))
        let moved = [image("x", 1, group: "q")]
        #expect(failure([good, moved]) == .groupsDiffer(image: "x", first: "a", second: "b"))
        #expect(failure([good, good]) == nil)
    }

    /// A contradiction is one even about an image that another list lacks.
    @Test func `images that are left out must agree, too`() {
        let first = [image("x", 1), image("y", 2, true)]
        #expect(
            failure([first, [image("x", 1)], [image("x", 1), image("y", 2)]])
                == .labelsDiffer(image: "y", first: "a", second: "c"))
    }

    @Test func `errors say which image it is`() {
        let text = JointScoresError.labelsDiffer(image: "x.png", first: "a.csv", second: "b.csv").description
        #expect(text == "'a.csv' and 'b.csv' disagree whether 'x.png' is normal")
        let nameless = JointScoresError.unnamedImage(list: "a.csv", number: 1).description
        #expect(nameless.contains("'a.csv'") && nameless.contains("file, image, film or tile"))
    }

    @Test(arguments: ["file", "image", "Film", "tile"])
    func `a table names its images`(column: String) throws {
        let folder = try TemporaryFolder()
        let text = "score,\(column),label,group\n1,a.png,normal,p\n2,,abnormal,\n,b.png,normal,p\n"
        let table = try ScoredTable(contentsOf: try folder.file("scores.csv", Array(text.utf8)))
        #expect(table.images.map(\.name) == ["a.png", nil])
        #expect(table.images.map(\.group) == ["p", nil] && table.leftOut == 1)
    }

    @Test func `a table may do without names, and prefers the file's`() throws {
        let folder = try TemporaryFolder()
        let plain = try folder.file("a.csv", Array("score,label\n1,normal\n".utf8))
        #expect(try ScoredTable(contentsOf: plain).images.map(\.name) == [nil])
        let both = try folder.file("b.csv", Array("tile,file,score,label\nt,f,1,normal\n".utf8))
        #expect(try ScoredTable(contentsOf: both).images.map(\.name) == ["f"])
    }
}
