import Foundation
import ImageFiles
import Synchronization
import TestSupport
import Training

/// Trainings from files to files, in a folder of their own.
protocol TrainingJobSuite {
    var folder: TemporaryFolder { get }
}

extension TrainingJobSuite {
    var data: String { folder.path + "/data" }

    func writeImages(_ count: Int, to path: String, seed: UInt64 = 40) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for number in 0..<count {
            let picture = texture(side: 24, seed: seed + UInt64(number))
            try Data(PNGFile.encode(picture)).write(to: URL(fileURLWithPath: "\(path)/\(number).png"))
        }
    }

    func job(
        _ training: TinyTraining = .plain, seed: Int = 3, data: String? = nil, output: String = "m"
    ) throws -> TrainingJob {
        var job = TrainingJob(
            configuration: try training.configuration(seed: seed), data: data ?? self.data,
            output: "\(folder.path)/\(output).safetensors", codeVersion: "test")
        job.workers = 2
        return job
    }

    func run(_ job: TrainingJob) async throws -> (report: TrainingReport, events: [TrainingJob.Event]) {
        let events = Mutex<[TrainingJob.Event]>([])
        let report = try await job.run { event in events.withLock { $0.append(event) } }
        return (report, events.withLock { $0 })
    }

    func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: folder.url.appendingPathComponent(name))
    }

    func results() -> [String] { folder.files().filter { !$0.hasPrefix("data/") } }
}
