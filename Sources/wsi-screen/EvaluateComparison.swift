import Evaluation
import Foundation
import Logging
import Records
import Screening
import Training

/// `evaluate` with several models or tables.
extension EvaluateImagesCommand {
    /// Compares all models and tables on the images that they share.
    func compare(_ logger: Logger) async throws {
        let sources = Self.names(model + table)
        var lists: [JointScores.List] = []
        if let data {
            let listing = try LabeledListing.read(manifest: data, part: split.part, columns: columns)
            for (model, name) in zip(model, sources) {
                let loaded = try ModelCommand.load(model, extractor: extractor)
                let evaluation = try await evaluation(listing.images, loaded, logger)
                warn(of: evaluation.leftOut, logger)
                lists.append(
                    JointScores.List(
                        name: name, images: evaluation.scoredImages,
                        trivial: evaluation.trivialQuantities))
            }
        }
        for (path, name) in zip(table, sources.dropFirst(model.count)) {
            let scored = try ScoredTable(contentsOf: path, columns: columns, part: split.part)
            lists.append(JointScores.List(name: name, images: scored.images, trivial: scored.trivial))
        }
        let comparison = try ModelComparison(
            title: "\(lists.count) lists of scores of the same images", scores: JointScores(lists),
            settings: .init(replicates: replicates, seed: seed))
        if let output { try write(comparison, to: output, logger) }
        Terminal.result(json ? try comparison.json() : comparison.markdown)
    }

    private func write(_ comparison: ModelComparison, to folder: String, _ logger: Logger) throws {
        let names = ["comparison.md", "comparison.json", "comparison.csv"]
        try AtomicFile.makeWritableFolder(folder)
        try FolderSettings.claim(folder, forCommand: "evaluate comparison", owned: names)
        let texts = [comparison.markdown, try comparison.json(), comparison.table]
        for (name, text) in zip(names, texts) {
            try AtomicFile.write([UInt8](text.utf8), to: "\(folder)/\(name)")
        }
        logger.info("\(folder)/comparison.md")
    }

    /// What each list is called: the last part of its path, or as much of the path as tells it from the others.
    static func names(_ paths: [String]) -> [String] {
        let short = paths.map { ($0 as NSString).lastPathComponent }
        return zip(paths, short).enumerated().map { index, pair in
            guard short.count(where: { $0 == pair.1 }) > 1 else { return pair.1 }
            let isRepeated = paths.count(where: { $0 == pair.0 }) > 1
            return isRepeated ? "\(pair.0) (\(index + 1))" : pair.0
        }
    }
}
