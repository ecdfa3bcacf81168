internal import Networks
internal import Records

/// Identity of a training: equal fingerprints mean equal results.
struct TrainingFingerprint {
    let sha256: String

    init(_ configuration: TrainingConfiguration, _ set: TrainingSet) throws {
        var text = try configuration.json()
        for images in [set.training, set.heldOut] {
            text += "\n\(images.count) \(images.side) \(images.channels) \(images.sha256)"
        }
        text += "\n\(set.extractor.identity)"
        sha256 = Checksum.sha256([UInt8](text.utf8))
    }
}
