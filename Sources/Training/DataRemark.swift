/// What a person should know about the data, though it is no reason to stop.
public enum DataRemark: Sendable, Equatable, CustomStringConvertible {
    /// Rows of the manifest that say of an image what another row said before.
    case repeatedRows(count: Int)
    /// The images of each folder are kept together.
    case foldersAreGroups(count: Int)
    /// Nothing says which images are of one slide or patient.
    case noGroups
    /// So many images are of no group, and others are of one.
    case someWithoutGroup(images: Int)
    /// Folders whose names say that their images are not normal, or not for training.
    case doubtfulFolders([String])
    /// The manifest chooses the hold-out, not the configuration.
    case holdOutIsGiven(images: Int)
    case scale(ImageScale)

    /// Whether the result is likely to be wrong.
    public var isWarning: Bool {
        switch self {
        case .repeatedRows, .doubtfulFolders, .someWithoutGroup: true
        case .foldersAreGroups, .noGroups, .holdOutIsGiven, .scale: false
        }
    }

    public var description: String {
        switch self {
        case .repeatedRows(let count):
            "\(count) rows of the manifest repeat another row; each image counts once"
        case .foldersAreGroups(let count):
            "the images of each of \(count) folders are kept together, as those of one slide"
        case .noGroups:
            "no groups known: images of one slide or patient may lie on both sides of the hold-out; "
                + "a manifest with a column group keeps them together"
        case .someWithoutGroup(let images):
            "\(images) images have no group though others do: each counts as a slide or patient of its own; fill in the "
                + "column if they are not"
        case .doubtfulFolders(let names):
            "images in folders named \(names.map { "'\($0)'" }.joined(separator: ", ")) are taken as normal "
                + "ones to train on; give a folder without them, or a manifest with the columns label and split"
        case .holdOutIsGiven(let images):
            "the \(images) validation images of the manifest are the hold-out; "
                + "the configuration's hold_out is not used"
        case .scale(let scale):
            "\(scale); set input.tile and input.tile_resolution_um if they show another width"
        }
    }
}

extension DataRemark {
    /// What there is to say about the groups of images that will be divided.
    package static func groups(of images: [ImageListing.Image]) -> [DataRemark] {
        let without = images.count { $0.group == nil }
        if without == images.count { return [.noGroups] }
        return without == 0 ? [] : [.someWithoutGroup(images: without)]
    }
}
