import Foundation
import Tensors
import TestSupport
import Testing
import Training

@Suite struct `Reproducible training` {
    @Test(arguments: TinyTraining.allCases)
    func `the number of workers changes no byte`(training: TinyTraining) throws {
        let one = try training.result()
        for workers in [2, 3] {
            let isSame = try training.result(workers: workers) == one
            #expect(isSame, "\(workers) workers")
        }
    }

    @Test(arguments: TinyTraining.allCases)
    func `twice is the same, another seed is not`(training: TinyTraining) throws {
        let first = try training.result()
        let (isSame, isOther) = (
            try training.result() == first, try training.result(seed: 4).model != first.model
        )
        #expect(isSame && isOther)
    }

    @Test(arguments: TinyTraining.allCases)
    func `cancelled after any update and resumed is the same`(training: TinyTraining) async throws {
        let whole = try training.result()
        let updates = whole.table.split(separator: "\n").count - 1
        let folder = try TemporaryFolder()
        for step in 1...updates {
            let path = folder.path + "/\(step).checkpoint"
            let (result, interruptions) = try await training.resumedResult(checkpoint: path) { $0 == step }
            let isSame = result == whole
            #expect(isSame && interruptions <= 1, "cancelled after update \(step)")
            // The last update is followed by nothing that could be cancelled.
            if step < updates { #expect(interruptions == 1) }
        }
    }

    @Test(arguments: TinyTraining.allCases)
    func `cancelled after every update it still arrives at the same`(training: TinyTraining) async throws {
        let whole = try training.result()
        let folder = try TemporaryFolder()
        let (result, interruptions) = try await training.resumedResult(
            checkpoint: folder.path + "/m.checkpoint"
        ) { _ in true }
        let isSame = result == whole
        #expect(isSame && interruptions >= 7)
    }

    @Test func `features computed once give the same as features computed at each update`() throws {
        let (cached, fresh) = (
            try TinyTraining.still.result(), try TinyTraining.still.result(featureCacheLimit: 0)
        )
        let isSame = cached == fresh
        #expect(isSame)
    }

    @Test func `only images that are always seen alike are cached, and only if they fit`() throws {
        for training in TinyTraining.allCases {
            let (configuration, set) = (try training.configuration(), try training.set())
            let phases = configuration.phases
            // r22 of 16 px: 8 x 8 x 64 floats.
            let bytes = (set.training.count + set.heldOut.count) * 8 * 8 * 64 * 4
            let suits = try phases.map {
                [
                    try FeatureCache.suits(configuration, $0, set, limit: bytes),
                    try FeatureCache.suits(configuration, $0, set, limit: bytes - 1),
                ]
            }
            #expect(suits == [[training == .still, false]] || training != .still)
            #expect(training == .still || !suits.joined().contains(true))
        }
    }

    @Test(arguments: TinyTraining.allCases)
    func `the configuration in a model makes the model again`(training: TinyTraining) throws {
        let configuration = try training.configuration()
        let read = try TrainingConfiguration(yaml: configuration.json())
        #expect(read == configuration)
    }

    @Test func `a checkpoint of other images, another configuration or a damaged one is refused`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.checkpoint"
        let (configuration, set) = (try TinyTraining.plain.configuration(), try TinyTraining.set())
        _ = try Trainer(configuration, set: set, checkpoint: path, team: .init(count: 1)).run()
        let finished = try Trainer(configuration, set: set, checkpoint: path, team: .init(count: 1))
        #expect(finished.progress.done == 9)
        let others = [
            (try TinyTraining.plain.configuration(seed: 5), set),
            (configuration, try TinyTraining.set(training: 18)),
            (configuration, try TinyTraining.set(heldOut: 4)),
        ]
        for (configuration, set) in others {
            #expect(throws: CheckpointError.ofAnotherTraining(path: path)) {
                _ = try Trainer(configuration, set: set, checkpoint: path, team: .init(count: 1))
            }
            let anew = try Trainer(
                configuration, set: set, checkpoint: path, resumes: false, team: .init(count: 1))
            #expect(anew.progress.done == 0)
        }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for length in [0, 7, 100, bytes.count / 2, bytes.count - 1] {
            try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
            #expect {
                _ = try Trainer(configuration, set: set, checkpoint: path, team: .init(count: 1))
            } throws: { error in
                if case CheckpointError.damaged = error { true } else { false }
            }
        }
    }
}
