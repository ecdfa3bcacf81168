internal import Foundation

/// What the words in a manifest's columns for labels and splits mean.
package enum ManifestWords {
    private static let normalWords: Set<String> = [
        "normal", "0", "benign", "healthy", "no finding", "no_finding", "no findings", "good", "negative",
        "ok",
    ]

    private static let abnormalWords: Set<String> = [
        "abnormal", "1", "malignant", "tumor", "tumour", "cancer", "carcinoma", "metastasis", "anomaly",
        "anomalous", "disease", "diseased", "defect", "bad", "positive",
        // Findings of NIH ChestX-ray14.
        "atelectasis", "cardiomegaly", "consolidation", "edema", "effusion", "emphysema", "fibrosis",
        "hernia",
        "infiltration", "mass", "nodule", "pleural_thickening", "pneumonia", "pneumothorax",
    ]

    /// How words are compared: without case and surrounding space.
    package static func word(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespaces).lowercased()
    }

    package static func isNormal(_ word: String) -> Bool { normalWords.contains(word) }

    /// Whether a word has a meaning here. Several findings are separated by bars, as NIH does.
    package static func isKnown(_ word: String) -> Bool {
        normalWords.contains(word)
            || word.split(separator: "|", omittingEmptySubsequences: false)
                .allSatisfy { abnormalWords.contains(String($0)) }
    }

    package static func part(_ word: String) -> ImagePart? {
        switch word {
        case "train", "training": .training
        case "val", "valid", "validation", "dev", "hold_out", "hold-out", "holdout", "held_out": .validation
        case "test", "testing": .test
        default: nil
        }
    }
}
