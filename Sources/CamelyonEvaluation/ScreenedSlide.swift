internal import Foundation
internal import Records
internal import Pixels

/// What `wsi-screen screen` found on one slide: its result folder, read again.
public struct ScreenedSlide: Sendable {
    public let map: ScoreMap
    /// The score that stands for the slide.
    public let score: Double

    /// The parts of `manifest.json` that are needed.
    private struct Manifest: Decodable {
        struct Geometry: Decodable {
            let cellWidth: Int
            let cellHeight: Int
            let columns: Int
            let rows: Int
        }

        struct Source: Decodable {
            let width: Int
            let height: Int
        }

        let status: String
        let score: Double?
        let geometry: Geometry?
        let source: Source?
    }

    /// Cells of the largest slide: those of 64 µm on 300 x 300 mm.
    private static let cellLimit = 25_000_000

    /// - Parameter folder: with `manifest.json` and `tiles.csv`.
    /// - Throws: ``ScreenedSlideError``, `FileError`, `CSVFileError`.
    public init(folder: String) throws {
        let url = URL(fileURLWithPath: folder + "/manifest.json")
        let manifest: Manifest
        do { manifest = try JSONText.decode(Manifest.self, from: url) } catch {
            throw ScreenedSlideError.noManifest(folder: folder)
        }
        guard let score = manifest.score, let geometry = manifest.geometry, let source = manifest.source,
            geometry.cellWidth > 0, geometry.cellHeight > 0, geometry.columns > 0, geometry.rows > 0,
            geometry.columns <= Self.cellLimit / geometry.rows,
            (geometry.columns - 1) * geometry.cellWidth < source.width,
            (geometry.rows - 1) * geometry.cellHeight < source.height
        else { throw ScreenedSlideError.noScores(folder: folder, status: manifest.status) }
        var scores = Plane<Float>(width: geometry.columns, height: geometry.rows, filledWith: .nan)
        try Self.read(folder + "/tiles.csv", geometry, into: &scores)
        self.score = score
        map = ScoreMap(
            scores, cellWidth: geometry.cellWidth, cellHeight: geometry.cellHeight,
            slide: SlideExtent(width: source.width, height: source.height))
    }

    private static func read(
        _ path: String, _ geometry: Manifest.Geometry, into scores: inout Plane<Float>
    ) throws {
        var columns: [String: Int]?
        try CSV.forEachRecord(ofFile: path) { record in
            guard let columns else {
                columns = Dictionary(zip(record.fields, record.fields.indices)) { first, _ in first }
                return
            }
            func value(_ name: String) -> String {
                columns[name].flatMap { record.fields.indices.contains($0) ? record.fields[$0] : nil } ?? ""
            }
            guard let x = Int(value("x")), let y = Int(value("y")), x >= 0, y >= 0,
                x % geometry.cellWidth == 0, y % geometry.cellHeight == 0,
                x / geometry.cellWidth < scores.width, y / geometry.cellHeight < scores.height
            else { throw ScreenedSlideError.badRow(path: path, line: record.line) }
            guard value("status") == "ok", let score = Float(value("score")) else { return }
            scores[x / geometry.cellWidth, y / geometry.cellHeight] = score
        }
    }
}

/// Why a slide's result cannot be judged.
public enum ScreenedSlideError: Error, Equatable, CustomStringConvertible {
    case noManifest(folder: String)
    case noScores(folder: String, status: String)
    case badRow(path: String, line: Int)

    public var description: String {
        switch self {
        case .noManifest(let folder): "'\(folder)' has no manifest.json of 'wsi-screen screen'"
        case .noScores(let folder, let status): "'\(folder)' has no scores: its slide ended as \(status)"
        case .badRow(let path, let line):
            "'\(path)', line \(line): its place is not on the grid of manifest.json"
        }
    }
}
