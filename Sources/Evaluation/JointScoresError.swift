/// Lists of scores that cannot be joined.
public enum JointScoresError: Error, Equatable, CustomStringConvertible {
    case tooFewLists(count: Int)
    case sameListName(String)
    /// The image with this number, counted from 1, has no name.
    case unnamedImage(list: String, number: Int)
    case imageTwice(list: String, image: String)
    case notFinite(list: String, image: String)
    /// - Parameters:
    ///   - first: the list whose label is contradicted.
    ///   - second: the list that contradicts it.
    case labelsDiffer(image: String, first: String, second: String)
    case groupsDiffer(image: String, first: String, second: String)
    case nothingInCommon(lists: [String])

    public var description: String {
        switch self {
        case .tooFewLists(let count): "\(count) lists of scores; a comparison needs at least two"
        case .sameListName(let name): "two lists of scores are called '\(name)'"
        case .unnamedImage(let list, let number):
            "'\(list)': image \(number) has no name, so it cannot be found in the other lists; a column "
                + "file, image, film or tile has to name every image"
        case .imageTwice(let list, let image): "'\(list)' has the image '\(image)' more than once"
        case .notFinite(let list, let image): "'\(list)': the score of '\(image)' is not a finite number"
        case .labelsDiffer(let image, let first, let second):
            "'\(first)' and '\(second)' disagree whether '\(image)' is normal"
        case .groupsDiffer(let image, let first, let second):
            "'\(first)' and '\(second)' have '\(image)' in different groups"
        case .nothingInCommon(let lists):
            "no image is in all lists: \(lists.prefix(12).map { "'\($0)'" }.joined(separator: ", "))"
        }
    }
}
