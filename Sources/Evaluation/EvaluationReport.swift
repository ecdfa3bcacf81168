/// How well a model's scores tell abnormal from normal images: everything that is reported, as numbers.
///
/// ``markdown`` is for readers, ``json()`` for programs, and the tables of groups and classes for spreadsheets.
public struct EvaluationReport: Sendable, Equatable, Codable {
    /// What may be chosen.
    public struct Settings: Sendable, Equatable, Codable {
        /// Of all intervals; 0.95 for 95 %.
        public var confidence: Double
        public var specificities: [Double]
        public var replicates: Int
        public var seed: UInt64
        /// What the groups of the images are, in the singular: `slide` or `patient`.
        public var groupName: String

        public init(
            confidence: Double = 0.95, specificities: [Double] = OperatingPoint.usualSpecificities,
            replicates: Int = GroupBootstrap.usualReplicates, seed: UInt64 = 0, groupName: String = "slide"
        ) {
            self.confidence = confidence
            self.specificities = specificities
            self.replicates = replicates
            self.seed = seed
            self.groupName = groupName
        }
    }

    public let title: String
    public let settings: Settings
    public let normal: Int
    public let abnormal: Int
    /// With DeLong's interval, which takes images for independent.
    public let area: AreaEstimate
    /// The interval that counts where images share groups; nil with fewer than two groups, or if an image has none.
    public let bootstrap: GroupBootstrap?
    public let averagePrecision: Double
    /// Part of the images that is abnormal: the average precision of scores that know nothing.
    public let prevalence: Double
    public let operatingPoints: [OperatingPoint]
    public let trivial: [TrivialComparison]
    /// Of whole groups; empty without groups of both kinds.
    public let slideLevel: [SlideLevelRow]
    public let classes: [ClassRow]
    public let groups: [GroupRow]
    /// Areas of several trainings, if there are any.
    public let runs: RepeatedRuns?

    /// - Parameters:
    ///   - trivial: quantities that the model is compared with, with a value for each image.
    ///   - runs: areas of several runs of which this may be one.
    /// - Throws: ``LabeledScoresError`` if a score or a trivial value is not finite, a kind of image is missing, or a
    ///   quantity has not one value for each image.
    public init(
        title: String, images: [ScoredImage], trivial quantities: [TrivialQuantity] = [],
        runs: RepeatedRuns? = nil, settings: Settings = Settings()
    ) throws(LabeledScoresError) {
        let scores = try LabeledScores(images)
        let curve = ROCCurve(scores)
        let confidence = settings.confidence
        self.title = title
        self.settings = settings
        (normal, abnormal) = (scores.normalCount, scores.abnormalCount)
        area = DeLong.estimate(scores, confidence: confidence)
        let names = images.compactMap(\.group)
        bootstrap =
            names.count < images.count
            ? nil
            : GroupBootstrap(
                scores, groups: names, replicates: settings.replicates, seed: settings.seed,
                confidence: confidence)
        averagePrecision = curve.averagePrecision
        prevalence = scores.prevalence
        operatingPoints = settings.specificities.map { curve.operatingPoint(specificity: $0) }
        var comparisons: [TrivialComparison] = []
        for quantity in quantities {
            comparisons.append(try TrivialComparison(quantity, scores: scores, confidence: confidence))
        }
        trivial = comparisons
        slideLevel = try SlideLevelRow.table(of: images, confidence: confidence)
        classes = try ClassRow.table(of: images, confidence: confidence)
        groups = try GroupRow.table(of: images)
        self.runs = runs
    }
}
