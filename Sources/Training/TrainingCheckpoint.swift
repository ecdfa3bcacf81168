internal import Foundation
internal import Networks
internal import Records

/// A training state on disk: one safetensors file, written whole or not at all.
struct TrainingCheckpoint {
    let path: String
    let configuration: TrainingConfiguration
    /// Identity of the training: a checkpoint of another one is not taken up.
    let fingerprint: String

    private static let recordKey = "wsi_screen_checkpoint"
    /// Version of the file's layout.
    private static let format = 2

    /// What stands in the header.
    private struct Record: Codable {
        let format: Int
        let fingerprint: String
        /// ``ProcessorKind`` that made it.
        let processor: String
        let phase: Int
        let update: Int
        let step: Int
        let stopping: EarlyStoppingState
        /// SHA-256 of a file of the tensors alone.
        let tensors: String
    }

    /// The part of the record that every version of it has.
    private struct Version: Decodable {
        let format: Int
    }

    /// What a checkpoint holds.
    struct Content {
        let state: TrainingState
        let processor: String
    }

    func save(_ state: TrainingState) throws {
        var tensors: NamedTensors = [:]
        for (prefix, group) in Self.groups(state) {
            for (name, tensor) in group { tensors[prefix + name] = tensor }
        }
        let record = Record(
            format: Self.format, fingerprint: fingerprint, processor: "\(ProcessorKind.current)",
            phase: state.phase, update: state.update, step: state.step, stopping: state.stopping,
            tensors: Self.digest(tensors))
        let json = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
        try AtomicFile.write(
            SafetensorsWriter.encode(tensors, metadata: [Self.recordKey: json]), to: path)
    }

    private static func groups(_ state: TrainingState) -> [(prefix: String, NamedTensors)] {
        [
            ("weights.", state.weights), ("moments.", state.moments), ("best.", state.bestWeights),
            ("log.", state.log.tensors),
        ]
    }

    private static func digest(_ tensors: NamedTensors) -> String {
        Checksum.sha256(SafetensorsWriter.encode(tensors))
    }

    /// What was saved; nil if there is nothing.
    ///
    /// - Throws: ``CheckpointError`` if the file is damaged or belongs to another training or version.
    func load() throws(CheckpointError) -> Content? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let file = try readFile()
        let record = try record(of: file)
        guard record.fingerprint == fingerprint else { throw .ofAnotherTraining(path: path) }
        let tensors: NamedTensors
        do throws(SafetensorsError) { tensors = try file.tensors(under: "") } catch { throw damaged }
        guard Self.digest(tensors) == record.tensors else { throw damaged }
        return Content(state: try state(record, tensors), processor: record.processor)
    }

    private func readFile() throws(CheckpointError) -> SafetensorsFile {
        do throws(SafetensorsError) {
            return try SafetensorsFile(contentsOf: URL(fileURLWithPath: path))
        } catch {
            if case .cannotRead = error {
                throw .damaged(path: path, reason: "the system does not let it be read")
            }
            throw damaged
        }
    }

    /// The version is looked at before anything else, so that a checkpoint of another one is called that.
    private func record(of file: SafetensorsFile) throws(CheckpointError) -> Record {
        let json = Data((file.metadata[Self.recordKey] ?? "").utf8)
        guard let version = try? JSONDecoder().decode(Version.self, from: json) else { throw damaged }
        guard version.format == Self.format else { throw .ofAnotherVersion(path: path) }
        guard let record = try? JSONDecoder().decode(Record.self, from: json) else { throw damaged }
        return record
    }

    private func state(_ record: Record, _ tensors: NamedTensors) throws(CheckpointError) -> TrainingState {
        func group(_ prefix: String) -> NamedTensors {
            tensors.reduce(into: [:]) { group, tensor in
                guard tensor.key.hasPrefix(prefix) else { return }
                group[String(tensor.key.dropFirst(prefix.count))] = tensor.value
            }
        }
        guard let log = LossLog(group("log."), updates: record.step, of: configuration) else {
            throw .damaged(path: path, reason: "its losses do not fit the number of updates")
        }
        let state = TrainingState(
            phase: record.phase, update: record.update, step: record.step, weights: group("weights."),
            moments: group("moments."), stopping: record.stopping, bestWeights: group("best."), log: log)
        if let clause = state.contradiction(with: configuration) {
            throw .damaged(path: path, reason: clause)
        }
        return state
    }

    private var damaged: CheckpointError { .damaged(path: path, reason: "it is incomplete or was changed") }
}
