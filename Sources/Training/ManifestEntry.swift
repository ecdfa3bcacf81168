/// An image that a manifest names, with what the row says about it.
struct ManifestEntry {
    let image: ImageListing.Image
    let isNormal: Bool
    /// What is wrong with an abnormal image, in the manifest's words.
    let finding: String
    let part: ImagePart
    /// Of the manifest, for messages.
    let line: Int

    /// How a later row of the same image contradicts an earlier one; nil if it only repeats it. Which of the
    /// two is right nobody but the user knows.
    func contradiction(to earlier: ManifestEntry) -> String? {
        let words = [
            (earlier.verdict, verdict), (earlier.part.rawValue, part.rawValue),
            (earlier.membership, membership),
        ]
        guard let (first, second) = words.first(where: { $0 != $1 }) else { return nil }
        return "lines \(earlier.line) and \(line) contradict each other: '\(image.name)' is "
            + "\(first) and \(second)"
    }

    private var verdict: String { isNormal ? "normal" : "abnormal" }

    private var membership: String { image.group.map { "of group '\($0)'" } ?? "of no group" }
}
