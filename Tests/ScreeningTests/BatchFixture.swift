import Foundation
import Records
import Screening
import TestSupport

/// Runs batches on small slides with the built-in model.
struct BatchFixture {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    var output: String { folder.path + "/out" }

    func run(
        _ slides: [String], settings: ScreenSettings = ScreenSettings(), output: String? = nil,
        workers: Int = 2,
        overwrite: Bool = false, resolutions: ResolutionTable? = nil,
        progress: @escaping ProgressHandler = { _ in }
    ) async throws -> BatchRun.Report {
        let run = try BatchRun.screening(
            try SlideInputs.resolve(slides), settings: settings, model: try LoadedModel.load("he-lung-demo"),
            output: output ?? self.output, resolutions: resolutions, workers: workers, overwrite: overwrite)
        return try await run.run(progress: progress)
    }

    func text(_ name: String) throws -> String {
        try String(contentsOfFile: output + "/" + name, encoding: .utf8)
    }

    func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

    func table(_ name: String) throws -> [[String: String]] {
        let records = try CSV.records(in: try text(name))
        let header = records[0].fields
        return records.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0.fields)) }
    }
}
