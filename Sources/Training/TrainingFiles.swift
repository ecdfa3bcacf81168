internal import Foundation
internal import Records

/// The files of a training, beside the model and with its name: `m.safetensors`, `m.md`, `m.loss.csv`,
/// `m.loss.png`, `m.bad-images.csv`, and while it lasts `m.checkpoint`.
struct TrainingFiles: Sendable {
    let model: String

    private var stem: String {
        model.hasSuffix(".safetensors") ? String(model.dropLast(".safetensors".count)) : model
    }

    var name: String { URL(fileURLWithPath: stem).lastPathComponent }
    var folder: String { URL(fileURLWithPath: model).deletingLastPathComponent().path }
    var lockName: String { ".\(name).lock" }
    var checkpoint: String { stem + ".checkpoint" }
    private var badImages: String { stem + ".bad-images.csv" }

    func makeFolder() throws { try AtomicFile.makeFolder(folder) }

    func writeBadImages(_ images: [BadImage]) throws {
        guard !images.isEmpty else { return try remove(badImages) }
        var text = CSV.line(["file", "reason", "message"])
        for image in images { text += CSV.line([image.name, image.defect.reason, "\(image.defect)"]) }
        try AtomicFile.write([UInt8](text.utf8), to: badImages)
    }

    func write(_ log: LossLog) throws {
        try AtomicFile.write([UInt8](log.csv.utf8), to: stem + ".loss.csv")
    }

    func writeCard(_ card: ModelCard) throws {
        try AtomicFile.write([UInt8](card.markdown.utf8), to: stem + ".md")
    }

    func writeModel(_ bytes: [UInt8]) throws { try AtomicFile.write(bytes, to: model) }

    func removeCheckpoint() throws { try remove(checkpoint) }

    private func remove(_ path: String) throws {
        if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
    }
}
