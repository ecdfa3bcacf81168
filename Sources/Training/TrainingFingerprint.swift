internal import Networks
internal import Records
package import Staining

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
        if let target = set.stainTarget { text += "\n\(target.digits)" }
        sha256 = Checksum.sha256([UInt8](text.utf8))
    }
}

extension StainTarget {
    /// All that stain normalization takes from the target's image. The digits give each number back exactly.
    package var digits: String {
        let (hematoxylin, eosin) = (matrix.hematoxylin, matrix.eosin)
        let numbers = [hematoxylin.x, hematoxylin.y, hematoxylin.z, eosin.x, eosin.y, eosin.z]
        return (numbers + [robustMaximum.x, robustMaximum.y]).map(\.description).joined(separator: " ")
    }
}

extension TrainingConfiguration {
    /// The configuration without the place of the stain target: where a file lies decides nothing.
    var withoutPaths: TrainingConfiguration {
        var input = input
        input.stain?.target = .builtIn
        return changed(input: input)
    }

    /// What decides a training whose images are divided otherwise, by the folds of a search: without paths and name, and
    /// without the hold-out, unless that tells when to stop.
    package var withoutDivision: TrainingConfiguration {
        let plain = withoutPaths
        let stopsEarly: Bool = if case .earlyStopping = plain.schedule.length { true } else { false }
        return TrainingConfiguration(
            unchecked: plain.detector, name: nil, seed: plain.seed, input: plain.input,
            augmentation: plain.augmentation, network: plain.network, extractor: plain.extractor,
            loss: plain.loss, optimizer: plain.optimizer, schedule: plain.schedule, fit: plain.fit,
            holdOut: plain.detector == .dpa && stopsEarly ? plain.holdOut : Self.tissue.holdOut)
    }

    /// The same training of another length.
    package func changed(length: Length) -> TrainingConfiguration {
        var schedule = schedule
        schedule.length = length
        return changed(schedule: schedule)
    }

    func changed(input: Input? = nil, schedule: Schedule? = nil) -> TrainingConfiguration {
        TrainingConfiguration(
            unchecked: detector, name: name, seed: seed, input: input ?? self.input,
            augmentation: augmentation,
            network: network, extractor: extractor, loss: loss, optimizer: optimizer,
            schedule: schedule ?? self.schedule, fit: fit, holdOut: holdOut)
    }
}
