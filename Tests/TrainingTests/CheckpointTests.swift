import Foundation
import Kernels
import Networks
import Records
import Tensors
import TestSupport
import Testing
import Training

/// A checkpoint taken apart, to be changed and put together again.
private struct CheckpointParts {
    var record: [String: Any]
    var tensors: NamedTensors

    private static let key = "wsi_screen_checkpoint"

    init(contentsOf path: String) throws {
        let file = try SafetensorsFile(contentsOf: URL(fileURLWithPath: path))
        let json = try #require(file.metadata[Self.key])
        record = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        tensors = try file.tensors(under: "")
    }

    /// - Parameter isSealed: whether the checksum is made to fit again.
    func write(to path: String, isSealed: Bool = true) throws {
        var record = record
        if isSealed { record["tensors"] = Checksum.sha256(SafetensorsWriter.encode(tensors)) }
        let json = String(decoding: try JSONSerialization.data(withJSONObject: record), as: UTF8.self)
        try Data(SafetensorsWriter.encode(tensors, metadata: [Self.key: json]))
            .write(to: URL(fileURLWithPath: path))
    }
}

private struct Interrupted: Error {}

@Suite struct `Checkpoints` {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/m.checkpoint" }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func trainer(
        _ training: TinyTraining = .earlyStopping, version: String = "1",
        switchKernels: (KernelPath) -> Bool = { _ in false }
    ) throws -> Trainer {
        try Trainer(
            training.configuration(), set: training.set(), checkpoint: path, codeVersion: version,
            team: .init(count: 1), switchKernels: switchKernels)
    }

    /// Leaves a checkpoint after so many updates.
    private func interrupt(_ training: TinyTraining = .earlyStopping, after updates: Int) throws {
        let trainer = try trainer(training)
        #expect(throws: Interrupted.self) {
            _ = try trainer.run(checkpointEvery: .zero) { log in
                if log.rows.count == updates { throw Interrupted() }
            }
        }
    }

    private func isDamaged(_ training: TinyTraining = .earlyStopping) -> Bool {
        do {
            _ = try trainer(training)
            return false
        } catch CheckpointError.damaged {
            return true
        } catch {
            Issue.record("\(error)")
            return false
        }
    }

    @Test(arguments: [
        ("phase", 2), ("phase", 3), ("phase", -1), ("phase", 0), ("update", 3), ("update", 15),
        ("update", -4), ("step", 7), ("step", 0), ("step", -1), ("step", Int.max),
    ])
    func `a position that the schedule does not have is refused`(field: String, value: Int) throws {
        try interrupt(after: 6)
        #expect(try trainer().progress.done == 6)
        var parts = try CheckpointParts(contentsOf: path)
        #expect(parts.record["phase"] as? Int == 1 && parts.record["update"] as? Int == 4)
        parts.record[field] = value
        try parts.write(to: path)
        #expect(isDamaged())
    }

    @Test(arguments: ["weights.", "moments.", "best.", "log."])
    func `tensors that are missing, renamed, misshapen or surplus are refused`(prefix: String) throws {
        try interrupt(after: 6)
        let whole = try CheckpointParts(contentsOf: path)
        try whole.write(to: path)
        #expect(try trainer().progress.done == 6)
        let name = try #require(whole.tensors.keys.sorted().first { $0.hasPrefix(prefix) })
        let tensor = try #require(whole.tensors[name])
        let longer = Tensor(shape: [tensor.values.count + 1], values: tensor.values + [0])
        for (removed, added) in [(name, [:]), (name, [name + "x": tensor]), (name, [name: longer])] {
            var parts = whole
            parts.tensors[removed] = nil
            parts.tensors.merge(added) { $1 }
            try parts.write(to: path)
            #expect(isDamaged(), "\(removed) \(added.keys)")
        }
        var surplus = whole
        surplus.tensors[prefix + "surplus"] = tensor
        try surplus.write(to: path)
        #expect(isDamaged())
        // All of a group: without moments Adam would begin anew in silence.
        var parts = whole
        for name in whole.tensors.keys where name.hasPrefix(prefix) { parts.tensors[name] = nil }
        try parts.write(to: path)
        #expect(isDamaged())
    }

    @Test func `a changed weight is noticed by the checksum`() throws {
        try interrupt(after: 6)
        var parts = try CheckpointParts(contentsOf: path)
        let name = try #require(parts.tensors.keys.first { $0.hasPrefix("weights.") })
        parts.tensors[name]?.values[0] += 1e-3
        try parts.write(to: path, isSealed: false)
        #expect(isDamaged())
    }

    @Test func `a finished training stands behind its last phase, also when it stopped early`() throws {
        for training in [TinyTraining.plain, .earlyStopping, .growing] {
            let network = try trainer(training).run()
            let again = try trainer(training)
            #expect(again.progress.done == network.log.rows.count)
            let isSame = try again.run().weights == network.weights
            #expect(isSame)
            try FileManager.default.removeItem(atPath: path)
        }
    }

    @Test func `a checkpoint of another version of the program or of the file is called that`() throws {
        try interrupt(after: 6)
        #expect(throws: CheckpointError.ofAnotherTraining(path: path)) { _ = try trainer(version: "2") }
        var parts = try CheckpointParts(contentsOf: path)
        parts.record = ["format": 1, "fingerprint": "", "log": "step,stage"]
        try parts.write(to: path)
        #expect(throws: CheckpointError.ofAnotherVersion(path: path)) { _ = try trainer() }
    }

    @Test func `sentences about damage are ours, without dumps of a library`() throws {
        for bytes in [[], [1, 2, 3], Array(SafetensorsWriter.encode([:], metadata: ["a": "b"]))] as [[UInt8]]
        {
            _ = try folder.file("m.checkpoint", bytes)
            let error = #expect(throws: CheckpointError.self) { _ = try trainer() }
            #expect(
                error?.description
                    == "the checkpoint '\(path)' cannot be used (it is incomplete or was changed); "
                    + "delete it, or give --restart")
        }
    }

    /// Kernels that this processor can run and would not choose.
    private static let otherKernels = KernelPath.allCases.first { path in
        path != .current && path.run({ path }) != nil
    }

    /// Kernels of the thread alone, so that tests beside this one keep theirs.
    @Test(.enabled(if: otherKernels != nil, "this processor runs one copy of the kernels only"))
    func `a training goes on with the kernels that it began with, to the same last digit`() throws {
        let other = try #require(Self.otherKernels)
        try #require(other.run { () throws in try interrupt(.plain, after: 5) })
        let whole = try #require(
            try other.run { () throws in
                try TinyTraining.train(TinyTraining.plain.configuration(), TinyTraining.set())
            })
        var asked: [KernelPath] = []
        let trainer = try trainer(.plain) { path in
            asked.append(path)
            return true
        }
        #expect(asked == [other] && trainer.switchedKernels == other && trainer.progress.done == 5)
        let network = try #require(try other.run { () throws in try trainer.run() })
        let isSame = network.weights == whole.weights && network.log == whole.log
        #expect(isSame)
    }

    @Test func `kernels that this processor cannot run are refused with the ways out`() throws {
        try interrupt(after: 6)
        #expect(try trainer().switchedKernels == nil)
        var parts = try CheckpointParts(contentsOf: path)
        parts.record["processor"] = "m68k baseline"
        try parts.write(to: path)
        let error = #expect(throws: CheckpointError.self) { _ = try trainer { _ in true } }
        #expect(error == .ofAnotherProcessor(path: path, kind: "m68k baseline"))
        #expect(error?.description.contains("--restart") == true)
        let foreign = try #require(KernelPath.allCases.first { $0 != .current })
        parts.record["processor"] = "\(ProcessorKind(foreign))"
        try parts.write(to: path)
        #expect(throws: CheckpointError.ofAnotherProcessor(path: path, kind: "\(ProcessorKind(foreign))")) {
            _ = try trainer { _ in false }
        }
    }
}
