public import Tissue

/// Everything a user can choose that changes results. Two runs with equal settings, model and version give
/// equal bytes.
public struct ScreenSettings: Sendable, Equatable, Codable {
    public var coverage: Coverage
    public var tissueRule: TissueRule
    /// Least tissue part of a cell; zero means any tissue.
    public var minimumTissue: Double
    /// Most tiles per slide; nil for all.
    public var maximumTiles: Int?
    /// Seed of every random choice.
    public var seed: UInt64
    /// Which slide score is called `score`.
    public var aggregate: Aggregate
    /// Largest part of the tiles that may be unreadable before the slide fails.
    public var maximumUnread: Double
    /// Microns per pixel for slides that do not state them.
    public var micronsPerPixel: Double?

    public init(
        coverage: Coverage = .dense, tissueRule: TissueRule = .otsu, minimumTissue: Double? = nil,
        maximumTiles: Int? = nil, seed: UInt64 = 0, aggregate: Aggregate = .top1pctMean,
        maximumUnread: Double = 0.01, micronsPerPixel: Double? = nil
    ) {
        self.coverage = coverage
        self.tissueRule = tissueRule
        self.minimumTissue = minimumTissue ?? Self.defaultMinimumTissue(coverage, tissueRule)
        self.maximumTiles = maximumTiles
        self.seed = seed
        self.aggregate = aggregate
        self.maximumUnread = maximumUnread
        self.micronsPerPixel = micronsPerPixel
    }

    /// Half for sparse sampling; any tissue for dense coverage, so that no tissue pixel is left out; all of
    /// the cell for the paper's rule, which keeps a cell only if all nine of its mask pixels are tissue.
    public static func defaultMinimumTissue(_ coverage: Coverage, _ rule: TissueRule) -> Double {
        switch (coverage, rule) {
        case (_, .paper): 1
        case (.sparse, .otsu): 0.5
        case (.dense, .otsu): 0
        }
    }
}

/// The ways to make one score for a slide out of those of its tiles.
public enum Aggregate: String, Sendable, Codable, CaseIterable {
    case max
    case mean
    case p95
    case p99
    case top1pctMean = "top1pct_mean"
    case fractionAboveNormalP99 = "fraction_above_normal_p99"
}
