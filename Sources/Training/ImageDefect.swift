public import ImageFiles
public import Staining

/// Why an image cannot be used for training or scoring.
public enum ImageDefect: Error, Equatable, CustomStringConvertible {
    case file(ImageFileError)
    case tooSmall(width: Int, height: Int)
    /// All pixels have one color.
    case uniform
    /// An image with a physical scale shows a square tile.
    case notSquare(width: Int, height: Int)
    case stain(StainFailure)

    /// A stable name for tables.
    public var reason: String {
        switch self {
        case .file(.cannotRead), .file(.cannotWrite): "unreadable"
        case .file(.corrupt): "corrupt"
        case .file(.tooLarge): "too_large"
        case .tooSmall: "too_small"
        case .uniform: "uniform"
        case .notSquare: "not_square"
        case .stain(let failure): failure.reason
        }
    }

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .tooSmall(let width, let height): "\(width) x \(height) pixels are too few to judge"
        case .uniform: "all pixels have one color"
        case .notSquare(let width, let height):
            "\(width) x \(height) pixels are no square tile (the sides may differ by 10 %); cut it to a square"
        case .stain(let failure): "its stain cannot be normalized: \(failure)"
        }
    }
}

/// An image that was left out, and why.
public struct BadImage: Sendable, Equatable {
    /// As the listing names it.
    public let name: String
    public let defect: ImageDefect

    public init(name: String, defect: ImageDefect) {
        self.name = name
        self.defect = defect
    }
}
