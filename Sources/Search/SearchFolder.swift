internal import Foundation
internal import Records
internal import Training

/// The output of a search: `trials/ID/fold-N.json` and its model, and what is made of them at the end.
///
/// A trial's ID follows from all that decides its results (configuration, images, extractor, stain target, processor and
/// version), so a search whose grid has grown goes on with
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

    /// Adds to the table of images that cannot be used; each is listed once.
    func add(_ bad: [BadImage]) throws {
        guard !bad.isEmpty else { return }
        let path = path + "/bad-images.csv"
        let header = ["file", "reason", "message"]
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        let earlier = text.flatMap { try? CSV.records(in: $0).map(\.fields) } ?? [header]
        // As the table spells them.
        let lines = bad.map { CSV.line([$0.name, $0.defect.reason, "\($0.defect)"]) }
        let known = Set(earlier.compactMap(\.first))
        let new = zip(bad, lines).filter { !known.contains($0.0.name) }.map(\.1)
        try write((text ?? CSV.line(header)) + new.joined(), as: "bad-images.csv")
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
