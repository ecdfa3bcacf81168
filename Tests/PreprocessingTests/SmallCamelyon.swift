import Camelyon
import Foundation
import Networks
import Preprocessing
import Records
import SyntheticSlides
import Staining
import TestSupport
import Tissue

/// The fixture of these tests: rendered once, copied for those that break it.
struct SmallCamelyon {
    static let set = MiniCamelyon(width: 3840, height: 3072)

    private static let rendered: Result<TemporaryFolder, any Error> = Result {
        let folder = try TemporaryFolder()
        try set.write(into: folder.url)
        return folder
    }

    let folder: TemporaryFolder
    var root: String { folder.path + "/set" }

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: Self.rendered.get().path, toPath: folder.path + "/set")
    }

    func place(_ path: String) -> URL { folder.url.appendingPathComponent(path) }

    static func settings(
        output: TileCutSettings.Output = .init(), isStained: Bool = false,
        sampling: TileCutSettings.Sampling? = .init(
            tissueRule: .otsu, minimumTissue: 0.7, tumorRule: .fraction(0.5), perSlide: 4)
    ) throws -> TileCutSettings {
        let stain = isStained ? try BuiltInModels.load(BuiltInModels.source).stainTarget : nil
        return TileCutSettings(
            version: "test", sampling: sampling,
            stain: stain.map { TileCutSettings.Stain(match: .vahadane, target: $0, source: "built-in") },
            output: output)
    }

    func job(
        _ output: String, _ settings: TileCutSettings? = nil, list: TileList? = nil,
        including: Set<String> = [],
        workers: Int = 2
    ) throws -> CamelyonPreprocessing {
        var chosen = try settings ?? Self.settings()
        if let list {
            chosen.sampling = nil
            chosen.list = .init(list)
        }
        var job = CamelyonPreprocessing(
            dataset: try CamelyonDataset(root: root, including: including), settings: chosen, list: list,
            output: folder.path + "/" + output)
        job.workers = workers
        return job
    }

    /// Contents of all files of an output folder, apart from the record, which holds times.
    func contents(_ output: String) throws -> [String: Data] {
        let names = folder.files().filter {
            $0.hasPrefix(output + "/") && !$0.hasSuffix("preprocess.json") && !$0.hasSuffix(".lock")
        }
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                (String($0.dropFirst(output.count + 1)), try Data(contentsOf: place($0)))
            })
    }

    /// The rows of a table, by the names of the header.
    func rows(_ path: String) throws -> [[String: String]] {
        let records = try CSV.records(in: String(contentsOf: place(path), encoding: .utf8))
        return records.dropFirst().map { record in
            Dictionary(zip(records[0].fields, record.fields)) { first, _ in first }
        }
    }
}
