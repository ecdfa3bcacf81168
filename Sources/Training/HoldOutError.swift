/// Why the images cannot be divided, with the fix.
public enum HoldOutError: Error, Equatable, CustomStringConvertible {
    case oneGroup(images: Int)
    case nothingToTrainOn(images: Int)
    /// The manifest has rows of one group in two parts.
    case dividedGroups(ImagePart, ImagePart, count: Int, first: [String])
    /// Files of the training or the hold-out have the same bytes as test images.
    case copiesOfTests(count: Int, first: [String])

    public var description: String {
        switch self {
        case .oneGroup(let images):
            "all \(images) images belong to one group (or are identical), so none can be held out: "
                + "give images of at least two slides or patients"
        case .nothingToTrainOn(let images):
            "all \(images) images are held out, so none is left to train on: mark some rows as train"
        case .dividedGroups(let one, let other, let count, let first):
            "\(count) groups of the manifest have rows both of part \(one.rawValue) and of part "
                + "\(other.rawValue), such as \(first.map { "'\($0)'" }.joined(separator: ", ")): what a model "
                + "is judged on must not be of slides or patients that it was made from; give each group one part"
        case .copiesOfTests(let count, let first):
            "\(count) images to train on have the same bytes as test images, such as "
                + "\(first.joined(separator: ", ")): take them out of one of the two parts"
        }
    }
}
