import Foundation
import Records

/// A submission to the lesion task: a folder with one csv file for every slide, named as the slide, with rows
/// `probability,X,Y` and no header.
///
/// An empty file says that the slide has no detection, and it counts as a slide; a missing file may not.
public enum DetectionTables {
    /// The set has 400 slides.
    static let tableLimit = 100_000

    /// The rows of one slide's file. Probabilities are written so that reading gives the same number.
    public static func text(_ detections: [Detection]) -> String {
        detections.map { "\($0.probability),\($0.x),\($0.y)\n" }.joined()
    }

    /// Writes the file of a slide, whole or not at all.
    ///
    /// - Parameters:
    ///   - slide: base name of the slide. The challenge's script looks at its capitals (`Tumor_001`).
    public static func write(
        _ detections: [Detection], of slide: String, toFolder folder: String
    ) throws(ScoreTableError) {
        try checkName(slide)
        do throws(FileError) {
            try AtomicFile.makeFolder(folder)
            try AtomicFile.write(Array(text(detections).utf8), to: "\(folder)/\(slide).csv")
        } catch {
            throw .file(error)
        }
    }

    /// Reads the file of one slide.
    public static func detections(ofFile path: String) throws(ScoreTableError) -> [Detection] {
        var detections: [Detection] = []
        try ScoreTableReader(path: path).forEachRow(columns: 3) { row throws(ScoreTableError) in
            detections.append(
                Detection(
                    probability: try row.number(0, name: "probability"),
                    x: try row.coordinate(1, name: "whole number of pixels"),
                    y: try row.coordinate(2, name: "whole number of pixels")))
        }
        return detections
    }

    /// The base names of all slides that have a file in a folder, sorted.
    public static func slides(inFolder folder: String) throws(ScoreTableError) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            let system = (error as NSError).userInfo[NSUnderlyingErrorKey] as? POSIXError
            throw .file(FileError(.read, path: folder, code: system?.code.rawValue ?? EIO))
        }
        let slides = names.filter { $0.hasSuffix(".csv") }.map { String($0.dropLast(4)) }.sorted()
        guard slides.count <= tableLimit else { throw .tooManyTables(folder: folder, limit: tableLimit) }
        for slide in slides { try checkName(slide) }
        return slides
    }
}
