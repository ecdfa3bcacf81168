import Evaluation
import Foundation
import Records
import Testing

@Suite struct `Comparing methods` {
    private let lists = Invented.lists(3)

    private func density(_ list: JointScores.List) -> TrivialQuantity {
        TrivialQuantity(
            name: "mean optical density", values: list.images.indices.map { Double($0 % 7) / 100 },
            tolerance: 0.015)
    }

    @Test func `it repeats the statistics that each method has alone`() throws {
        let joint = try JointScores(lists)
        let comparison = try Invented.comparison(lists)
        let groups = try #require(joint.groups)
        for (row, method) in zip(comparison.methods, try joint.labeled()) {
            #expect(row.name == method.name && row.area == DeLong.estimate(method.scores))
            #expect(row.averagePrecision == ROCCurve(method.scores).averagePrecision)
            // All methods share the draws that each would have alone.
            #expect(row.bootstrap == GroupBootstrap(method.scores, groups: groups, replicates: 100, seed: 5))
        }
        #expect(comparison.methods.count == 3 && comparison.normal == 40 && comparison.abnormal == 20)
        #expect(comparison.runs == RepeatedRuns(areas: comparison.methods.map(\.area.area)))
        let average = try LabeledScores.rankAverage(of: try joint.labeled().map(\.scores))
        #expect(comparison.rankAverage.area == DeLong.estimate(average))
        #expect(comparison.rankAverage.name == "rank average" && comparison.matching == nil)
    }

    @Test func `every two methods are compared once, the rank average with each`() throws {
        let comparison = try Invented.comparison(lists)
        let expected = [
            "rank average-method 0", "rank average-method 1", "rank average-method 2", "method 0-method 1",
            "method 0-method 2", "method 1-method 2",
        ]
        #expect(comparison.differences.map { "\($0.first)-\($0.second)" } == expected)
        #expect(comparison.correlations.map { "\($0.first)-\($0.second)" } == Array(expected.suffix(3)))
        for row in comparison.differences {
            let interval = try #require(row.interval)
            let error = try #require(row.area.standardError)
            #expect(abs(interval.high - interval.low - 2 * 1.959963984540054 * error) < 1e-12)
            #expect(abs((interval.low + interval.high) / 2 - row.area.difference) < 1e-12)
        }
    }

    @Test func `the bootstrap of a difference takes it draw by draw`() throws {
        let joint = try JointScores(lists)
        let groups = try #require(joint.groups)
        let methods = try joint.labeled()
        let row = try #require(try Invented.comparison(lists).differences.last)
        let replicates = methods.map { Naive.replicates($0.scores, groups: groups, count: 100, seed: 5) }
        let differences = zip(replicates[1].areas, replicates[2].areas).map(-)
        let bootstrap = try #require(row.bootstrap)
        let mean = differences.reduce(0, +) / 100
        let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        #expect(abs(bootstrap.standardError - (squares / 99).squareRoot()) < 1e-12)
        let sorted = differences.sorted()
        // 2.5 % of the way through 100 numbers is 0.475 of the way from the third to the fourth.
        #expect(abs(bootstrap.interval.low - (sorted[2] + 0.475 * (sorted[3] - sorted[2]))) < 1e-12)
        #expect(abs(bootstrap.interval.high - (sorted[96] + 0.525 * (sorted[97] - sorted[96]))) < 1e-12)
        #expect(bootstrap.redrawn == replicates[1].redrawn && bootstrap.groups == 12)
    }

    @Test func `rising transformations of the scores change nothing`() throws {
        let bent = lists.enumerated().map { number, list in
            list.with { images in
                images.map { $0.with(score: number == 0 ? exp($0.score) : 3 * $0.score - 100) }
            }
        }
        #expect(try Invented.comparison(bent) == Invented.comparison(lists))
    }

    @Test func `the order of the images changes nothing`() throws {
        let quantity = JointScores.List(
            name: lists[2].name, images: lists[2].images, trivial: [density(lists[2])])
        let straight = [lists[0], lists[1], quantity]
        let turned = straight.map { list in
            JointScores.List(
                name: list.name, images: list.images.reversed(),
                trivial: list.trivial.map {
                    .init(name: $0.name, values: $0.values.reversed(), tolerance: $0.tolerance)
                })
        }
        #expect(try Invented.comparison(turned) == Invented.comparison(straight))
        #expect(try Invented.comparison(turned).matching != nil)
    }

    @Test func `a method agrees with itself in everything`() throws {
        let twin = JointScores.List(name: "twin", images: lists[0].images)
        let comparison = try Invented.comparison([lists[0], twin])
        let agreement = try #require(comparison.correlations.first)
        #expect(agreement.all == 1 && agreement.normal == 1 && agreement.abnormal == 1)
        for row in comparison.differences {
            #expect(row.area.difference == 0 && row.area.standardError == 0 && row.area.p == nil)
            #expect(row.interval?.low == 0 && row.interval?.high == 0)
            #expect(row.bootstrap?.interval.low == 0 && row.bootstrap?.interval.high == 0)
        }
        #expect(comparison.runs?.standardDeviation == 0)
        #expect(comparison.rankAverage.area == comparison.methods[0].area)
    }

    @Test func `methods whose errors are their own are better together`() throws {
        let comparison = try Invented.comparison(Invented.lists(6, count: 600, step: 0x1p-20, seed: 9))
        for row in comparison.methods { #expect(comparison.rankAverage.area.area > row.area.area) }
        for row in comparison.correlations { #expect((0.3..<1).contains(try #require(row.normal))) }
    }

    @Test func `the labels alone correlate methods that have nothing else in common`() throws {
        var invention = Invention(seed: 12)
        let lists = (0..<2).map { method in
            JointScores.List(
                name: "\(method)",
                images: (0..<800).map { index in
                    let isAbnormal = index % 2 == 0
                    return ScoredImage(
                        score: invention.bell() + (isAbnormal ? 2 : 0), isAbnormal: isAbnormal,
                        name: "\(index)")
                })
        }
        let row = try #require(try Invented.comparison(lists).correlations.first)
        let (normal, abnormal) = (try #require(row.normal), try #require(row.abnormal))
        // Without any correlation the standard error is 0.05 within a kind.
        #expect(try #require(row.all) > 0.4 && abs(normal) < 0.15 && abs(abnormal) < 0.15)
    }

    @Test func `equal pairs are the same for all, by the first list that knows the quantity`() throws {
        let other = density(lists[1]).values.map { 0.1 - $0 }
        let known = JointScores.List(
            name: "known", images: lists[1].images,
            trivial: [
                .init(name: "mean red", values: other), density(lists[1]),
                .init(name: "another", values: other.map { $0 * $0 }, tolerance: 1),
            ])
        let comparison = try Invented.comparison([lists[0], known])
        let matching = try #require(comparison.matching)
        #expect(matching.quantity == "mean optical density" && matching.tolerance == 0.015)
        #expect(matching.source == "known")
        let joint = try JointScores([lists[0], known])
        let values = try #require(joint.trivial.first { $0.quantity.tolerance != nil }?.quantity.values)
        for (row, method) in zip(comparison.methods, try joint.labeled()) {
            let samples = zip(method.scores.scores, values).map { ROC.Sample(score: $0, baseline: $1) }
            let labeled = Array(zip(samples, joint.isAbnormal))
            let expected = try #require(
                Naive.matchedArea(
                    normal: labeled.filter { !$0.1 }.map(\.0), abnormal: labeled.filter(\.1).map(\.0),
                    tolerance: 0.015))
            let matched = try #require(row.matched)
            #expect(matched.pairs == expected.pairs && matched.area == expected.area)
        }
        #expect(comparison.rankAverage.matched?.pairs == comparison.methods[0].matched?.pairs)
    }

    @Test func `without groups there is no bootstrap, and images of one kind are refused`() throws {
        let plain = try Invented.comparison(Invented.lists(2, grouped: false))
        #expect((plain.methods + [plain.rankAverage]).allSatisfy { $0.bootstrap == nil })
        #expect(plain.differences.allSatisfy { $0.bootstrap == nil && $0.area.p != nil })
        let normal = lists.map { list in list.with { $0.filter { !$0.isAbnormal } } }
        let joint = try JointScores(normal)
        #expect(throws: LabeledScoresError.noAbnormalImage) {
            try ModelComparison(title: "", scores: joint, settings: Invented.settings)
        }
    }
}
