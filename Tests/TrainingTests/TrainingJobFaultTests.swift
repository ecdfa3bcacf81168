import Foundation
import Records
import TestSupport
import Testing
import Training

/// What stands in a training's way: interruptions, other trainings, too little memory, full disks.
@Suite struct `Training jobs under adversity`: TrainingJobSuite {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try writeImages(12, to: data)
    }

    @Test func `a killed restart over an old model goes on`() async throws {
        _ = try await run(job())
        var other = try job(seed: 4)
        other.restarts = true
        other.checkpointInterval = .zero
        let interrupted = other
        let task = Task {
            try await interrupted.run { event in
                if case .making(.training(let progress)) = event, progress.step == 5 {
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(results().contains("m.checkpoint"))
        // The old training is refused: what lies there now is the beginning of another.
        await #expect(throws: CheckpointError.self) { try await run(job()) }
        let (report, events) = try await run(job(seed: 4))
        #expect(events.contains { if case .making(.resumed(step: 5)) = $0 { true } else { false } })
        let whole = try await run(job(seed: 4, output: "whole")).report
        #expect(report.sha256 == whole.sha256 && !results().contains("m.checkpoint"))
    }

    @Test func `images and network together must fit into the memory, before anything is read`() async throws
    {
        var job = try job()
        job.memoryLimit = 1
        let error = await #expect(throws: TrainingTooLarge.self) { try await run(job) }
        let need = try #require(error)
        // Ten fields of 20 px and two crops of 16 px; the network's own values for a batch, at least its input.
        #expect(need.images == 10 * 20 * 20 * 3 + 2 * 16 * 16 * 3 && need.program > 4 * 16 * 16 * 3 * 4)
        #expect(need.description.contains("MiB") && need.description.contains("--memory"))
        job.memoryLimit = need.images + need.program - 1
        await #expect(throws: TrainingTooLarge.self) { try await run(job) }
        #expect(results() == [".m.lock"])
        job.memoryLimit += 1
        #expect(try await run(job).report.updates == 9)
    }

    @Test func `larger batches and growing networks need more, and caches only take what is left`()
        async throws
    {
        func need(_ training: TinyTraining, batch: Int) async throws -> Int {
            var job = try job(training, output: "large")
            job.configuration = try TrainingConfiguration(yaml: training.yaml(batch: batch))
            job.memoryLimit = 1
            let large = job
            let error = await #expect(throws: TrainingTooLarge.self) { try await run(large) }
            return try #require(error).program
        }
        let (small, large) = (try await need(.plain, batch: 4), try await need(.plain, batch: 32))
        #expect(large > 5 * small && large < 10 * small)
        let others = (try await need(.growing, batch: 32), try await need(.pixels, batch: 32))
        #expect(others.0 > large && others.1 < large)
        var still = try job(.still, output: "still")
        let free = try await run(still).report
        still.memoryLimit = try await need(.still, batch: 4) + 12 * 16 * 16 * 3
        still.output = folder.path + "/tight.safetensors"
        #expect(try await run(still).report.sha256 == free.sha256)
    }

    @Test func `two trainings of one output exclude each other`() async throws {
        let lock = try FolderLock(folder: folder.path, file: ".m.lock")
        await #expect(throws: FolderLockError.self) { try await run(job()) }
        _ = consume lock
        #expect(try await run(job()).report.updates == 9)
    }

    @Test func `a checkpoint that cannot be written leaves the one before it whole`() async throws {
        var job = try job(.earlyStopping)
        job.checkpointInterval = .zero
        // The second checkpoint cannot be written: a folder has its provisional name.
        let interrupted = job
        let block = folder.path + "/m.checkpoint.part"
        await #expect(throws: FileError.self) {
            try await interrupted.run { event in
                guard case .making(.training(let progress)) = event, progress.step == 4 else { return }
                try? FileManager.default.createDirectory(atPath: block, withIntermediateDirectories: true)
            }
        }
        #expect(results().contains("m.checkpoint"))
        try FileManager.default.removeItem(atPath: block)
        let (report, events) = try await run(job)
        #expect(events.contains { if case .making(.resumed(step: 3)) = $0 { true } else { false } })
        #expect(try await run(self.job(.earlyStopping, output: "whole")).report.sha256 == report.sha256)
    }

    @Test func `a folder in the place of the model is known before the training`() async throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/m.safetensors", withIntermediateDirectories: true)
        await #expect(throws: FileError(.create, path: folder.path + "/m.safetensors", code: EISDIR)) {
            try await run(job())
        }
        #expect(!results().contains("m.loss.csv"))
    }
}
