import Foundation
import Records
import Search
import TestSupport
import Testing
import Training

@Suite struct `How many anomalies choose well` {
    private func run(
        _ fixture: SearchFixture, counts: [Int], kinds: [Int], repeats: Int = 5
    ) async throws -> AnomalyExperiment {
        let job = try fixture.job()
        _ = try await fixture.run(job)
        return try await AnomalyExperiment.run(
            job, try await job.finishedResults(), counts: counts, kinds: kinds, repeats: repeats
        ) { _, _ in }
    }

    @Test func `all anomalies choose what the search chooses, in every repetition`() async throws {
        let fixture = try SearchFixture.usual()
        let experiment = try await run(fixture, counts: [12], kinds: [2])
        let (results, events) = try await fixture.run(fixture.job())
        #expect(trainedFolds(events) == 0)
        let winner = try #require(results.ranking(.auc).first)
        #expect(experiment.cells.count == 1)
        #expect(experiment.cells[0].chosen == [Int](repeating: winner, count: 5))
        #expect(experiment.cells[0].areas.allSatisfy { $0 == experiment.byAll })
        #expect(experiment.best >= experiment.byAll ?? 2)
    }

    @Test func `no choice is better than the best, and the seed decides all`() async throws {
        let fixture = try SearchFixture.usual()
        let experiment = try await run(fixture, counts: [1, 3, 6], kinds: [1, 2])
        #expect(experiment.cells.flatMap(\.areas).allSatisfy { $0 <= experiment.best })
        #expect(try await run(fixture, counts: [1, 3, 6], kinds: [1, 2]) == experiment)
        // One anomaly cannot be of two kinds.
        #expect(experiment.cells.first { $0.anomalies == 1 && $0.kinds == 2 }?.areas.isEmpty == true)
        #expect(experiment.cells.first { $0.anomalies == 1 && $0.kinds == 1 }?.areas.count == 5)
        // Six of one kind are all of that kind.
        #expect(experiment.cells.first { $0.anomalies == 6 && $0.kinds == 1 }?.areas.count == 5)
        let table = try CSV.records(in: experiment.table)
        #expect(table.count == 1 + experiment.cells.reduce(0) { $0 + $1.areas.count })
    }

    @Test func `more anomalies than there are leave their place empty, and alone they are refused`()
        async throws
    {
        let fixture = try SearchFixture.usual()
        let experiment = try await run(fixture, counts: [2, 100], kinds: [1])
        #expect(experiment.cells[1].areas.isEmpty && experiment.markdown.contains("| -"))
        await #expect(throws: SearchError.tooFew(what: "anomalies of 3 or more kinds", wanted: 4, found: 12))
        {
            try await run(fixture, counts: [4], kinds: [3])
        }
    }

    @Test func `unfinished searches are sent back to the search`() async throws {
        let fixture = try SearchFixture.usual()
        await #expect(throws: SearchError.noSearch(path: fixture.output)) {
            try await fixture.job().finishedResults()
        }
        #expect(!FileManager.default.fileExists(atPath: fixture.output))
        _ = try await fixture.run(fixture.job())
        let wider = SearchFixture.grid.replacing("[[r12], [r22]]", with: "[[r12], [r22], [r32]]")
        await #expect(throws: SearchError.unfinished(trials: 2, of: 6)) {
            try await fixture.job(wider).finishedResults()
        }
    }

    @Test func `without test rows nothing can judge a choice`() async throws {
        var fixture = try SearchFixture.usual()
        fixture.rows.removeAll { $0.split == "test" }
        try fixture.writeManifest()
        await #expect(throws: SearchError.noTestImages) {
            try await run(fixture, counts: [1], kinds: [1])
        }
    }
}
