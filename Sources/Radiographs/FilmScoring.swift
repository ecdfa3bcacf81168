internal import Flow
internal import Foundation
public import Networks
internal import Records
internal import Training

/// Scores films: read -> prepare -> score, through bounded queues, and writes `scores.csv`, heatmaps if they are asked
/// for, and `scores.json` last.
public struct FilmScoring: Sendable {
    public let films: [FilmListing.Film]
    public let model: ScreeningModel
    /// SHA-256 of the model file.
    public let modelSHA256: String
    public let output: String
    public let version: String
    public var drawsHeatmaps = false
    /// Replace scores made with another model or of other films.
    public var overwrite = false
    public var workers = CoreCount.available

    private static let header = [
        "file", "label", "split", "patient", "findings", "status", "score", "percentile", "heatmap", "reason",
    ]
    private static let heatmapFolder = "heatmaps"
    private static let table = "scores.csv"

    /// - Throws: ``FilmModelError`` if the model was made for slides.
    public init(
        films: [FilmListing.Film], model: ScreeningModel, modelSHA256: String, output: String, version: String
    ) throws(FilmModelError) {
        guard model.record.recipe.tileResolution == nil else { throw .forSlides(name: model.record.name) }
        self.films = films
        self.model = model
        self.modelSHA256 = modelSHA256
        self.output = output
        self.version = version
    }

    /// What the scores in a folder were made with.
    private struct Settings: Codable {
        let version: String
        let model: String
        let heatmaps: Bool
        let films: String
    }

    /// - Parameter progress: films done, and how many of them cannot be used.
    /// - Throws: `FileError`, `FolderInTheWay`, `FolderLockError`, `ScoringError`, `CancellationError`.
    public func run(progress: (_ done: Int, _ bad: Int) -> Void = { _, _ in }) async throws -> FilmScoreRecord
    {
        try AtomicFile.makeWritableFolder(output)
        let lock = try FolderLock(folder: output)
        let list = films.map { "\($0.name),\($0.label),\($0.split),\($0.patient),\($0.findings)\n" }.joined()
        try FolderSettings.claim(
            output,
            for: Settings(
                version: version, model: modelSHA256, heatmaps: drawsHeatmaps,
                films: Checksum.sha256(Array(list.utf8))),
            results: "scores", owned: [FilmScoreRecord.fileName, Self.table, Self.heatmapFolder],
            overwrite: overwrite)
        let earlier = earlierHeatmaps
        try AtomicFile.remove(output + "/" + FilmScoreRecord.fileName)
        if drawsHeatmaps { try AtomicFile.makeFolder(output + "/" + Self.heatmapFolder) }
        var (scored, stages) = try await scoredFilms(progress: progress)
        scored.sort { $0.index < $1.index }
        let text = Array(table(scored.map(\.outcome)).utf8)
        try AtomicFile.write(text, to: output + "/" + Self.table)
        let names = heatmapNames
        var files = [Self.table: Checksum.sha256(text)]
        for film in scored { files[names[film.index]] = film.heatmap }
        files = files.filter { !$0.value.isEmpty }
        // Of films that have become unreadable since they were drawn.
        for name in earlier where files[name] == nil { try AtomicFile.remove(output + "/" + name) }
        let count = scored.count { if case .success = $0.outcome { true } else { false } }
        let record = FilmScoreRecord(
            version: version, model: model.record.name, modelSHA256: modelSHA256, films: films.count,
            scored: count, unreadable: films.count - count, stages: stages, files: files)
        try AtomicFile.write(try JSONText.encode(record), to: output + "/" + FilmScoreRecord.fileName)
        _ = consume lock
        return record
    }

    /// The heatmaps that an earlier run vouched for.
    private var earlierHeatmaps: [String] {
        struct Files: Decodable { let files: [String: String] }
        let url = URL(fileURLWithPath: output + "/" + FilmScoreRecord.fileName)
        let files = (try? JSONText.decode(Files.self, from: url))?.files ?? [:]
        return files.keys.filter { $0.hasPrefix(Self.heatmapFolder + "/") && !$0.contains("..") }
    }

    private func scoredFilms(progress: (Int, Int) -> Void) async throws -> ([ScoredFilm], [StageReport]) {
        let preparation = ImagePreparation(recipe: model.record.recipe, target: model.stainTarget)
        let names = heatmapNames
        let orders = films.enumerated().map { index, film in
            ScoreOrder(
                index: index, film: film, heatmap: drawsHeatmaps ? output + "/" + names[index] : nil)
        }
        let scorers = (0..<workers).map { _ in FilmScorer(model: model, drawsHeatmaps: drawsHeatmaps) }
        let stages = ThreeStages<ScoreOrder, FilmOnItsWay, FilmOnItsWay, ScoredFilm>(
            feeding: "list", .init("read", workers: (0..<workers).map { _ in ScoreReader() }, bytes: \.bytes),
            .init(
                "prepare", workers: (0..<workers).map { _ in ScorePreparer(preparation: preparation) },
                bytes: \.bytes), .init("score", workers: scorers))
        var scored: [ScoredFilm] = []
        var bad = 0
        let reports = try await stages.run(orders) { film in
            scored.append(film)
            if case .failure = film.outcome { bad += 1 }
            progress(scored.count, bad)
        }
        return (scored, reports)
    }

    /// File names by film: its own name as far as it is harmless, with its number in front if another has the same.
    private var heatmapNames: [String] {
        let plain = films.map { film in
            let name = (film.path as NSString).lastPathComponent
            let stem = (name as NSString).deletingPathExtension
            let allowed = stem.unicodeScalars.map { scalar in
                scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                    || "_-".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
            }
            return String(allowed.prefix(120))
        }
        let counts = Dictionary(plain.map { ($0.lowercased(), 1) }, uniquingKeysWith: +)
        return plain.enumerated().map { index, name in
            let isUnique = counts[name.lowercased()] == 1
            return "\(Self.heatmapFolder)/\(isUnique ? name : "\(index + 1)-\(name)").png"
        }
    }

    private func table(_ outcomes: [Result<Float, ImageDefect>]) -> String {
        let names = heatmapNames
        let rows = zip(films, outcomes).enumerated().map { index, row in
            let (film, outcome) = row
            let known = [film.name, film.label, film.split, film.patient, film.findings]
            switch outcome {
            case .success(let score):
                let percentile = CSV.decimal(model.normalScores.percentile(of: score), places: 2)
                return known + ["ok", score.description, percentile, drawsHeatmaps ? names[index] : "", ""]
            case .failure(let defect):
                return known + ["unreadable", "", "", "", "\(defect.reason): \(defect)"]
            }
        }
        return ([Self.header] + rows).map(CSV.line).joined()
    }
}

/// What a scoring did, as `scores.json`.
public struct FilmScoreRecord: Sendable, Codable {
    static let fileName = "scores.json"

    public var version: String
    public var model: String
    public var modelSHA256: String
    public var films: Int
    public var scored: Int
    public var unreadable: Int
    var stages: [StageReport]
    /// SHA-256 by file name.
    var files: [String: String]
}

/// A model that films cannot be scored with.
public enum FilmModelError: Error, Equatable, CustomStringConvertible {
    case forSlides(name: String)

    public var description: String {
        switch self {
        case .forSlides(let name):
            "the model '\(name)' was made for slides; train one on films: wsi-screen train --config "
                + "pipelines/configs/nih-pa.yaml --data INGESTED/manifest.csv"
        }
    }
}
