internal import Foundation
internal import Records
internal import Training

/// The output of a search: `trials/ID/fold-N.json` and its model, and what is made of them at the end.
///
/// A trial's ID follows from its configuration, the images and the version, so a search whose grid has grown goes on with
/// the trials that it has.
struct SearchFolder: Sendable {
    let path: String

    /// Everything that this command writes.
    static let owned = [
        "trials", "trials.csv", "report.md", "report.json", "search.svg", "search.png", "heatmap.svg",
        "heatmap.png", "winner.yaml", "winner.safetensors", "winner.md", "winner.loss.csv", "winner.loss.png",
        "winner.bad-images.csv", "bad-images.csv", "test", "anomalies.csv", "anomalies.json", "anomalies.md",
        "anomalies.svg",
        "anomalies.png",
    ]

    /// - Throws: `FileError`, `FolderInTheWay`.
    init(path: String) throws {
        self.path = path
        try AtomicFile.makeWritableFolder(path)
        try FolderSettings.claim(path, forCommand: "search", owned: Self.owned)
    }

    /// Names a trial: equal for those that must give the same results.
    ///
    /// - Parameters:
    ///   - extractor: digest of its file.
    ///   - target: digits of the stain target.
    ///   - processor: architecture and kernels, which decide the last digits.
    static func identity(
        _ trial: SearchTrial, _ data: SearchData, extractor: String, target: String, processor: String,
        version: String
    ) throws -> String {
        let json = try trial.configuration.withoutDivision.json()
        let text = [version, processor, data.digest, extractor, target, json].joined(separator: "\n")
        return Checksum.sha256([UInt8](text.utf8))
    }

    func trial(_ identity: String) -> String { "\(path)/trials/\(identity.prefix(12))" }

    func model(_ identity: String, fold: Int) -> String { "\(trial(identity))/fold-\(fold + 1).safetensors" }

    func checkpoint(_ identity: String, fold: Int) -> String {
        "\(trial(identity))/fold-\(fold + 1).checkpoint"
    }

    private func record(_ identity: String, fold: Int) -> String {
        "\(trial(identity))/fold-\(fold + 1).json"
    }

    /// What an earlier run wrote down; nil if there is nothing, or not of this trial.
    func result(_ identity: String, fold: Int) -> FoldResult? {
        let url = URL(fileURLWithPath: record(identity, fold: fold))
        guard let found = try? JSONText.decode(FoldResult.self, from: url),
            found.identity == identity, found.fold == fold,
            found.failure != nil || isWhole(model(identity, fold: fold), found.modelDigest)
        else { return nil }
        return found
    }

    private func isWhole(_ path: String, _ digest: String?) -> Bool {
        guard let digest, let found = try? Checksum.sha256(ofFile: path) else { return false }
        return found == digest
    }

    /// The model first, then the record that vouches for it.
    func write(_ result: FoldResult, model bytes: [UInt8]?) throws {
        try AtomicFile.makeFolder(trial(result.identity))
        if let bytes { try AtomicFile.write(bytes, to: model(result.identity, fold: result.fold)) }
        try AtomicFile.write(
            try JSONText.encode(result), to: record(result.identity, fold: result.fold))
        try AtomicFile.remove(checkpoint(result.identity, fold: result.fold))
    }

    /// The table of images that cannot be used; none if there are none.
    func write(_ bad: [BadImage]) throws(FileError) {
        guard !bad.isEmpty else { return try AtomicFile.remove(path + "/bad-images.csv") }
        var text = CSV.line(["file", "reason", "message"])
        for image in bad { text += CSV.line([image.name, image.defect.reason, "\(image.defect)"]) }
        try write(text, as: "bad-images.csv")
    }

    /// Removes results of an earlier search that would not belong to these.
    func remove(_ names: [String]) throws(FileError) {
        for name in names { try AtomicFile.remove("\(path)/\(name)") }
    }

    func write(_ text: String, as name: String) throws(FileError) {
        try AtomicFile.write([UInt8](text.utf8), to: "\(path)/\(name)")
    }

    func write(_ bytes: [UInt8], as name: String) throws(FileError) {
        try AtomicFile.write(bytes, to: "\(path)/\(name)")
    }
}
