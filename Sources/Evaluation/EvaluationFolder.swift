internal import ImageFiles
internal import Records

/// The folder that a report is written to: for readers, programs, spreadsheets and eyes.
public struct EvaluationFolder {
    /// Names of all files, of which those that do not apply are left out.
    public static let files = [
        "report.md", "report.json", "roc.csv", "roc.svg", "roc.png", "scores.svg", "scores.png", "groups.csv",
        "classes.csv", "images.csv",
    ]

    private let path: String

    /// - Throws: `FileError`, `FolderInTheWay` if such files are there that this program did not write.
    public init(path: String) throws {
        self.path = path
        try AtomicFile.makeWritableFolder(path)
        try FolderSettings.claim(path, forCommand: "evaluate images", owned: Self.files)
    }

    /// Writes everything. The same images give the same bytes.
    ///
    /// - Parameter table: every image as CSV; nil if the images came from a table.
    /// - Throws: `FileError`, `ImageFileError`, ``LabeledScoresError``.
    public func write(
        _ report: EvaluationReport, images: [ScoredImage], trivial: [TrivialQuantity], table: String? = nil
    ) throws {
        let scores = try LabeledScores(images)
        let curve = ROCCurve(scores)
        let roc = ROCPicture(
            title: report.title, model: .init(name: "model", curve: curve, area: report.area),
            baselines: try zip(trivial, report.trivial).map { quantity, row in
                let directed = try scores.directed(quantity)
                return ROCPicture.Entry(
                    name: directed.name, curve: ROCCurve(directed.scores), area: row.area)
            })
        let distribution = ScoreDistributionPicture(title: report.title, scores: scores)
        try write(report.markdown, as: "report.md")
        try write(try report.json(), as: "report.json")
        try write(curve.table, as: "roc.csv")
        try write(roc.svg, as: "roc.svg")
        try AtomicFile.write(try PNGFile.encode(roc.image()), to: path + "/roc.png")
        try write(distribution.svg, as: "scores.svg")
        try AtomicFile.write(try PNGFile.encode(distribution.image()), to: path + "/scores.png")
        try write(report.groups.isEmpty ? nil : report.groupTable, as: "groups.csv")
        try write(report.classes.isEmpty ? nil : report.classTable, as: "classes.csv")
        try write(table, as: "images.csv")
    }

    /// - Parameter text: nil for a file that does not apply: one of an earlier report is removed.
    private func write(_ text: String?, as name: String) throws(FileError) {
        guard let text else { return try AtomicFile.remove(path + "/" + name) }
        try AtomicFile.write(Array(text.utf8), to: path + "/" + name)
    }
}
