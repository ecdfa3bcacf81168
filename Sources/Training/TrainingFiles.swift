internal import Foundation
internal import ImageFiles
internal import Records

/// The files of a training, beside the model and with its name: `m.safetensors`, `m.md`, `m.loss.csv`,
/// `m.loss.png`, `m.bad-images.csv`, and while it lasts `m.checkpoint`. Each is written whole or not at all.
struct TrainingFiles: Sendable {
    let model: String

    private static let modelSuffix = ".safetensors"
    private static let checkpointSuffix = ".checkpoint"
    private static let curveSuffix = ".loss.png"

    private var stem: String {
        model.hasSuffix(Self.modelSuffix) ? String(model.dropLast(Self.modelSuffix.count)) : model
    }

    var name: String { URL(fileURLWithPath: stem).lastPathComponent }
    var folder: String { URL(fileURLWithPath: model).deletingLastPathComponent().path }
    var lockName: String { ".\(name).lock" }
    var checkpoint: String { stem + Self.checkpointSuffix }
    var badImages: String { stem + ".bad-images.csv" }

    var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: checkpoint) }

    /// Whether an image is the loss curve of a training, which may lie among the images that it learns from.
    static func isLossCurve(_ path: String) -> Bool {
        guard path.hasSuffix(curveSuffix) else { return false }
        let stem = path.dropLast(curveSuffix.count)
        return [modelSuffix, checkpointSuffix].contains {
            FileManager.default.fileExists(atPath: stem + $0)
        }
    }

    func makeFolder() throws(FileError) { try AtomicFile.makeFolder(folder) }

    /// The table of images that cannot be used; none if there are none.
    func write(_ bad: [BadImage]) throws(FileError) {
        guard !bad.isEmpty else { return try AtomicFile.remove(badImages) }
        var text = CSV.line(["file", "reason", "message"])
        for image in bad { text += CSV.line([image.name, image.defect.reason, "\(image.defect)"]) }
        try AtomicFile.write([UInt8](text.utf8), to: badImages)
    }

    /// The table of losses and its picture.
    func write(_ log: LossLog, title: String) throws {
        try AtomicFile.write([UInt8](log.csv.utf8), to: stem + ".loss.csv")
        try AtomicFile.write(
            try PNGFile.encode(LossCurve(log, title: title).draw()), to: stem + Self.curveSuffix)
    }

    func write(_ card: ModelCard) throws(FileError) {
        try AtomicFile.write([UInt8](card.markdown.utf8), to: stem + ".md")
    }

    /// Those of an earlier training of a network under this name would be taken for this model's.
    func removeLossCurve() throws(FileError) {
        try AtomicFile.remove(stem + ".loss.csv")
        try AtomicFile.remove(stem + Self.curveSuffix)
    }

    func writeModel(_ bytes: [UInt8]) throws(FileError) { try AtomicFile.write(bytes, to: model) }

    func removeCheckpoint() throws(FileError) { try AtomicFile.remove(checkpoint) }
}
