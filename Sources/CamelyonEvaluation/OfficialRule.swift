/// The fixed numbers of Camelyon16's lesion evaluation.
///
/// They are those of the challenge's script: one resolution for all slides, whatever their scanner had.
public enum OfficialRule {
    /// Level-0 pixels along the side of a pixel of the evaluation mask, which is pyramid level 5.
    public static let downsample = 32
    /// µm of a level-0 pixel, for every slide.
    public static let micronsPerPixel = 0.243

    /// Pixels of the mask nearer to tumor than this belong to the lesion (4.82 mask pixels, 37.5 µm), so that
    /// foci up to 75 µm apart are one lesion.
    public static let growth = 75 / (micronsPerPixel * Double(downsample) * 2)

    /// A lesion shorter than this (35.36 mask pixels, 275 µm with the growth) is isolated tumor cells, which
    /// count neither as a lesion nor, when hit, as a false positive.
    public static let isolatedCellsLength = 275 / (micronsPerPixel * Double(downsample))

    /// False positives per slide at which the sensitivity is read; the score is the mean.
    public static let falsePositivesPerSlide = [0.25, 0.5, 1, 2, 4, 8]
}

/// What the reference says of a whole slide.
public enum SlideKind: String, Sendable, Hashable, CaseIterable {
    case normal, tumor

    /// As the challenge's script decides it: tumor if the name begins with `Tumor`, capital included.
    ///
    /// By this rule every slide of the test set (`Test_001`) is normal, and its lesions are never looked for;
    /// use the test set's reference instead.
    public init(byOfficialName name: String) {
        self = name.hasPrefix("Tumor") ? .tumor : .normal
    }
}

/// Width and height of a slide in level-0 pixels.
public struct SlideExtent: Sendable, Hashable {
    public let width: Int
    public let height: Int

    public init(width: Int, height: Int) {
        precondition(width >= 0 && height >= 0, "slide of negative size \(width) x \(height)")
        self.width = width
        self.height = height
    }
}
