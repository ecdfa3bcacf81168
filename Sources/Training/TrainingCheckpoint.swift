internal import Foundation
internal import Networks
internal import Records

/// A training state on disk: one safetensors file, written whole or not at all.
struct TrainingCheckpoint {
    let path: String
    /// Identity of configuration, images and extractor: a checkpoint of another training is not taken up.
    let fingerprint: String

    private static let recordKey = "wsi_screen_checkpoint"
    /// Version of the file's layout.
    private static let format = 1

    /// What stands in the header.
    private struct Record: Codable {
        let format: Int
        let fingerprint: String
        let phase: Int
        let update: Int
        let step: Int
        let stopping: EarlyStoppingState
        let log: String
    }

    func save(_ state: TrainingState) throws {
        var tensors: NamedTensors = [:]
        for (prefix, group) in Self.groups(state) {
            for (name, tensor) in group { tensors["\(prefix).\(name)"] = tensor }
        }
        let record = Record(
            format: Self.format, fingerprint: fingerprint, phase: state.phase, update: state.update,
            step: state.step,
            stopping: state.stopping, log: state.log.csv)
        let json = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
        try AtomicFile.write(
            SafetensorsWriter.encode(tensors, metadata: [Self.recordKey: json]), to: path)
    }

    private static func groups(_ state: TrainingState) -> [(String, NamedTensors)] {
        [("weights", state.weights), ("moments", state.moments), ("best", state.bestWeights)]
    }

    /// The saved state; nil if there is none.
    ///
    /// - Throws: ``CheckpointError`` if the file is damaged or belongs to another training.
    func load() throws(CheckpointError) -> TrainingState? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let file: SafetensorsFile
        let record: Record
        do {
            file = try SafetensorsFile(contentsOf: URL(fileURLWithPath: path))
            record = try JSONDecoder().decode(
                Record.self, from: Data((file.metadata[Self.recordKey] ?? "").utf8))
        } catch {
            throw .damaged(path: path, reason: "\(error)")
        }
        guard record.format == Self.format, record.fingerprint == fingerprint else {
            throw .ofAnotherTraining(path: path)
        }
        do {
            return TrainingState(
                phase: record.phase, update: record.update, step: record.step,
                weights: try file.tensors(under: "weights."), moments: try file.tensors(under: "moments."),
                stopping: record.stopping, bestWeights: try file.tensors(under: "best."),
                log: try LossLog(csv: record.log))
        } catch {
            throw .damaged(path: path, reason: "\(error)")
        }
    }
}

/// Why a checkpoint is not taken up.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
    case damaged(path: String, reason: String)
    case ofAnotherTraining(path: String)

    public var description: String {
        switch self {
        case .damaged(let path, let reason):
            "the checkpoint '\(path)' cannot be read (\(reason)); delete it, or give --restart"
        case .ofAnotherTraining(let path):
            "the checkpoint '\(path)' belongs to another configuration, other images or another extractor; "
                + "give --restart to begin anew, or another output"
        }
    }
}
