/// Several methods, or several runs of one method, on the same images: how good each is, whether they agree,
/// and whether the average of their ranks is better than any of them.
///
/// ``markdown`` is for readers, ``json()`` for programs and ``table`` for spreadsheets.
public struct ModelComparison: Sendable, Equatable, Codable {
    /// What may be chosen.
    public struct Settings: Sendable, Equatable, Codable {
        /// Of all intervals; 0.95 for 95 %.
        public var confidence: Double
        public var replicates: Int
        public var seed: UInt64
        /// What the groups of the images are, in the singular: `slide` or `patient`.
        public var groupName: String

        public init(
            confidence: Double = 0.95, replicates: Int = GroupBootstrap.usualReplicates, seed: UInt64 = 0,
            groupName: String = "group"
        ) {
            self.confidence = confidence
            self.replicates = replicates
            self.seed = seed
            self.groupName = groupName
        }
    }

    /// The trivial quantity in which pairs of images are equal for the matched areas.
    public struct Matching: Sendable, Equatable, Codable {
        public let quantity: String
        public let tolerance: Double
        /// The method in whose list the quantity stands; all are matched by the same values.
        public let source: String
    }

    /// What the rank average is called beside the methods.
    public static let rankAverageName = "rank average"

    public let title: String
    public let settings: Settings
    public let normal: Int
    public let abnormal: Int
    /// Images that not every method has a score of.
    public let leftOut: Int
    /// One for each method: how many of all images it lacks.
    public let lacks: [JointScores.Lack]
    /// Part of the images that is abnormal: what the average precision is for scores that know nothing.
    public let prevalence: Double
    public let methods: [MethodRow]
    /// Of the methods' areas: what several runs of one method vary by. It says little about different ones.
    public let runs: RepeatedRuns?
    /// Of every two methods.
    public let correlations: [RankCorrelation]
    /// Of the mean of each image's ranks; see ``LabeledScores/rankAverage(of:)``.
    public let rankAverage: MethodRow
    /// The rank average against each method, then every two methods.
    public let differences: [MethodDifference]
    /// The first quantity that has a tolerance; nil if none is known.
    public let matching: Matching?

    /// The bootstrap keeps the ranks that the rank average is made of: they are not taken anew in a
    /// replicate.
    ///
    /// - Throws: ``LabeledScoresError`` if the joint images are all normal, or all abnormal.
    public init(
        title: String, scores joint: JointScores, settings: Settings = Settings()
    ) throws(LabeledScoresError) {
        let labeled = try joint.labeled()
        let average = try LabeledScores.rankAverage(of: labeled.map(\.scores))
        let contestants = Contestants(
            all: labeled + [(Self.rankAverageName, average)], joint: joint, settings: settings)
        let rows = contestants.rows
        let pairs = labeled.indices.flatMap { first in
            labeled.indices.dropFirst(first + 1).map { (first: first, second: $0) }
        }
        self.title = title
        self.settings = settings
        (normal, abnormal, prevalence) = (average.normalCount, average.abnormalCount, average.prevalence)
        (leftOut, lacks) = (joint.leftOut, joint.lacks)
        (methods, rankAverage) = (Array(rows.dropLast()), rows[labeled.count])
        runs = RepeatedRuns(areas: rows.dropLast().map(\.area.area))
        correlations = pairs.map { RankCorrelation(labeled[$0.first], labeled[$0.second]) }
        differences =
            labeled.indices.map { contestants.difference(of: labeled.count, minus: $0) }
            + pairs.map { contestants.difference(of: $0.first, minus: $0.second) }
        matching = contestants.matching
    }
}

/// The methods and their rank average, with the draws that all of them share.
private struct Contestants {
    let all: [(name: String, scores: LabeledScores)]
    private let confidence: Double
    private let replicates: GroupReplicates?
    private let quantity: JointScores.SourcedQuantity?

    init(
        all: [(name: String, scores: LabeledScores)], joint: JointScores, settings: ModelComparison.Settings
    ) {
        self.all = all
        confidence = settings.confidence
        quantity = joint.trivial.first { $0.quantity.tolerance != nil }
        replicates = joint.groups.flatMap { groups in
            GroupReplicates(
                all.map(\.scores), groups: groups, replicates: settings.replicates, seed: settings.seed)
        }
    }

    var rows: [MethodRow] {
        all.enumerated().map { place, contestant in
            MethodRow(
                name: contestant.name, area: DeLong.estimate(contestant.scores, confidence: confidence),
                bootstrap: replicates?.area(of: place, confidence: confidence),
                averagePrecision: ROCCurve(contestant.scores).averagePrecision,
                matched: quantity.flatMap { TrivialComparison.Matched(contestant.scores, $0.quantity) })
        }
    }

    var matching: ModelComparison.Matching? {
        guard let quantity, let tolerance = quantity.quantity.tolerance else { return nil }
        return ModelComparison.Matching(
            quantity: quantity.quantity.name, tolerance: tolerance, source: quantity.source)
    }

    func difference(of first: Int, minus second: Int) -> MethodDifference {
        MethodDifference(
            all[first], minus: all[second],
            bootstrap: replicates?.difference(of: first, minus: second, confidence: confidence),
            confidence: confidence)
    }
}
