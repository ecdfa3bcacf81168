import Foundation
import Networks
import Pixels
import Tensors
import TestSupport
import Testing
import Training

@Suite struct `Schedules` {
    @Test func `growing goes through its stages with alpha from 1 over n to 1`() throws {
        let configuration = try TinyTraining.growing.configuration()
        let log = try TinyTraining.train(configuration, TinyTraining.set()).log
        #expect(
            log.rows.map(\.stage) == ["8", "8", "8", "fade 16", "fade 16", "fade 16"]
                + Array(repeating: "16", count: 4))
        #expect(log.rows.map { Float($0.alpha) } == [1, 1, 1, 1 / 3, 2 / 3, 1, 1, 1, 1, 1])
        #expect(log.rows.map(\.step) == Array(1...10))
        // The held-out images are looked at when the last stage ends.
        #expect(log.rows.filter { $0.heldOutLoss != nil }.map(\.step) == [10])
    }

    @Test func `the warm-up comes first and is judged by pixels`() throws {
        let set = try TinyTraining.set()
        let warm = try TinyTraining.train(TinyTraining.warmup.configuration(), set).log
        #expect(
            warm.rows.map(\.stage) == Array(repeating: "warmup", count: 4) + Array(repeating: "16", count: 6))
        let pixels = try TinyTraining.train(TinyTraining.pixels.configuration(), set).log
        #expect(warm.rows.prefix(4).map(\.loss) == pixels.rows.prefix(4).map(\.loss))
        let plain = try TinyTraining.train(TinyTraining.plain.configuration(), set).log
        #expect(plain.rows.first?.loss != pixels.rows.first?.loss)
    }

    @Test func `progress tells how far the phase is and whether it is the last`() throws {
        let configuration = try TinyTraining.growing.configuration()
        var seen: [TrainingProgress] = []
        _ = try Trainer(configuration, set: TinyTraining.set(), checkpoint: nil, team: WorkerTeam(count: 1))
            .run(progress: { seen.append($0) })
        #expect(seen.map(\.update) == [1, 2, 3, 1, 2, 3, 1, 2, 3, 4])
        #expect(seen.map(\.updates) == [3, 3, 3, 3, 3, 3, 4, 4, 4, 4])
        #expect(
            seen.map(\.isLastPhase) == Array(repeating: false, count: 6) + Array(repeating: true, count: 4))
    }

    @Test func `training lowers the loss`() throws {
        let yaml = TinyTraining.plain.yaml(schedule: "{iterations: 150}")
        let network = try TinyTraining.train(TrainingConfiguration(yaml: yaml), TinyTraining.set())
        let losses = network.log.rows.compactMap(\.loss)
        let (first, last) = (losses.prefix(5).reduce(0, +) / 5, losses.suffix(5).reduce(0, +) / 5)
        #expect(last < 0.8 * first)
        let looks = network.log.rows.compactMap(\.heldOutLoss)
        #expect(network.log.rows.last?.heldOutLoss == network.heldOutLoss && looks.count == 3)
    }

    /// With a rate at which the loss soon rises again, the best weights are not the last ones.
    @Test func `early stopping ends in time and keeps the best weights`() throws {
        let set = try TinyTraining.set()
        let stopping = "{early_stopping: {check_every: 3, patience: 2, minimum_gain: 0.0, limit: 400}}"
        let configuration = try TrainingConfiguration(
            yaml: TinyTraining.plain.yaml(schedule: stopping, rate: 0.03))
        let network = try TinyTraining.train(configuration, set)
        let looks = network.log.rows.filter { $0.heldOutLoss != nil }
        let best = try #require(looks.min { $0.heldOutLoss ?? 0 < $1.heldOutLoss ?? 0 })
        let last = try #require(looks.last)
        #expect(last.step < 400 && last.step == best.step + 6 && network.log.rows.last == last)
        #expect(network.heldOutLoss == best.heldOutLoss)
        let fixed = try TrainingConfiguration(
            yaml: TinyTraining.plain.yaml(schedule: "{iterations: \(best.step)}", rate: 0.03))
        let isBest = try TinyTraining.train(fixed, set).weights == network.weights
        #expect(isBest)
    }

    @Test func `what is no number is no gain, and small falls are none`() {
        var state = EarlyStoppingState()
        let losses: [Float] = [.nan, 1, 0.995, .infinity, 0.98, .nan]
        #expect(losses.map { state.isGain($0, minimum: 0.01) } == [false, true, false, false, true, false])
        #expect(state == EarlyStoppingState(best: 0.98, checksWithoutGain: 1))
    }

    @Test func `a limit that is no multiple of the checks ends with a look`() throws {
        let stopping = "{early_stopping: {check_every: 50, patience: 2, limit: 7}}"
        let configuration = try TrainingConfiguration(yaml: TinyTraining.plain.yaml(schedule: stopping))
        let network = try TinyTraining.train(configuration, TinyTraining.set())
        #expect(network.log.rows.filter { $0.heldOutLoss != nil }.map(\.step) == [7])
    }

    @Test func `of many held-out images some of all parts of the list are looked at`() throws {
        #expect(HeldOutLoss.indices(of: 5) == [0, 1, 2, 3, 4])
        #expect(HeldOutLoss.indices(of: 512) == Array(0..<512))
        #expect(HeldOutLoss.indices(of: 1_024) == Array(stride(from: 0, to: 1_024, by: 2)))
        for count in [513, 600, 2_000, 99_991] {
            let indices = HeldOutLoss.indices(of: count)
            let gaps = Set(zip(indices.dropFirst(), indices).map { $0 - $1 })
            #expect(indices.count == 512 && indices.first == 0 && gaps.count <= 2)
            #expect(
                gaps.allSatisfy { abs($0 * 512 - count) < 512 } && count - indices[511] <= count / 512 + 1)
        }
    }

    /// Two lists whose first 512 images are alike.
    @Test(arguments: [TinyTraining.plain, .still])
    func `images behind the first 512 count, too, cached or not`(training: TinyTraining) throws {
        let configuration = try training.configuration()
        func loss(seed: UInt64, cache: Int = 1 << 30) throws -> Float? {
            let set = try training.set()
            let size = set.heldOut.side
            let pixels = (0..<700).flatMap { number in
                texture(side: size, seed: number < 512 ? 1 : seed).pixels
            }
            let many = TrainingSet(
                training: set.training,
                heldOut: PreparedImages(
                    side: size, channels: 3, names: (0..<700).map(String.init), pixels: pixels),
                extractor: set.extractor, stainTarget: nil, description: "", licence: "")
            return try TinyTraining.train(configuration, many, featureCacheLimit: cache).heldOutLoss
        }
        let (one, other) = (try loss(seed: 2), try loss(seed: 3))
        #expect(one != nil && one != other)
        #expect(try loss(seed: 2, cache: 0) == one)
    }

    @Test func `a loss that explodes ends the training with the fix`() throws {
        let yaml = TinyTraining.plain.yaml(schedule: "{iterations: 300}", rate: 1)
            .replacing("learning_rate: 1.0", with: "learning_rate: 1")
        let configuration = try TrainingConfiguration(yaml: yaml)
        let set = try TinyTraining.set()
        let error = #expect(throws: TrainingError.self) { _ = try TinyTraining.train(configuration, set) }
        #expect(error?.description.contains("optimizer.learning_rate") == true)
    }

    @Test(arguments: [(1, 1), (2, 1), (3, 3)])
    func `fewer images than a batch are enough`(training: Int, heldOut: Int) throws {
        let set = try TinyTraining.set(training: training, heldOut: heldOut)
        for kind in [TinyTraining.plain, .growing] {
            let configuration = try kind.configuration()
            let network = try TinyTraining.train(configuration, set)
            let result = try TinyTraining.result(of: network, configuration, set)
            #expect(result.table.split(separator: "\n").count > 9)
        }
    }
}
