/// How well one method separates the images of a comparison.
public struct MethodRow: Sendable, Equatable, Codable {
    public let name: String
    /// With DeLong's interval, which takes images for independent.
    public let area: AreaEstimate
    /// The interval that counts where images share groups; nil with fewer than two groups, or if an image has
    /// none.
    public let bootstrap: GroupBootstrap?
    public let averagePrecision: Double
    /// Over pairs of images that are equal in ``ModelComparison/matching``; nil if no such quantity is known.
    public let matched: TrivialComparison.Matched?
}

/// Whether one method separates the same images better than another.
public struct MethodDifference: Sendable, Equatable, Codable {
    /// Names of the methods; ``ModelComparison/rankAverageName`` stands for the rank average.
    public let first: String
    public let second: String
    /// First minus second, tested as DeLong has it, which takes images for independent.
    public let area: AreaComparison
    /// Difference ± z standard errors; nil if there is no standard error.
    public let interval: ConfidenceInterval?
    /// Of the difference, where groups are resampled: both methods see the same draws. Nil without groups.
    public let bootstrap: GroupBootstrap?

    /// - Parameter bootstrap: of the difference, first minus second.
    init(
        _ first: (name: String, scores: LabeledScores), minus second: (name: String, scores: LabeledScores),
        bootstrap: GroupBootstrap?, confidence: Double
    ) {
        (self.first, self.second) = (first.name, second.name)
        let area = DeLong.compare(first.scores, second.scores)
        let reach = NormalDistribution.reach(confidence: confidence)
        self.area = area
        self.bootstrap = bootstrap
        interval = area.standardError.map { error in
            ConfidenceInterval(
                low: max(-1, area.difference - reach * error), high: min(1, area.difference + reach * error),
                confidence: confidence)
        }
    }
}
