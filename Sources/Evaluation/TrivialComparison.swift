/// A trivial property of every image, such as its mean optical density, that a model has to beat.
public struct TrivialQuantity: Sendable, Equatable {
    public let name: String
    /// One for each image.
    public let values: [Double]
    /// Pairs of images whose values differ by less than this count as equal in it; nil if that is not asked.
    public let tolerance: Double?

    public init(name: String, values: [Double], tolerance: Double? = nil) {
        self.name = name
        self.values = values
        self.tolerance = tolerance
    }
}

/// A trivial quantity beside the model: how well it separates by itself, and what the model knows beyond it.
public struct TrivialComparison: Sendable, Equatable, Codable {
    /// The model's area over pairs of images that are equal in the quantity.
    public struct Matched: Sendable, Equatable, Codable {
        public let tolerance: Double
        /// Nil if no pair is that equal.
        public let area: Double?
        public let pairs: Int

        /// Nil if the quantity has no tolerance.
        ///
        /// - Precondition: the quantity has a value for every image of `scores`.
        init?(_ scores: LabeledScores, _ quantity: TrivialQuantity) {
            guard let tolerance = quantity.tolerance else { return nil }
            let samples = zip(scores.scores, quantity.values).map { ROC.Sample(score: $0, baseline: $1) }
            let labeled = zip(samples, scores.isAbnormal)
            let result = ROC.matchedArea(
                normal: labeled.filter { !$0.1 }.map(\.0), abnormal: labeled.filter(\.1).map(\.0),
                tolerance: tolerance)
            self.tolerance = tolerance
            (area, pairs) = (result?.area, result?.pairs ?? 0)
        }
    }

    /// With the direction in which it separates: `high mean red` or `low mean red`.
    public let name: String
    /// In that direction, so it is never below 0.5.
    public let area: AreaEstimate
    /// The model's area minus this one.
    public let model: AreaComparison
    public let matched: Matched?

    /// - Precondition: the quantity has a value for every image of `scores`.
    /// - Throws: ``LabeledScoresError/notFinite(index:)`` if a value is NaN or infinite.
    public init(
        _ quantity: TrivialQuantity, scores: LabeledScores, confidence: Double = 0.95
    ) throws(LabeledScoresError) {
        let (name, directed) = try scores.directed(quantity)
        self.name = name
        area = DeLong.estimate(directed, confidence: confidence)
        model = DeLong.compare(scores, directed)
        matched = Matched(scores, quantity)
    }
}

extension LabeledScores {
    /// A trivial quantity as the score of the same images, turned so that it does not separate worse than chance, with
    /// its name in that direction.
    ///
    /// - Throws: ``LabeledScoresError`` if there are not as many values as images, or one is not finite.
    public func directed(
        _ quantity: TrivialQuantity
    ) throws(LabeledScoresError) -> (name: String, scores: LabeledScores) {
        let high = try LabeledScores(scores: quantity.values, isAbnormal: isAbnormal)
        if high.area >= 0.5 { return ("high " + quantity.name, high) }
        return ("low " + quantity.name, try LabeledScores(scores: high.scores.map(-), isAbnormal: isAbnormal))
    }
}
