internal import Kernels
public import Pixels

/// Where the tissue of a slide is, on a coarse grid over the whole slide.
public struct TissueMask: Sendable {
    /// True where tissue is. Mask pixel (x, y) covers the level-0 rectangle from `(x, y) * scale` to
    /// `(x + 1, y + 1) * scale`.
    public let plane: Plane<Bool>
    /// Level-0 pixels per mask pixel, along x and y; not whole numbers in general.
    public let scaleX: Double
    public let scaleY: Double
    /// How the mask was made, for provenance.
    public let evidence: TissueEvidence
    private let coverage: CoverageTable
    /// Where ink or black was kept out; nil for rules that know no ink.
    private let foreign: CoverageTable?

    /// - Parameter foreign: true where ink or black covers the slide; of the same size as `plane`.
    public init(
        plane: Plane<Bool>, scaleX: Double, scaleY: Double, evidence: TissueEvidence,
        foreign: Plane<Bool>? = nil
    ) {
        self.foreign = foreign.map { CoverageTable($0) }
        self.plane = plane
        self.scaleX = scaleX
        self.scaleY = scaleY
        self.evidence = evidence
        coverage = CoverageTable(plane)
    }

    /// Part of the rectangle's area that is tissue, 0...1. What lies outside the slide is not tissue.
    ///
    /// Exactly 0 or 1 where nothing or everything is tissue, also when rounding says otherwise: a level-0
    /// pixel is more than a billionth of any rectangle in use.
    public func tissueFraction(in rect: SlideRect) -> Double {
        let area = coverage.area(
            left: Double(rect.x) / scaleX, top: Double(rect.y) / scaleY, right: Double(rect.maxX) / scaleX,
            bottom: Double(rect.maxY) / scaleY)
        let fraction = area * scaleX * scaleY / (Double(rect.width) * Double(rect.height))
        if fraction < 1e-9 { return 0 }
        return fraction > 1 - 1e-9 ? 1 : fraction
    }

    /// Part of the rectangle's area that pen ink or scanner black covers, 0...1.
    public func foreignFraction(in rect: SlideRect) -> Double {
        guard let foreign else { return 0 }
        let area = foreign.area(
            left: Double(rect.x) / scaleX, top: Double(rect.y) / scaleY, right: Double(rect.maxX) / scaleX,
            bottom: Double(rect.maxY) / scaleY)
        return min(1, max(0, area * scaleX * scaleY / (Double(rect.width) * Double(rect.height))))
    }

    /// Part of the whole plane that is tissue.
    public var fraction: Double {
        plane.values.isEmpty ? 0 : Double(plane.trueCount) / Double(plane.values.count)
    }
}

/// What the tissue detector saw and decided; goes into the manifest.
public struct TissueEvidence: Sendable, Equatable, Codable {
    /// Which rule decided.
    public enum Method: String, Sendable, Codable {
        case otsu
        /// Otsu found next to nothing or had to be raised to the floor, but pixels stand out against the
        /// glass: their outline was taken too.
        case faintTissueFallback = "faint_tissue_fallback"
        case paper
    }

    public var method: Method
    /// What was thresholded.
    public var channel: String
    /// Otsu's threshold on that channel (0...255), before any floor; nil without pixels.
    public var otsuThreshold: Double?
    /// The threshold that was applied.
    public var appliedThreshold: Double
    public var micronsPerMaskPixel: Double
    public var tissueFraction: Double
    /// Part of the mask kept out as pen ink.
    public var inkFraction: Double
    /// Part of the mask kept out as black (scanner border, unlit area).
    public var blackFraction: Double
    /// Part of the overview that could not be read; counted as possible tissue so that it cannot be lost.
    public var unreadFraction: Double
    public init(
        method: Method, channel: String, otsuThreshold: Double?, appliedThreshold: Double,
        micronsPerMaskPixel: Double, tissueFraction: Double, inkFraction: Double = 0,
        blackFraction: Double = 0,
        unreadFraction: Double = 0
    ) {
        self.method = method
        self.channel = channel
        self.otsuThreshold = otsuThreshold
        self.appliedThreshold = appliedThreshold
        self.micronsPerMaskPixel = micronsPerMaskPixel
        self.tissueFraction = tissueFraction
        self.inkFraction = inkFraction
        self.blackFraction = blackFraction
        self.unreadFraction = unreadFraction
    }
}

extension TissueMask {
    /// Whether a level-0 point is tissue; outside the slide nothing is.
    public func isTissue(x: Double, y: Double) -> Bool {
        let column = Int((x / scaleX).rounded(.down))
        let row = Int((y / scaleY).rounded(.down))
        guard column >= 0, row >= 0, column < plane.width, row < plane.height else { return false }
        return plane[column, row]
    }
}
