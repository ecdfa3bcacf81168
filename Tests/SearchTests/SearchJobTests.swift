import Evaluation
import Foundation
import ImageFiles
import Networks
import Records
import Search
import TestSupport
import Testing
import Training

@Suite struct `Searches` {
    private func bytes(_ fixture: SearchFixture, _ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(fixture.output)/\(name)"))
    }

    private func conclude(_ job: SearchJob, _ results: SearchResults) async throws -> WinnerTraining.Outcome {
        try await WinnerTraining(job, results).run(training: { _ in }, evaluation: { _ in })
    }

    @Test func `the winner has the greatest mean area, counted by hand`() async throws {
        let fixture = try SearchFixture.usual()
        let (results, events) = try await fixture.run(fixture.job())
        #expect(results.trials.count == 4 && trainedFolds(events) == 12)
        var means: [Double] = []
        for trial in results.trials.indices {
            let areas = results.folds[trial].map { fold in
                var wins = 0.0
                for normal in fold.heldOut {
                    for anomaly in fold.anomalies {
                        wins += anomaly.score > normal.score ? 1 : anomaly.score == normal.score ? 0.5 : 0
                    }
                }
                return wins / Double(fold.heldOut.count * fold.anomalies.count)
            }
            let mean = areas.reduce(0, +) / 3
            means.append(mean)
            #expect(abs(try #require(results.score(trial).meanArea) - mean) < 1e-12)
            // Each fold is judged by its own normal images.
            for (fold, result) in results.folds[trial].enumerated() {
                #expect(result.heldOut.map(\.image) == results.data.heldOut(fold))
                #expect(result.anomalies.count == 12)
            }
        }
        let winner = try #require(results.ranking(.auc).first)
        #expect(means[winner] == means.max())
        let report = SearchReport(results, criterion: .auc)
        #expect(report.rows.map(\.rank) == [1, 2, 3, 4])
        #expect(
            report.winner?.values
                == results.trials[winner].places.enumerated().map {
                    results.configuration.axes[$0.offset].values[$0.element].label
                })
    }

    @Test func `a fold's model is the one that training on the other folds makes`() async throws {
        let fixture = try SearchFixture.usual()
        let (results, _) = try await fixture.run(fixture.job())
        let path = "\(fixture.output)/trials/\(results.identities[0].prefix(12))/fold-1.safetensors"
        let model = try ModelFile.load(URL(fileURLWithPath: path))
        #expect(model.record.metrics["training_images"] == Double(results.data.training(0).count))
        #expect(
            model.normalScores.sorted == results.folds[0][0].heldOut.map(\.score).sorted())
    }

    @Test func `the loss chooses without anomalies`() async throws {
        var fixture = try SearchFixture.usual()
        fixture.rows.removeAll { $0.label == "abnormal" && $0.split == "validation" }
        try fixture.writeManifest()
        var job = try fixture.job()
        job.criterion = .loss
        let (results, _) = try await fixture.run(job)
        let losses = results.trials.indices.map { trial in
            results.folds[trial].map { fold in
                fold.heldOut.reduce(0) { $0 + Double($1.score) } / Double(fold.heldOut.count)
            }.reduce(0, +) / 3
        }
        let winner = try #require(results.ranking(.loss).first)
        #expect(losses[winner] == losses.min())
        #expect(results.ranking(.auc).isEmpty)
        let outcome = try await conclude(job, results)
        #expect(outcome.test != nil)
    }

    @Test func `table, report and models do not depend on the number of workers`() async throws {
        var tables: [[Data]] = []
        for workers in [1, 3] {
            let fixture = try SearchFixture.usual()
            let job = try fixture.job(workers: workers)
            let (results, _) = try await fixture.run(job)
            _ = try await conclude(job, results)
            tables.append(
                try [
                    "trials.csv", "report.md", "report.json", "winner.safetensors", "winner.yaml",
                    "search.svg",
                ].map {
                    try bytes(fixture, $0)
                })
        }
        #expect(tables[0] == tables[1])
    }

    @Test func `a search goes on with what is finished, also when the grid grows`() async throws {
        let fixture = try SearchFixture.usual()
        let first = try await Finished(fixture)
        #expect(try await Finished(fixture).trained == 0)
        let record = "\(fixture.output)/trials/\(first.identities[2].prefix(12))/fold-2.json"
        try FileManager.default.removeItem(atPath: record)
        let again = try await Finished(fixture)
        #expect(again.trained == 1 && again.folds == first.folds)
        let wider = SearchFixture.grid.replacing("[[r12], [r22]]", with: "[[r12], [r22], [r32]]")
        #expect(trainedFolds(try await fixture.run(fixture.job(wider)).events) == 6)
    }

    @Test func `a damaged record is made again`() async throws {
        let fixture = try SearchFixture.usual()
        let first = try await Finished(fixture)
        let folder = "\(fixture.output)/trials/\(first.identities[0].prefix(12))"
        try Data("{".utf8).write(to: URL(fileURLWithPath: folder + "/fold-1.json"))
        try FileManager.default.removeItem(atPath: folder + "/fold-2.safetensors")
        let again = try await Finished(fixture)
        #expect(again.trained == 2 && again.folds == first.folds)
    }

    @Test func `other images are another search`() async throws {
        var fixture = try SearchFixture.usual()
        let first = try await fixture.run(fixture.job()).results.identities
        try fixture.add("n7", "normal", "train", group: "s7")
        try fixture.writeManifest()
        let second = try await fixture.run(fixture.job()).results.identities
        #expect(Set(first).isDisjoint(with: second))
    }

    @Test func `the winner's configuration trains the winner`() async throws {
        let fixture = try SearchFixture.usual()
        let job = try fixture.job()
        let (results, _) = try await fixture.run(job)
        let outcome = try await conclude(job, results)
        let yaml = String(decoding: try bytes(fixture, "winner.yaml"), as: UTF8.self)
        let winner = try #require(results.ranking(.auc).first)
        let configuration = try TrainingConfiguration(yaml: yaml)
        #expect(configuration == results.trials[winner].configuration)
        var training = TrainingJob(
            configuration: configuration, data: fixture.manifest,
            output: fixture.folder.path + "/winner.safetensors", codeVersion: "test")
        training.workers = 1
        let report = try await training.run { _ in }
        #expect(try report.sha256 == Checksum.sha256(ofFile: outcome.model))
        // Nothing of the test rows was trained on, and the report has their number.
        #expect(outcome.test?.normal == 6 && outcome.test?.abnormal == 6)
        #expect(report.trainingImages + report.heldOutImages == 24)
    }

    @Test func `another winner replaces the one of an earlier search`() async throws {
        let fixture = try SearchFixture.usual()
        let job = try fixture.job()
        _ = try await conclude(job, try await fixture.run(job).results)
        let other = try fixture.job(
            SearchFixture.grid.replacing("detector: [gaussian, deep-if]", with: "seed: [3]"))
        _ = try await conclude(other, try await fixture.run(other).results)
        let header = try ModelHeader(contentsOf: URL(fileURLWithPath: fixture.output + "/winner.safetensors"))
        #expect(header.record.training.seed == 3)
    }

    @Test func `a trial that fails is a row, and the search goes on`() async throws {
        let fixture = try SearchFixture.usual()
        let yaml = """
            base:
              input: {color: rgb, tile: 16, crop: 16, size: 16}
              network: {widths: 4, latent_channels: 4, latent_resolution: 4}
              extractor: {weights: built-in, taps: [r22]}
              optimizer: {learning_rate: 0.01, batch: 4}
              schedule: {iterations: 6}
            grid:
              loss: [perceptual, pixel_l1, {kind: mixture, pixel_weight: 0.1}]
              optimizer.learning_rate: [0.01, 1]
              schedule.iterations: [12]
            """
        let (results, events) = try await fixture.run(fixture.job(yaml))
        let failures = events.count { if case .failed = $0 { true } else { false } }
        let report = SearchReport(results, criterion: .auc)
        let complete = report.rows.count { $0.status == .complete }
        #expect(complete >= 3)
        #expect(report.rows.count == 6)
        #expect((failures > 0) == (complete < 6))
        #expect(report.rows.filter { $0.status == .failed }.allSatisfy { $0.reason != nil && $0.rank == nil })
        let lines = report.table.split(whereSeparator: \.isNewline)
        #expect(lines.count == 7)
    }

    @Test func `hopeless trials are not continued if that is asked for`() async throws {
        let fixture = try SearchFixture.usual()
        let (all, _) = try await fixture.run(fixture.job())
        let margin = 0.001
        let fresh = try SearchFixture.usual()
        let (some, events) = try await fresh.run(
            fresh.job(SearchFixture.grid + "\nabandon_behind: \(margin)"))
        let best = try #require(all.trials.indices.compactMap { all.score($0).areas[0] }.max())
        for trial in all.trials.indices {
            let first = try #require(all.score(trial).areas[0])
            #expect((some.abandoned[trial] == 1) == (first < best - margin))
        }
        let abandoned = events.count { if case .abandoned = $0 { true } else { false } }
        #expect(abandoned == some.abandoned.count { $0 != nil })
        #expect(trainedFolds(events) < 12 || abandoned == 0)
    }

    @Test func `a failed trial is not called abandoned, and an experiment goes on without hopeless ones`()
        async throws
    {
        let fixture = try SearchFixture.usual()
        let yaml = SearchFixture.grid + "\nabandon_behind: 0.001"
        _ = try await fixture.run(fixture.job(yaml))
        let results = try await fixture.job(yaml).finishedResults()
        #expect(results.trials.indices.contains(where: results.isComplete))
        for trial in results.trials.indices where results.abandoned[trial] != nil {
            #expect(results.folds[trial].allSatisfy { $0.failure == nil })
        }
        var job = try fixture.job(yaml)
        job.criterion = .loss
        let byLoss = job
        await #expect(throws: SearchError.abandonsByAnomalies) { try await fixture.run(byLoss) }
    }

    @Test func `the folder belongs to one search until its report is written`() async throws {
        let fixture = try SearchFixture.usual()
        let (results, _) = try await fixture.run(fixture.job())
        await #expect(throws: FolderLockError.self) { try await fixture.job().finishedResults() }
        #expect(results.trials.count == 4)
        _ = consume results
        #expect(try await fixture.job().finishedResults().trials.count == 4)
    }

    @Test func `another stain target at the same place is another search`() async throws {
        let fixture = try SearchFixture.usual()
        let yaml = SearchFixture.grid.replacing("size: 16}", with: "size: 16, stain: {target: t.png}}")
        let target = fixture.folder.url.appendingPathComponent("t.png")
        try Data(PNGFile.encode(SearchFixture.tissue(seed: 1))).write(to: target)
        let first = try await fixture.job(yaml).identities()
        #expect(try await fixture.job(yaml).identities() == first)
        try Data(PNGFile.encode(SearchFixture.tissue(seed: 2))).write(to: target)
        let second = try await fixture.job(yaml).identities()
        #expect(first.count == 4 && Set(first).isDisjoint(with: second))
    }

    @Test func `where training stops early, a fold's own images have no say`() async throws {
        let fixture = try SearchFixture.usual()
        let yaml = """
            base:
              input: {color: rgb, tile: 16, crop: 16, size: 16}
              network: {widths: 4, latent_channels: 4, latent_resolution: 4}
              extractor: {weights: built-in, taps: [r12]}
              optimizer: {learning_rate: 0.01, batch: 4}
              schedule: {early_stopping: {check_every: 2, patience: 1, minimum_gain: 0.01, limit: 8}}
              hold_out: 0.25
            grid: {seed: [1, 2]}
            """
        let job = try fixture.job(yaml)
        let (results, _) = try await fixture.run(job)
        let path = "\(fixture.output)/trials/\(results.identities[0].prefix(12))/fold-1.safetensors"
        let model = try ModelFile.load(URL(fileURLWithPath: path))
        // 16 images of four slides: one slide tells when to stop.
        #expect(model.record.metrics["training_images"] == 12)
        #expect(model.record.metrics["held_out_images"] == 4)
        #expect(results.folds[0][0].heldOut.map(\.image) == results.data.heldOut(0))
        _ = try await conclude(job, results)
        let winner = try TrainingConfiguration(
            yaml: String(decoding: try bytes(fixture, "winner.yaml"), as: UTF8.self))
        let index = try #require(results.ranking(.auc).first)
        let mean = results.folds[index].reduce(0.0) { $0 + Double($1.updates) } / 3
        #expect(winner.schedule.length == .iterations(Int(mean.rounded())))
    }

    @Test func `the hold-out names a trial only where it tells when to stop`() async throws {
        let fixture = try SearchFixture.usual()
        let stopping = SearchFixture.grid
            .replacing("detector: gaussian", with: "detector: dpa")
            .replacing("detector: [gaussian, deep-if]", with: "seed: [1]")
            .replacing(
                "base:",
                with: """
                    base:
                      network: {widths: 4, latent_channels: 4, latent_resolution: 4}
                      schedule: {early_stopping: {check_every: 2, limit: 4}}
                    """)
        func identities(_ yaml: String, _ holdOut: Double) async throws -> [String] {
            let text = yaml.replacing("grid:", with: "  hold_out: \(holdOut)\ngrid:")
            return try await fixture.job(text).identities()
        }
        #expect(try await identities(stopping, 0.1) != identities(stopping, 0.4))
        #expect(try await identities(SearchFixture.grid, 0.1) == identities(SearchFixture.grid, 0.4))
    }

    @Test func `a model that was damaged is trained again`() async throws {
        let fixture = try SearchFixture.usual()
        let first = try await fixture.run(fixture.job()).results.identities[0]
        let path = "\(fixture.output)/trials/\(first.prefix(12))/fold-2.safetensors"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.dropLast(5).write(to: URL(fileURLWithPath: path))
        #expect(trainedFolds(try await fixture.run(fixture.job()).events) == 1)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == whole)
    }

    @Test func `too little memory is said before anything is compared`() async throws {
        let fixture = try SearchFixture.usual()
        var job = try fixture.job()
        job.memoryLimit = 1 << 12
        let small = job
        await #expect(throws: TrainingTooLarge.self) { try await fixture.run(small) }
    }

    @Test func `images that cannot be used are listed and not counted`() async throws {
        var fixture = try SearchFixture.usual()
        for name in ["a0", "n0-0"] {
            try Data("no image \(name)".utf8).write(
                to: fixture.folder.url.appendingPathComponent("\(name).png"))
        }
        fixture.rows.sort { $0.file < $1.file }
        try fixture.writeManifest()
        var job = try fixture.job()
        job.maximumBad = .fraction(0.2)
        let (results, _) = try await fixture.run(job)
        let listed = try CSV.records(in: String(decoding: bytes(fixture, "bad-images.csv"), as: UTF8.self))
        #expect(Set(listed.dropFirst().map { $0.fields[0] }) == ["a0.png", "n0-0.png"])
        let report = SearchReport(results, criterion: .auc)
        #expect(report.normals == 23 && report.anomalies == 11 && report.unusable == 2)
    }

    @Test func `the list of images that cannot be used outlives a run that has nothing left to do`()
        async throws
    {
        let fixture = try SearchFixture.usual()
        try Data("no image".utf8).write(to: fixture.folder.url.appendingPathComponent("n0-0.png"))
        var job = try fixture.job()
        job.maximumBad = .count(1)
        for _ in 0..<2 {
            _ = try await fixture.run(job).events
            #expect(try bytes(fixture, "bad-images.csv").count > 20)
        }
    }

    @Test func `the table takes names apart`() async throws {
        let fixture = try SearchFixture.usual()
        let (results, _) = try await fixture.run(fixture.job())
        let report = SearchReport(results, criterion: .auc)
        let records = try CSV.records(in: report.table)
        #expect(records[0].fields.prefix(5) == ["rank", "trial", "status", "detector", "extractor.taps"])
        #expect(records.dropFirst().allSatisfy { $0.fields.count == records[0].fields.count })
        #expect(records[1].fields[0] == "1")
    }
}

/// What a run left, without its hold on the folder.
private struct Finished {
    let identities: [String]
    let folds: [[FoldResult]]
    /// Folds that were trained.
    let trained: Int

    init(_ fixture: SearchFixture) async throws {
        let (results, events) = try await fixture.run(fixture.job())
        (identities, folds, trained) = (results.identities, results.folds, trainedFolds(events))
    }
}
