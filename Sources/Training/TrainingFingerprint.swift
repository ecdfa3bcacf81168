internal import Networks
internal import Records
internal import Staining

/// Identity of a training: equal fingerprints mean equal results on one kind of processor.
///
/// Files count by what is in them, not by their paths: the same images, extractor and stain target elsewhere are
/// the same training. The licence, which only the model file repeats, does not count.
struct TrainingFingerprint {
    let sha256: String

    /// - Parameter codeVersion: of the program; another version may train differently.
    init(_ configuration: TrainingConfiguration, _ set: TrainingSet, codeVersion: String) throws {
        var text = "\(codeVersion)\n\(try configuration.withoutPaths.json())"
        for images in [set.training, set.heldOut] {
            text += "\n\(images.count) \(images.side) \(images.channels) \(images.sha256)"
        }
        text += "\n\(set.extractor.identity)"
        if let target = set.stainTarget { text += "\n\(Self.digits(of: target))" }
        sha256 = Checksum.sha256([UInt8](text.utf8))
    }

    /// All that stain normalization takes from the target's image. The digits give each number back exactly.
    private static func digits(of target: StainTarget) -> String {
        let (hematoxylin, eosin) = (target.matrix.hematoxylin, target.matrix.eosin)
        let numbers = [hematoxylin.x, hematoxylin.y, hematoxylin.z, eosin.x, eosin.y, eosin.z]
        return (numbers + [target.robustMaximum.x, target.robustMaximum.y]).map(\.description)
            .joined(separator: " ")
    }
}

extension TrainingConfiguration {
    /// The configuration without the place of the stain target: where a file lies decides nothing.
    var withoutPaths: TrainingConfiguration {
        var input = input
        input.stain?.target = .builtIn
        return TrainingConfiguration(
            unchecked: detector, name: name, seed: seed, input: input, augmentation: augmentation,
            network: network, extractor: extractor, loss: loss, optimizer: optimizer, schedule: schedule,
            fit: fit, holdOut: holdOut)
    }
}
