import Foundation
import ImageFiles
import Networks
import Records
import Synchronization
import TestSupport
import Testing
import Training

/// From files to files.
@Suite struct `Training jobs`: TrainingJobSuite {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try writeImages(12, to: data)
    }

    @Test func `a training leaves model, card, table and picture`() async throws {
        let (report, _) = try await run(job())
        #expect(results() == [".m.lock", "m.loss.csv", "m.loss.png", "m.md", "m.safetensors"])
        #expect(try report.sha256 == Checksum.sha256(ofFile: folder.path + "/m.safetensors"))
        #expect(report.updates == 9 && report.trainingImages == 10 && report.heldOutImages == 2)
        #expect(report.badImages == 0 && report.heldOutLoss != nil)
        let curve = try PNGFile.read(folder.url.appendingPathComponent("m.loss.png"))
        let log = try LossLog(csv: String(decoding: bytes("m.loss.csv"), as: UTF8.self))
        let isCurve = curve == LossCurve(log, title: "plain").draw()
        #expect(log.rows.count == 9 && isCurve)
        let loss = try #require(report.finalLoss)
        let mean = log.rows.compactMap(\.loss).reduce(0) { $0 + Double($1) } / 9
        #expect(abs(loss - mean) < 1e-9)
        // The held-out scores are the loss of the held-out images, one by one.
        let scores = try ModelFile.load(folder.url.appendingPathComponent("m.safetensors")).normalScores
            .sorted
        let heldOut = try #require(report.heldOutLoss)
        #expect(abs(Double(scores.reduce(0, +)) / 2 - heldOut) < 1e-5 * heldOut)
        let card = String(decoding: try bytes("m.md"), as: UTF8.self)
        #expect(card.contains("| held out | 2 images |") && card.contains("| updates | 9 with batches of 4"))
    }

    @Test(arguments: TinyTraining.allCases)
    func `the configuration in the model makes the same model again`(training: TinyTraining) async throws {
        let first = try await run(job(training)).report
        let header = try ModelHeader(contentsOf: folder.url.appendingPathComponent("m.safetensors"))
        var again = try job(training, output: "again")
        again.configuration = try TrainingConfiguration(yaml: try #require(header.configuration))
        #expect(try await run(again).report.sha256 == first.sha256)
        let isSame = try bytes("m.loss.csv") == bytes("again.loss.csv") && bytes("m.md") == bytes("again.md")
        #expect(isSame)
    }

    @Test func `a finished training is left alone, another one is not overwritten`() async throws {
        let first = try await run(job()).report
        let before = try bytes("m.safetensors")
        let second = try await run(job())
        #expect(second.report == first)
        #expect(second.events.contains { if case .finishedEarlier = $0 { true } else { false } })
        let path = folder.path + "/m.safetensors"
        await #expect(throws: ModelInTheWay(path: path)) { try await run(job(seed: 4)) }
        // Same configuration, other images.
        try writeImages(1, to: data, seed: 900)
        await #expect(throws: ModelInTheWay(path: path)) { try await run(job()) }
        let isUntouched = try bytes("m.safetensors") == before
        #expect(isUntouched)
        var anew = try job()
        anew.restarts = true
        #expect(try await run(anew).report.sha256 != first.sha256)
        // What is no model at all is not overwritten, either.
        _ = try folder.file("other.safetensors", [1, 2, 3])
        await #expect(throws: ModelInTheWay.self) { try await run(job(output: "other")) }
        #expect(try bytes("other.safetensors").count == 3)
    }

    @Test func `bad images of both parts are listed and counted together`() async throws {
        _ = try folder.file("data/broken.png", [1, 2, 3])
        _ = try folder.file("data/a=b,c.png", Array(Data("\u{89}PNG nonsense".utf8)))
        try Data(PNGFile.encode(texture(side: 5, seed: 1))).write(
            to: folder.url.appendingPathComponent("data/small.png"))
        var job = try job()
        for (allowance, isAllowed) in [
            (BadImageAllowance.count(2), false), (.fraction(0.19), false), (.fraction(0.2), true),
            (.count(3), true),
        ] {
            job.maximumBad = allowance
            job.restarts = true
            if isAllowed {
                let (report, events) = try await run(job)
                #expect(report.badImages == 3 && report.trainingImages + report.heldOutImages == 12)
                #expect(events.contains { if case .bad(let bad, _) = $0 { bad.count == 3 } else { false } })
            } else {
                await #expect {
                    try await run(job)
                } throws: { error in
                    if case PreparationError.tooManyBad(3, 15, _) = error { true } else { false }
                }
            }
            let table = String(decoding: try bytes("m.bad-images.csv"), as: UTF8.self)
            let rows = try CSV.records(in: table).map(\.fields)
            #expect(rows.first == ["file", "reason", "message"] && rows.count == 4)
            #expect(Set(rows.dropFirst().map { $0[0] }) == ["broken.png", "a=b,c.png", "small.png"])
            #expect(rows.contains { $0[0] == "small.png" && $0[1] == "too_small" && $0[2].contains("5 x 5") })
        }
        for name in ["broken.png", "a=b,c.png", "small.png"] {
            try FileManager.default.removeItem(atPath: data + "/" + name)
        }
        _ = try await run(job)
        #expect(!results().contains("m.bad-images.csv"))
    }

    @Test func `images that are all bad are listed, too`() async throws {
        let bad = folder.path + "/bad"
        try FileManager.default.createDirectory(atPath: bad, withIntermediateDirectories: true)
        for number in 0..<4 { _ = try folder.file("bad/\(number).png", [UInt8(number)]) }
        await #expect(throws: PreparationError.self) { try await run(job(data: bad)) }
        let table = String(decoding: try bytes("m.bad-images.csv"), as: UTF8.self)
        // Three to train on; the one held out is not looked at any more.
        #expect(table.split(separator: "\n").count == 4 && table.contains(".png,corrupt,"))
    }

    @Test func `the same stain target in another place makes no other training`() async throws {
        let slides = folder.path + "/slides"
        for name in ["slides", "one", "other"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        }
        for number in 0..<6 {
            _ = try folder.file(
                "slides/\(number).png", PNGFile.encode(tissue(side: 64, seed: UInt64(60 + number))))
        }
        for (name, seed) in [("one/target", 3), ("other/copy", 3), ("other/target", 4)] {
            _ = try folder.file("\(name).png", PNGFile.encode(tissue(side: 64, seed: UInt64(seed))))
        }
        func job(_ target: String) throws -> TrainingJob {
            var job = try self.job(data: slides)
            let input = "tile: 64, tile_resolution_um: 1, crop: 64, size: 16, stain: {target: \(target).png}"
            job.configuration = try TrainingConfiguration(
                yaml: TinyTraining.plain.yaml().replacing("tile: 20, crop: 16, size: 16", with: input))
            job.configurationFolder = folder.url
            return job
        }
        let first = try await run(job("one/target")).report
        let (again, events) = try await run(job("other/copy"))
        #expect(again == first)
        #expect(events.contains { if case .finishedEarlier = $0 { true } else { false } })
        await #expect(throws: ModelInTheWay.self) { try await run(job("other/target")) }
        // The model says what the user wrote.
        let header = try ModelHeader(contentsOf: folder.url.appendingPathComponent("m.safetensors"))
        #expect(header.configuration?.contains("one/target.png") == true)
    }

    @Test func `the curve of a training among its images is not learned from`() async throws {
        var job = try job(output: "data/m")
        job.checkpointInterval = .zero
        let inside = job
        let task = Task {
            try await inside.run { event in
                if case .making(.training(let progress)) = event, progress.step == 5 {
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(folder.files().contains("data/m.loss.png"))
        let report = try await run(job).report
        #expect(report.trainingImages == 10 && report.updates == 9)
        #expect(try await run(job).report == report)
        #expect(try await run(self.job(output: "data/other")).report.sha256 == report.sha256)
    }

    @Test func `while training the table and the picture follow the checkpoints`() async throws {
        var job = try job()
        job.checkpointInterval = .zero
        let path = folder.path
        let rows = Mutex<[Int]>([])
        _ = try await job.run { event in
            guard case .making(.training(let progress)) = event, progress.step > 1 else { return }
            let table = (try? String(contentsOfFile: path + "/m.loss.csv", encoding: .utf8)) ?? ""
            let isDrawn = FileManager.default.fileExists(atPath: path + "/m.loss.png")
            rows.withLock { $0.append(isDrawn ? table.split(separator: "\n").count - 1 : -1) }
        }
        #expect(rows.withLock { $0 } == Array(1...8))
    }
}
