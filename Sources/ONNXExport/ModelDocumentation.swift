import Networks
import Staining

/// What a user of the exported file has to know, in words and as metadata: how crops are made, what the
/// numbers mean, where the model comes from.
struct ModelDocumentation {
    let record: ModelRecord
    /// The model's record as it stands in the model file.
    let recordText: String
    let stainTarget: StainTarget?
    let normalScores: ScoreDistribution
    /// Lower-case SHA-256 of the model file.
    let sha256: String

    static let notice = "For research only, not for diagnosis."

    /// Entries of the file's metadata, sorted by key.
    var metadata: KeyValuePairs<String, String> {
        [
            "model_sha256": sha256,
            "normal_scores": "[\(normalScores.sorted.map { "\($0)" }.joined(separator: ","))]",
            "notice": Self.notice,
            "stain_target": stainTarget.map(Self.json) ?? "null",
            ModelFile.recordKey: recordText,
        ]
    }

    var model: String {
        "\(record.name) \(record.version): \(record.purpose). "
            + "Deep Perceptual Autoencoder (Shvetsova et al. 2021): 'score' is the relative L1 distance between "
            + "the features of a crop and of its reconstruction; the higher it is, the more unusual is the "
            + "crop. \(Self.notice) The metadata hold the whole record ('\(ModelFile.recordKey)': recipe, "
            + "training, licence, metrics), the stain that images are normalized to ('stain_target': rows "
            + "hematoxylin and eosin of the optical density per channel, 99th percentiles of their "
            + "concentrations) and the ascending scores of held-out normal images ('normal_scores')."
    }

    var crops: String {
        let recipe = record.recipe
        let color =
            recipe.color == .grey
            ? "One channel, the luma (19595 R + 38470 G + 7471 B + 32768) / 65536 rounded down."
            : "Channels red, green, blue."
        let stain =
            recipe.stain.map { stain in
                "normalize the stain to 'stain_target' of the metadata (\(stain.method.rawValue), "
                    + "matched as in \(stain.match.rawValue), "
                    + "one stain matrix for each \(stain.scope.rawValue)); "
            } ?? ""
        return
            "Images, rows from the top. \(color) A value v of 0 to 255 becomes v / 127.5 - 1. To make "
            + "them: \(Self.field(recipe)); \(stain)cut the central \(recipe.crop) x \(recipe.crop) pixels; "
            + "\(recipe.equalization ? "equalize the histogram of each channel (Pillow's ImageOps.equalize); " : "")"
            + "resize them to \(recipe.input) x \(recipe.input) (\(recipe.resampling.rawValue): the antialiased triangle "
            + "filter of Pillow's Image.resize). The recipe in the record is what binds; crops made otherwise "
            + "have scores that cannot be compared with 'normal_scores'."
    }

    static let score =
        "One number per image, 0 for a perfect reconstruction; the higher, the more unusual. Mean over the "
        + "taps of mean |fx - fy| / max(mean |fx|, 1e-6), f the normalized features of the crop x and of its "
        + "reconstruction y."
    static let reconstruction = "The crops as the autoencoder gives them back, on their scale, not clamped."
    static let latent = "The autoencoder's code."
    static let map =
        "Where an image is unusual: mean |fx - fy| over the channels of the features, divided by the image's "
        + "mean |fx|, enlarged bilinearly to the image's size."

    private static func json(_ target: StainTarget) -> String {
        let rows = [target.matrix.hematoxylin, target.matrix.eosin].map { "[\($0.x),\($0.y),\($0.z)]" }
        return "{\"matrix\":[\(rows.joined(separator: ","))],"
            + "\"p99\":[\(target.robustMaximum.x),\(target.robustMaximum.y)]}"
    }

    /// Which field of a slide, or which image, a tile is.
    private static func field(_ recipe: Recipe) -> String {
        let size = "\(recipe.tile) x \(recipe.tile) pixels"
        guard let resolution = recipe.tileResolution else { return "resize the image to \(size)" }
        return "read a field of \(size) at \(resolution) µm per pixel"
    }
}
