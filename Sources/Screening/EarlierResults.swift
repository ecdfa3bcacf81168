internal import Foundation
internal import Pixels
internal import Records
internal import Slides

/// What an earlier run left in the output folder: which slides need no second visit, and which results must not be
/// touched.
struct EarlierResults {
    let output: String
    let configurationSha256: String
    let resolutions: ResolutionTable?
    /// `--mpp`.
    let flag: Double?
    let overwrite: Bool

    /// Finished slides with the same configuration, after their files were checked. Failed ones are tried again.
    ///
    /// - Throws: `otherConfiguration` or `otherSlide` if results would be replaced that cannot be told to be
    ///   outdated.
    func results(of inputs: [SlideInput]) throws(OutputError) -> [String: SlideManifest] {
        if overwrite { return [:] }
        var finished: [String: SlideManifest] = [:]
        for input in inputs {
            guard let manifest = manifest(of: input), manifest.status != .failed else { continue }
            guard manifest.path == input.absolutePath else {
                throw .otherSlide(id: input.id, path: manifest.path, folder: output)
            }
            guard manifest.configurationSha256 == configurationSha256, hasSameResolution(manifest, input)
            else {
                throw .otherConfiguration(slide: input.id, folder: output)
            }
            if isIntact(manifest, input), isUnchanged(manifest, input) { finished[input.id] = manifest }
        }
        return finished
    }

    private func manifest(of input: SlideInput) -> SlideManifest? {
        let url = URL(fileURLWithPath: output + "/" + input.id + "/" + SlideManifest.fileName)
        return try? JSONText.decode(SlideManifest.self, from: url)
    }

    /// A slide that does not state its resolution must have been given the same one.
    private func hasSameResolution(_ manifest: SlideManifest, _ input: SlideInput) -> Bool {
        guard let calibration = manifest.source?.calibration else { return true }
        guard calibration.source == .flag || calibration.source == .table else { return true }
        return (flag ?? resolutions?.micronsPerPixel(of: input.path)) == calibration.micronsPerPixel.x
    }

    private func isIntact(_ manifest: SlideManifest, _ input: SlideInput) -> Bool {
        manifest.files.allSatisfy { name, sum in
            (try? Checksum.sha256(ofFile: output + "/" + input.id + "/" + name)) == sum
        }
    }

    private func isUnchanged(_ manifest: SlideManifest, _ input: SlideInput) -> Bool {
        guard let identity = manifest.source?.identity else { return false }
        return (try? SlidePreflight.identity(ofFileAt: input.path)) == identity
    }
}
